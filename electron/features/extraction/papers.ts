/** Papers by asset, read once and kept while there is room; passwords stay in memory only. */
import type { Paper } from "../../api/schemas/extraction.ts";
import type { AssetStore } from "../review/assets.ts";
import { readPaper } from "./read-paper.ts";

const kept = 24;

export type Papers = ReturnType<typeof openPapers>;

export function openPapers(assets: Pick<AssetStore, "get">) {
  const papers = new Map<string, Paper>();
  const passwords = new Map<string, string>();

  async function read(
    assetId: string,
    options: { password?: string | undefined; signal?: AbortSignal } = {},
  ): Promise<Paper> {
    const known = papers.get(assetId);
    if (known) return known;
    const password = options.password ?? passwords.get(assetId);
    const paper = await readPaper(await assets.get(assetId), {
      ...(password === undefined ? {} : { password }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    if (password !== undefined) passwords.set(assetId, password);
    papers.set(assetId, paper);
    const oldest = papers.keys().next().value;
    if (papers.size > kept && oldest !== undefined) papers.delete(oldest);
    return paper;
  }

  return { read };
}
