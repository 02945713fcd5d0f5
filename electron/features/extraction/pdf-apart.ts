/**
 * Reads PDFs in a thread that can be killed. A page whose content unpacks without end, or never comes to
 * an end, costs that page: the thread is stopped and the paper is read again without it.
 */
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { AppError } from "../../api/errors.ts";
import type { PdfOptions, RawPdf } from "./pdf.ts";
import type { PdfOrder, PdfReply } from "./pdf-thread.ts";

export type Limits = {
  /** How far the process may grow while one paper is read, bytes. */
  memory: number;
  /** How long one page may take, milliseconds. */
  pageTime: number;
};

const usual: Limits = { memory: 1_500_000_000, pageTime: 60_000 };
/** So many pages may be given up before the paper is. */
const mostGivenUp = 5;
const lookEvery = 40;
/** Starting the thread and reading the file's structure, milliseconds. */
const openTime = 120_000;

/** Beside the sources as TypeScript, beside the bundle as what it was built to. */
const entry = import.meta.url.endsWith(".ts")
  ? new URL("pdf-thread.ts", import.meta.url)
  : new URL("pdf-thread.cjs", import.meta.url);

let thread: Worker | undefined;
let turn: Promise<unknown> = Promise.resolve();

/** As `readPdf`, one paper at a time. @throws `badFile` also when page after page breaks the limits */
export function readPdfApart(
  bytes: Uint8Array,
  options: PdfOptions = {},
  limits: Limits = usual,
): Promise<RawPdf> {
  const mine = turn.then(() => readWithout(bytes, options, limits));
  turn = mine.catch(() => {});
  return mine;
}

async function readWithout(
  bytes: Uint8Array,
  { signal, ...options }: PdfOptions,
  limits: Limits,
): Promise<RawPdf> {
  const without = new Map<number, string>();
  for (;;) {
    signal?.throwIfAborted();
    const outcome = await attempt({ bytes, options: { ...options, without } }, limits, signal);
    if (!("stopped" in outcome)) return outcome;
    const { page, stopped } = outcome;
    if (page === 0 || without.has(page) || without.size >= mostGivenUp)
      throw new AppError(
        "badFile",
        `The PDF cannot be read safely: ${page === 0 ? "opening it" : `page ${page}`} ${stopped}. Nothing was changed.`,
        { page, reason: stopped },
      );
    without.set(page, stopped);
  }
}

type Stopped = { page: number; stopped: string };

function attempt(
  order: PdfOrder,
  limits: Limits,
  signal: AbortSignal | undefined,
): Promise<RawPdf | Stopped> {
  const reader = (thread ??= startThread());
  reader.ref();
  return new Promise((resolve, reject) => {
    let page = 0;
    let since = performance.now();
    const before = process.memoryUsage.rss();
    const end = (): void => {
      clearInterval(watch);
      signal?.removeEventListener("abort", onAbort);
      reader.off("message", onMessage).off("error", onError).off("exit", onExit);
      reader.unref();
    };
    const stop = (settle: () => void): void => {
      end();
      thread = undefined;
      void reader.terminate().then(settle, settle);
    };
    const onAbort = (): void => stop(() => reject(signal?.reason as Error));
    const onMessage = (reply: PdfReply): void => {
      since = performance.now();
      if (reply.kind === "page") page = reply.number;
      else if (reply.kind === "done") {
        end();
        resolve(reply.pdf);
      } else {
        end();
        const { code, message, data } = reply.error;
        reject(new AppError(code, message, data));
      }
    };
    // The thread's own heap is bounded too: it ends with an error instead of filling the machine.
    const onError = (): void => stop(() => resolve({ page, stopped: "needs too much memory" }));
    const onExit = (): void => stop(() => resolve({ page, stopped: "ended the reader" }));
    const watch = setInterval(() => {
      if (process.memoryUsage.rss() - before > limits.memory)
        stop(() =>
          resolve({ page, stopped: `unpacks to more than ${megabytes(limits.memory)} MB` }),
        );
      else if (performance.now() - since > (page === 0 ? openTime : limits.pageTime))
        stop(() =>
          resolve({
            page,
            stopped: `takes longer than ${(page === 0 ? openTime : limits.pageTime) / 1000} s`,
          }),
        );
    }, lookEvery);
    signal?.addEventListener("abort", onAbort, { once: true });
    reader.on("message", onMessage).on("error", onError).on("exit", onExit);
    reader.postMessage(order);
  });
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

function startThread(): Worker {
  return new Worker(fileURLToPath(entry), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    resourceLimits: { maxOldGenerationSizeMb: 1500 },
    env: {},
  });
}
