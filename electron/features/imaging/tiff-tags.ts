/** The structure of a TIFF or BigTIFF file: its pages and their tags (TIFF 6.0, sections 2 and 8). */
import { AppError } from "../../api/errors.ts";

export type TiffPage = {
  /** Numbers of a tag; empty where the page has none. */
  numbers: (tag: number) => number[];
  bytes: (tag: number) => Uint8Array;
  text: (tag: number) => string;
};

const mostPages = 4096;
const mostValues = 1 << 24;
const sizes: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

export function isTiff(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes as unknown as number[];
  if (bytes.length < 8) return false;
  return (
    (a === 0x49 && b === 0x49 && (c === 42 || c === 43) && d === 0) ||
    (a === 0x4d && b === 0x4d && c === 0 && (d === 42 || d === 43))
  );
}

/** Bytes by place, so that of a slide of gigabytes only what is asked for is read. */
export type ByteSource = { length: number; slice: (from: number, to: number) => Uint8Array };
export const inMemory = (bytes: Uint8Array): ByteSource => ({
  length: bytes.length,
  slice: (from, to) => bytes.subarray(from, to),
});

type Reader = {
  little: boolean;
  big: boolean;
  u16: (at: number) => number;
  word: (at: number) => number;
  source: ByteSource;
};

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function readerOf(source: ByteSource): Reader {
  const head = source.slice(0, 8);
  const little = head[0] === 0x49;
  const big = viewOf(head).getUint16(2, little) === 43;
  const at = (place: number, size: number): DataView => viewOf(source.slice(place, place + size));
  return {
    little,
    big,
    source,
    u16: (place) => at(place, 2).getUint16(0, little),
    word: (place) =>
      big ? Number(at(place, 8).getBigUint64(0, little)) : at(place, 4).getUint32(0, little),
  };
}

/** All pages of a file in its order. @throws badFile where the chain of pages or a tag leaves the file */
export function tiffPages(
  source: ByteSource,
  name: string,
): { pages: TiffPage[]; little: boolean } {
  const reader = readerOf(source);
  const pages: TiffPage[] = [];
  const seen = new Set<number>();
  try {
    let at = reader.word(reader.big ? 8 : 4);
    while (at !== 0 && !seen.has(at) && pages.length < mostPages) {
      seen.add(at);
      const { page, next } = pageAt(reader, at);
      pages.push(page);
      at = next;
    }
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new AppError(
      "badFile",
      `"${name}" ends inside its TIFF directory (${source.length} bytes).`,
    );
  }
  return { pages, little: reader.little };
}

function pageAt(reader: Reader, at: number): { page: TiffPage; next: number } {
  const { big, u16, word, source } = reader;
  const count = big ? word(at) : u16(at);
  const start = at + (big ? 8 : 2);
  const step = big ? 20 : 12;
  if (count > 4096) throw new RangeError(`${count} tags`);
  const entries = new Map<number, { type: number; count: number; at: number }>();
  for (let n = 0; n < count; n += 1) {
    const place = start + n * step;
    const type = u16(place + 2);
    const values = word(place + 4);
    const size = (sizes[type] ?? 1) * values;
    const inside = big ? 8 : 4;
    const where = place + (big ? 12 : 8);
    if (values > mostValues) continue;
    entries.set(u16(place), { type, count: values, at: size <= inside ? where : word(where) });
  }
  const bytesOf = (tag: number): Uint8Array => {
    const entry = entries.get(tag);
    if (entry === undefined) return new Uint8Array();
    return source.slice(entry.at, entry.at + entry.count * (sizes[entry.type] ?? 1));
  };
  return {
    next: word(start + count * step),
    page: {
      bytes: bytesOf,
      text: (tag) => new TextDecoder("latin1").decode(bytesOf(tag)).replace(/\0.*$/s, ""),
      numbers: (tag) => {
        const entry = entries.get(tag);
        if (entry === undefined) return [];
        const { type, at: first } = entry;
        const size = sizes[type] ?? 1;
        if (first + entry.count * size > source.length) return [];
        const view = viewOf(source.slice(first, first + entry.count * size));
        return Array.from({ length: entry.count }, (_, n) =>
          numberAt({ view, little: reader.little }, type, n * size),
        );
      },
    },
  };
}

function numberAt(
  { view, little }: { view: DataView; little: boolean },
  type: number,
  at: number,
): number {
  switch (type) {
    case 3:
      return view.getUint16(at, little);
    case 4:
    case 13:
      return view.getUint32(at, little);
    case 5:
      return view.getUint32(at, little) / (view.getUint32(at + 4, little) || 1);
    case 6:
      return view.getInt8(at);
    case 8:
      return view.getInt16(at, little);
    case 9:
      return view.getInt32(at, little);
    case 10:
      return view.getInt32(at, little) / (view.getInt32(at + 4, little) || 1);
    case 11:
      return view.getFloat32(at, little);
    case 12:
      return view.getFloat64(at, little);
    case 16:
    case 18:
      return Number(view.getBigUint64(at, little));
    case 17:
      return Number(view.getBigInt64(at, little));
    default:
      return view.getUint8(at);
  }
}
