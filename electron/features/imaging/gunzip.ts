/** The first bytes of a gzipped file: unpacking stops when enough is there, so a gzip bomb never unfolds. */
import { constants, gunzipSync } from "node:zlib";
import { Gunzip } from "fflate";
import { AppError } from "../../api/errors.ts";

const step = 1 << 14;

/** At most `wanted` bytes (fewer where the file holds fewer). @throws badFile when the stream is broken before that */
export function gunzipFirst(file: Uint8Array, wanted: number, name: string): Uint8Array {
  // Headers need a few bytes only; deflate's own block of input is enough for them.
  const input = wanted <= 1024 ? file.subarray(0, step) : file;
  try {
    const out = gunzipSync(input, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: Math.max(wanted, 1),
    });
    return new Uint8Array(out.buffer, out.byteOffset, out.length);
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ERR_BUFFER_TOO_LARGE")
      return stepwise(input, wanted, name);
    throw new AppError(
      "badFile",
      `"${name}" cannot be unpacked: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
    );
  }
}

/** Slower, for files that hold more than is wanted (a fourth dimension, or a bomb). */
function stepwise(file: Uint8Array, wanted: number, name: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let there = 0;
  const stream = new Gunzip((part) => {
    if (there < wanted) parts.push(part);
    there += part.length;
  });
  try {
    for (let at = 0; at < file.length && there < wanted; at += step)
      stream.push(file.subarray(at, at + step), at + step >= file.length);
  } catch (thrown) {
    // A header is read from the file's first bytes alone: that the stream goes on is no error then.
    if (there < wanted)
      throw new AppError(
        "badFile",
        `"${name}" cannot be unpacked: ${thrown instanceof Error ? thrown.message : String(thrown)} (after ${there} bytes).`,
      );
  }
  const out = new Uint8Array(Math.min(there, wanted));
  let filled = 0;
  for (const part of parts) {
    const fitting = part.subarray(0, out.length - filled);
    out.set(fitting, filled);
    filled += fitting.length;
  }
  return out;
}
