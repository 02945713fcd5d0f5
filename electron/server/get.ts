/**
 * One GET whose body is kept to the last byte that came: `fetch` throws away what is still queued when the line is
 * cut, which on a line that is cut after each burst is all there is. The proxy is the one that `goThrough` set.
 */
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import { AppError } from "../api/errors.ts";

export type Answer = {
  status: number;
  headers: IncomingHttpHeaders;
  /** In order; throws after the last chunk that came when the line was cut. */
  chunks: AsyncGenerator<Uint8Array>;
  discard: () => void;
};

const mostRedirects = 5;
/** A line that says nothing for this long counts as cut. */
const silenceMs = 60_000;
/** What may wait to be written before the sender is slowed down. */
const mostWaiting = 8 << 20;

/** @throws network for too many redirects or one to plain http; the system's error when nobody answers */
export async function get(
  address: string,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Answer> {
  let url = new URL(address);
  let sent = headers;
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const response = await ask(url, sent, signal);
    const { statusCode: status = 0, headers: received } = response;
    const to = [301, 302, 303, 307, 308].includes(status) ? received.location : undefined;
    if (to === undefined)
      return {
        status,
        headers: received,
        chunks: arriving(response),
        discard: () => response.destroy(),
      };
    response.destroy();
    const next = new URL(to, url);
    if (url.protocol === "https:" && next.protocol !== "https:")
      throw new AppError("network", `${url.href} leads to "${next.href}", which is not https.`);
    // A token is meant for the one who asked for it.
    if (next.origin !== url.origin) {
      const { authorization: _token, ...rest } = sent;
      sent = rest;
    }
    url = next;
  }
  throw new AppError("network", `${address} leads on more than ${mostRedirects} times.`);
}

function ask(
  url: URL,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === "https:" ? https : http;
    const asked = request(url, { headers, ...(signal ? { signal } : {}) }, resolve);
    asked.setTimeout(silenceMs, () =>
      asked.destroy(new Error(`nothing came for ${silenceMs / 1000} s`)),
    );
    asked.on("error", reject);
    asked.end();
  });
}

/** Listens at once, so that nothing is lost between the head and the first wish for a chunk. */
function arriving(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  const waiting: Uint8Array[] = [];
  let bytes = 0;
  let end: { error?: Error } | undefined;
  let wake = (): void => {};
  const ended = (error?: Error): void => {
    end ??= error ? { error } : {};
    wake();
  };
  response.on("data", (chunk: Uint8Array) => {
    waiting.push(chunk);
    bytes += chunk.length;
    if (bytes > mostWaiting) response.pause();
    wake();
  });
  response.on("end", () => ended());
  response.on("error", ended);
  response.on("close", () => ended(response.complete ? undefined : new Error("closed early")));
  return (async function* () {
    try {
      for (;;) {
        const chunk = waiting.shift();
        if (chunk !== undefined) {
          bytes -= chunk.length;
          if (response.isPaused() && bytes < mostWaiting / 2) response.resume();
          yield chunk;
          continue;
        }
        if (end?.error) throw end.error;
        if (end) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      response.destroy();
    }
  })();
}
