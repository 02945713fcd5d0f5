/**
 * The head of a GGUF file: what the model is called, how long a text it reads, under which licence.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (version 2 and 3, little-endian)
 */
import { AppError } from "../../../api/errors.ts";

export type GgufHeader = {
  name: string;
  architecture: string;
  licence: string;
  /** Tokens it was trained to read; 0 where the file does not say. */
  contextTokens: number;
  hasTokenizer: boolean;
};

const most = { strings: 1 << 20, entries: 10_000, elements: 4_000_000 };
/** Bytes of the fixed-size value types, by their number. */
const sizes: Record<number, number> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const typeString = 8;
const typeArray = 9;

export function isGguf(head: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(head.subarray(0, 4)) === "GGUF";
}

/** @param head the file's beginning, with all of its key-value pairs. @throws AppError `packInvalid` */
export function readGgufHeader(head: Uint8Array, fileName: string): GgufHeader {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const decoder = new TextDecoder();
  let at = 0;
  const broken = (why: string): AppError =>
    new AppError("packInvalid", `"${fileName}" is no GGUF file that can be read: ${why}.`);
  const take = (bytes: number): number => {
    const from = at;
    if (bytes < 0 || at + bytes > head.length) throw broken("its head is cut");
    at += bytes;
    return from;
  };
  const u32 = (): number => view.getUint32(take(4), true);
  const u64 = (): number => Number(view.getBigUint64(take(8), true));
  const text = (): string => {
    const length = u64();
    if (length > most.strings) throw broken(`it holds a text of ${length} bytes`);
    const from = take(length);
    return decoder.decode(head.subarray(from, from + length));
  };
  const value = (type: number): string | number | null => {
    if (type === typeString) return text();
    if (type === typeArray) {
      const inner = u32();
      const count = u64();
      if (count > most.elements) throw broken(`it holds a list of ${count} entries`);
      if (inner === typeString) for (let index = 0; index < count; index += 1) text();
      else take(count * sizeOf(inner));
      return count;
    }
    const from = take(sizeOf(type));
    if (type === 4) return view.getUint32(from, true);
    if (type === 5) return view.getInt32(from, true);
    return type === 10 ? Number(view.getBigUint64(from, true)) : null;
  };
  const sizeOf = (type: number): number => {
    const size = sizes[type];
    if (size === undefined) throw broken(`it holds a value of the unknown type ${type}`);
    return size;
  };

  if (!isGguf(head)) throw broken("it does not begin as one");
  take(4);
  const version = u32();
  if (version < 2 || version > 3) throw broken(`version ${version} is not known (2 and 3 are)`);
  u64();
  const entries = u64();
  if (entries > most.entries) throw broken(`it names ${entries} properties`);
  const known = new Map<string, string | number | null>();
  for (let index = 0; index < entries; index += 1) {
    const key = text();
    known.set(key, value(u32()));
  }
  const architecture = String(known.get("general.architecture") ?? "");
  return {
    name: String(known.get("general.name") ?? "") || fileName.replace(/\.gguf$/i, ""),
    architecture,
    licence: String(known.get("general.license") ?? ""),
    contextTokens: Number(known.get(`${architecture}.context_length`) ?? 0),
    hasTokenizer: known.has("tokenizer.ggml.model"),
  };
}
