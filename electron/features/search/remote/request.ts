/** Polite requests to a public service: paced, retried when it is busy or the line is cut, abortable. */
import { AppError } from "../../../api/errors.ts";

export type Fetch = (
  url: string,
  options: {
    method: "GET" | "POST";
    body?: string;
    headers: Record<string, string>;
    signal: AbortSignal;
  },
) => Promise<Response>;
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** A body that broke off or cannot be read: it is asked for again. */
export class BrokenBody extends Error {
  override readonly name = "BrokenBody";
}

/** Waits, or rejects with the signal's reason as soon as it is aborted. */
function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** Lets one call through at least `interval` milliseconds after the one before, over all who share it. */
export function createPace(
  interval: number,
  pause: Wait = wait,
): (signal: AbortSignal) => Promise<void> {
  let next = 0;
  return async (signal) => {
    const now = performance.now();
    const at = Math.max(now, next);
    next = at + interval;
    if (at > now) await pause(at - now, signal);
    signal.throwIfAborted();
  };
}

export type Requesting = {
  fetch: Fetch;
  pace: (signal: AbortSignal) => Promise<void>;
  /** Waiting times before each new try, in milliseconds. */
  backoff?: number[];
  pause?: Wait;
  /** The service's name for messages. */
  service: string;
};

const patience = [1000, 2000, 4000, 8000, 16000];
const longestWait = 60_000;

/**
 * The body as text. 429, 5xx, a refused connection and a body that breaks off are tried again after
 * growing pauses (or the service's own Retry-After); `check` may refuse a body the same way by throwing a BrokenBody.
 *
 * @throws AppError `network` naming the service, the status and how often it was tried.
 */
export async function requestText<T>(
  requesting: Requesting,
  target: { url: string; form?: URLSearchParams },
  signal: AbortSignal,
  check: (body: string) => T | Promise<T>,
): Promise<T> {
  const { fetch, pace, service, backoff = patience, pause = wait } = requesting;
  let problem = "";
  for (let attempt = 0; ; attempt += 1) {
    await pace(signal);
    let after: number | undefined;
    try {
      const response = await fetch(target.url, {
        method: target.form === undefined ? "GET" : "POST",
        ...(target.form === undefined ? {} : { body: target.form.toString() }),
        headers:
          target.form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" },
        signal,
      });
      if (response.ok) return await check(await response.text());
      problem = `answered ${response.status} ${response.statusText}`.trim();
      if (response.status !== 429 && response.status < 500) {
        const said = (await response.text()).slice(0, 200).replaceAll(/\s+/g, " ").trim();
        throw new AppError(
          "network",
          `${service} refused the request: it ${problem}${said ? ` ("${said}")` : ""}.`,
          { status: response.status },
        );
      }
      after = retryAfter(response.headers.get("retry-after"));
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      if (thrown instanceof AppError) throw thrown;
      problem = thrown instanceof Error ? thrown.message : String(thrown);
    }
    const delay = backoff[attempt];
    if (delay === undefined)
      throw new AppError(
        "network",
        `${service} could not be reached after ${attempt + 1} tries: ${problem}.`,
        { tries: attempt + 1 },
      );
    await pause(Math.min(longestWait, after ?? delay), signal);
  }
}

/** Seconds or an HTTP date, in milliseconds from now. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
