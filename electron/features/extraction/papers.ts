/** Papers by asset, read once and kept while there is room; passwords stay in memory only. */
import type { Paper } from "../../api/schemas/extraction.ts";
import type { AssetStore } from "../review/assets.ts";
import { recognisePages } from "./ocr/recognise.ts";
import type { Recognised } from "./ocr/recognised.ts";
import { readPaper } from "./read-paper.ts";

const kept = 24;

export type Papers = ReturnType<typeof openPapers>;

export function openPapers(
  assets: Pick<AssetStore, "get">,
  recognised: Pick<Recognised, "get" | "put">,
) {
  const papers = new Map<string, Paper>();
  const passwords = new Map<string, string>();
  /** Papers that are being read before anybody asked for them. */
  const ahead = new Map<string, Promise<Paper>>();

  /** Reads a paper that will be asked for; who asks while it is being read waits for the same reading. */
  async function readAhead(assetId: string): Promise<void> {
    if (papers.has(assetId) || ahead.has(assetId)) return;
    const reading = read(assetId);
    ahead.set(assetId, reading);
    try {
      await reading;
    } finally {
      ahead.delete(assetId);
    }
  }

  async function read(
    assetId: string,
    options: { password?: string | undefined; signal?: AbortSignal } = {},
  ): Promise<Paper> {
    const known = papers.get(assetId);
    if (known) return known;
    const begun = options.password === undefined ? ahead.get(assetId) : undefined;
    if (begun) return waitFor(begun, options.signal);
    const password = options.password ?? passwords.get(assetId);
    const paper = await readPaper(await assets.get(assetId), {
      recognised: recognised.get(assetId),
      ...(password === undefined ? {} : { password }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    if (password !== undefined) passwords.set(assetId, password);
    papers.set(assetId, paper);
    const oldest = papers.keys().next().value;
    if (papers.size > kept && oldest !== undefined) papers.delete(oldest);
    return paper;
  }

  /** Reads the letters of pages that have none of their own; what was recognised before is kept. */
  async function recognise(
    assetId: string,
    {
      password,
      signal,
      onPage,
    }: {
      password?: string | undefined;
      signal: AbortSignal;
      onPage: (done: number, total: number) => void;
    },
  ): Promise<Paper> {
    const before = await read(assetId, { password, signal });
    const numbers = before.pages
      .filter(({ state }) => state === "noTextLayer")
      .map(({ number }) => number);
    if (numbers.length === 0) return before;
    const found = await recognisePages(await assets.get(assetId), numbers, {
      password: password ?? passwords.get(assetId),
      signal,
      onPage,
    });
    recognised.put(assetId, [...recognised.get(assetId), ...found]);
    papers.delete(assetId);
    return read(assetId, { password, signal });
  }

  return { read, readAhead, recognise };
}

/** Who gives up waiting leaves the reading to the others. */
function waitFor(reading: Promise<Paper>, signal: AbortSignal | undefined): Promise<Paper> {
  if (!signal) return reading;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    reading.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
