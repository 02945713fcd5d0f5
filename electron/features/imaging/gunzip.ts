/** The first bytes of a gzipped file: unpacking stops when enough is there, so a gzip bomb never unfolds. */
import { Gunzip } from "fflate";
import { AppError } from "../../api/errors.ts";

const step = 1 << 14;

/** At most `wanted` bytes (fewer where the file holds fewer). @throws badFile when the stream is broken before that */
export function gunzipFirst(file: Uint8Array, wanted: number, name: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let there = 0;
  const stream = new Gunzip((part) => {
    if (there < wanted) parts.push(part);
    there += part.length;
  });
  try {
    for (let at = 0; at < file.length && there < wanted; at += step) stream.push(file.subarray(at, at + step), at + step >= file.length);
  } catch (thrown) {
    throw new AppError("badFile", `"${name}" cannot be unpacked: ${thrown instanceof Error ? thrown.message : String(thrown)} (after ${there} bytes).`);
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
