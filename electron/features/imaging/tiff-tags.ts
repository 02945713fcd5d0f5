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

type Reader = {
  little: boolean;
  big: boolean;
  u16: (at: number) => number;
  u32: (at: number) => number;
  word: (at: number) => number;
  bytes: Uint8Array;
  view: DataView;
};

function readerOf(bytes: Uint8Array): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  const big = view.getUint16(2, little) === 43;
  return {
    little,
    big,
    bytes,
    view,
    u16: (at) => view.getUint16(at, little),
    u32: (at) => view.getUint32(at, little),
    word: (at) => (big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little)),
  };
}

/** All pages of a file in its order. @throws badFile where the chain of pages or a tag leaves the file */
export function tiffPages(bytes: Uint8Array, name: string): { pages: TiffPage[]; little: boolean } {
  const reader = readerOf(bytes);
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
      `"${name}" ends inside its TIFF directory (${bytes.length} bytes).`,
    );
  }
  return { pages, little: reader.little };
}

function pageAt(reader: Reader, at: number): { page: TiffPage; next: number } {
  const { big, u16, word, view, little } = reader;
  const count = big ? Number(view.getBigUint64(at, little)) : u16(at);
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
    return reader.bytes.subarray(entry.at, entry.at + entry.count * (sizes[entry.type] ?? 1));
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
        if (first + entry.count * size > reader.bytes.length) return [];
        return Array.from({ length: entry.count }, (_, n) =>
          numberAt(reader, type, first + n * size),
        );
      },
    },
  };
}

function numberAt({ view, little }: Reader, type: number, at: number): number {
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
