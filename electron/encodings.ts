/** Bytes of unknown encoding to text, chunk by chunk: UTF-8, UTF-16 and Windows-1252, without reading all of it. */
import { isUtf8 } from "node:buffer";
import { AppError } from "./api/errors.ts";

const newline = 0x0a;

export type TextDecoding = { decode: (chunk: Uint8Array) => string; end: () => string };

/**
 * Chooses by the first bytes: a byte-order mark, or NUL bytes on one side for UTF-16, else the ASCII
 * family. There each stretch of whole lines is UTF-8 when it is valid as such; otherwise line by line,
 * what is not UTF-8 is read as Windows-1252. So a file glued from two encodings reads right too.
 */
export function openDecoding(first: Uint8Array): TextDecoding {
  const wide = wideEncoding(first);
  if (wide !== undefined) {
    const decoder = new TextDecoder(wide);
    return {
      decode: (chunk) => decoder.decode(chunk, { stream: true }),
      end: () => decoder.decode(),
    };
  }
  let kept: Buffer = Buffer.alloc(0);
  let started = false;
  const emit = (bytes: Buffer): string => {
    const text = isUtf8(bytes) ? bytes.toString("utf8") : mixedText(bytes);
    if (started || text === "") return text;
    started = true;
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  };
  return {
    decode(chunk) {
      const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const bytes = kept.length > 0 ? Buffer.concat([kept, piece]) : piece;
      const cut = cutBefore(bytes);
      kept = Buffer.from(bytes.subarray(cut));
      return emit(bytes.subarray(0, cut));
    },
    end: () => emit(kept),
  };
}

/** All of a text file at once. @throws badFile where it holds something else than text */
export function textFrom(bytes: Uint8Array, name: string): string {
  const decoding = openDecoding(bytes);
  const text = decoding.decode(bytes) + decoding.end();
  const strange = text.slice(0, 65_536).match(notInTexts)?.length ?? 0;
  if (strange * 100 > Math.min(text.length, 65_536))
    throw new AppError("badFile", `${name} is no text: it holds binary data.`);
  return text;
}

/** Control characters but tabs and ends of lines and pages, and what no encoding gives. */
// oxlint-disable-next-line no-control-regex
const notInTexts = /[\u0000-\u0008\u000e-\u001f\u007f\ufffd]/g;

/** After the last line end; with no line end, where no UTF-8 sequence is split. */
function cutBefore(bytes: Buffer): number {
  const last = bytes.lastIndexOf(newline);
  if (last >= 0 && bytes.length - last < 1 << 16) return last + 1;
  let cut = bytes.length;
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) cut = bytes.length - back;
    if (byte < 0x80 || byte >= 0xc0) break;
  }
  return cut;
}

function mixedText(bytes: Buffer): string {
  const western = new TextDecoder("windows-1252");
  let text = "";
  let start = 0;
  while (start < bytes.length) {
    const next = bytes.indexOf(newline, start);
    const end = next < 0 ? bytes.length : next + 1;
    const line = bytes.subarray(start, end);
    text += isUtf8(line) ? line.toString("utf8") : western.decode(line);
    start = end;
  }
  return text;
}

function wideEncoding(first: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (first[0] === 0xff && first[1] === 0xfe) return "utf-16le";
  if (first[0] === 0xfe && first[1] === 0xff) return "utf-16be";
  const sample = first.subarray(0, 400);
  let even = 0;
  let odd = 0;
  sample.forEach((byte, index) => {
    if (byte !== 0) return;
    if (index % 2 === 0) even += 1;
    else odd += 1;
  });
  if (sample.length >= 4 && odd > sample.length / 5 && even === 0) return "utf-16le";
  if (sample.length >= 4 && even > sample.length / 5 && odd === 0) return "utf-16be";
  return undefined;
}
