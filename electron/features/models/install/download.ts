/** One file over HTTP into a folder: resumed by Range after a cut, checked by size and sha256. */
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { AppError } from "../../../api/errors.ts";
import { get, type Answer } from "../../../server/get.ts";
import { hashFile } from "../pack.ts";

export type Download = {
  url: string;
  /** Where it ends up; while under way beside it as `.part`, which a later try goes on from. */
  target: string;
  /** At most this many bytes are taken; exactly this many when `sha256` is given. */
  bytes: number;
  sha256?: string;
  token?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: (done: number, total: number) => void;
  /** Milliseconds before the first retry; doubled each time. */
  patience?: number;
};

const triesWithoutProgress = 5;

/** @throws network, notFound, unauthorized, packMismatch, cancelled */
export async function download(request: Download): Promise<void> {
  const part = `${request.target}.part`;
  await mkdir(dirname(request.target), { recursive: true });
  let fruitless = 0;
  while (fruitless < triesWithoutProgress) {
    const before = await sizeAt(part);
    const outcome = await attempt(request, part);
    if (outcome === "done") return finish(request, part);
    fruitless = (await sizeAt(part)) > before ? 0 : fruitless + 1;
    if (fruitless === triesWithoutProgress)
      throw new AppError(
        "network",
        `${request.url}: ${outcome.problem} Tried ${triesWithoutProgress} times without getting further; adding the pack again goes on from byte ${await sizeAt(part)}.`,
      );
    await pause(outcome.waitMs ?? (request.patience ?? 500) * 2 ** fruitless, undefined, {
      ...(request.signal ? { signal: request.signal } : {}),
    });
  }
}

async function sizeAt(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

type Outcome = "done" | { problem: string; waitMs?: number };

/** One request: takes what comes, keeps it, says whether the file is whole. */
async function attempt(request: Download, part: string): Promise<Outcome> {
  const have = await sizeAt(part);
  if (request.sha256 !== undefined && have === request.bytes) return "done";
  const tag = have > 0 ? await readFile(`${part}.etag`, "utf8").catch(() => "") : "";
  const headers: Record<string, string> = {
    // Bytes are counted and resumed, so nothing may be re-encoded on the way.
    "accept-encoding": "identity",
    ...(request.token ? { authorization: `Bearer ${request.token}` } : {}),
    ...(have > 0 ? { range: `bytes=${have}-`, ...(tag ? { "if-range": tag } : {}) } : {}),
  };
  let response: Answer;
  try {
    response = await get(request.url, headers, request.signal);
  } catch (thrown) {
    request.signal?.throwIfAborted();
    if (thrown instanceof AppError) throw thrown;
    return { problem: `The server could not be reached (${causeOf(thrown)}).` };
  }
  return take(request, response, part, have);
}

async function take(
  request: Download,
  response: Answer,
  part: string,
  have: number,
): Promise<Outcome> {
  const { status } = response;
  if (status === 416) {
    // What is kept is not a beginning of what is there now.
    response.discard();
    await rm(part, { force: true });
    return { problem: "The file changed on the server." };
  }
  if (status !== 200 && status !== 206) {
    response.discard();
    return refusal(request, response);
  }
  const from = status === 206 ? startOf(response) : 0;
  if (from !== have && status === 206) {
    response.discard();
    await rm(part, { force: true });
    return { problem: `The server sent bytes from ${from}, not from ${have}.` };
  }
  const tag = response.headers.etag ?? "";
  await writeFile(`${part}.etag`, tag.startsWith("W/") ? "" : tag);
  const promised = Number(response.headers["content-length"] ?? Number.NaN);
  try {
    await keep(request, response, part, from);
  } catch (thrown) {
    request.signal?.throwIfAborted();
    if (
      thrown instanceof AppError ||
      (thrown instanceof Error && "code" in thrown && thrown.code === "ENOSPC")
    )
      throw thrown;
    return { problem: `The connection was cut (${causeOf(thrown)}).` };
  }
  const size = await sizeAt(part);
  const whole =
    request.sha256 === undefined
      ? Number.isNaN(promised) || size === from + promised
      : size === request.bytes;
  return whole
    ? "done"
    : {
        problem: `The server sent ${size} bytes${request.sha256 === undefined ? "" : ` of ${request.bytes}`}.`,
      };
}

function startOf(response: Answer): number {
  return Number(/^bytes (\d+)-/.exec(response.headers["content-range"] ?? "")?.[1] ?? Number.NaN);
}

function refusal({ url, token }: Download, { status, headers }: Answer): Outcome {
  if (status === 401 || status === 403)
    throw new AppError(
      "unauthorized",
      `${url} asks for an access token (HTTP ${status}); ${token ? "the one that was sent is not taken" : "none is set"}.`,
      { status },
    );
  if (status === 404 || status === 410)
    throw new AppError("notFound", `${url} is not there (HTTP ${status}).`, { status });
  if (status !== 429 && status < 500)
    throw new AppError("network", `${url} was refused (HTTP ${status}).`, { status });
  const seconds = Number(headers["retry-after"] ?? Number.NaN);
  return {
    problem: `The server answered HTTP ${status}.`,
    ...(Number.isNaN(seconds) ? {} : { waitMs: Math.min(seconds, 60) * 1000 }),
  };
}

/** Writes what comes as it comes; what came before a cut is on the disk when this throws, and counted. */
async function keep(
  { url, bytes, onProgress, signal }: Download,
  { chunks }: Answer,
  part: string,
  from: number,
): Promise<void> {
  const file = await open(part, from > 0 ? "a" : "w");
  let done = from;
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      if (done + chunk.length > bytes)
        throw new AppError(
          "packMismatch",
          `${url} sends more than the ${bytes} bytes expected. Nothing was installed.`,
          { expected: bytes },
        );
      await file.writeFile(chunk);
      done += chunk.length;
      onProgress?.(done, bytes);
    }
  } finally {
    await file.close();
  }
}

async function finish({ url, target, sha256 }: Download, part: string): Promise<void> {
  await rm(`${part}.etag`, { force: true });
  if (sha256 !== undefined) {
    const actual = await hashFile(part);
    if (actual !== sha256) {
      await rm(part, { force: true });
      throw new AppError(
        "packMismatch",
        `${url} does not have the recorded sha256: it was damaged on the way or is another file. Nothing was installed.`,
        { expected: sha256, actual },
      );
    }
  }
  await rename(part, target);
}

function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
}
