/** One strip or tile of a TIFF, unpacked: none, LZW, deflate, PackBits and JPEG (TIFF 6.0 sections 9, 13, 14). */
import { inflateSync } from "node:zlib";
import jpeg from "jpeg-js";
import { AppError } from "../../api/errors.ts";

export const tiffCompressions: Record<number, string> = {
  1: "none",
  5: "LZW",
  7: "JPEG",
  8: "deflate",
  32773: "PackBits",
  32946: "deflate",
};

/** `tables`: the page's JPEG tables, empty without; `colour`: JPEG samples are YCbCr, to be made RGB. */
export type Packing = {
  compression: number;
  wanted: number;
  tables: Uint8Array;
  colour: boolean;
  width: number;
  samples: number;
};

/** More than any of these packings gains: a block that claims more is broken, and nothing is laid out for it. */
export const mostGain = 4096;

/** At most `wanted` bytes; fewer where the block holds fewer. @throws badFile */
export function unpackBlock(block: Uint8Array, how: Packing): Uint8Array {
  const { compression } = how;
  const wanted = Math.min(how.wanted, block.length * mostGain);
  switch (compression) {
    case 1:
      return block.subarray(0, wanted);
    case 5:
      return lzw(block, wanted);
    case 7:
      return jpegBlock(block, how);
    case 8:
    case 32946: {
      const out = inflateSync(block, { maxOutputLength: wanted + 1024 });
      return new Uint8Array(out.buffer, out.byteOffset, out.length);
    }
    default:
      return packBits(block, wanted);
  }
}

function packBits(block: Uint8Array, wanted: number): Uint8Array {
  const out = new Uint8Array(wanted);
  let to = 0;
  for (let at = 0; at < block.length && to < wanted;) {
    const head = block[at] as number;
    at += 1;
    if (head < 128) {
      const run = block.subarray(at, Math.min(at + head + 1, at + wanted - to));
      out.set(run, to);
      to += run.length;
      at += head + 1;
    } else if (head > 128) {
      const end = Math.min(wanted, to + 257 - head);
      out.fill(block[at] ?? 0, to, end);
      to = end;
      at += 1;
    }
  }
  return out.subarray(0, to);
}

const clear = 256;
const endOfData = 257;

/** TIFF's LZW: codes of 9 to 12 bits, highest bit first, one code earlier than GIF. */
function lzw(block: Uint8Array, wanted: number): Uint8Array {
  const out = new Uint8Array(wanted);
  const prefix = new Uint16Array(4096);
  const last = new Uint8Array(4096);
  const lengths = new Uint16Array(4096);
  for (let code = 0; code < 256; code += 1) {
    last[code] = code;
    lengths[code] = 1;
  }
  let to = 0;
  let next = 258;
  let width = 9;
  let previous = -1;
  let bits = 0;
  let held = 0;
  const write = (code: number): number => {
    const size = lengths[code] as number;
    let one = code;
    for (let n = size - 1; n >= 0; n -= 1) {
      if (to + n < wanted) out[to + n] = last[one] as number;
      if (n > 0) one = prefix[one] as number;
    }
    to += size;
    return one;
  };
  for (let at = 0; at < block.length || bits >= width;) {
    while (bits < width && at < block.length) {
      held = ((held << 8) | (block[at] as number)) & 0xffffff;
      bits += 8;
      at += 1;
    }
    if (bits < width) break;
    const code = (held >> (bits - width)) & ((1 << width) - 1);
    bits -= width;
    if (code === endOfData || to >= wanted) break;
    if (code === clear) {
      next = 258;
      width = 9;
      previous = -1;
      continue;
    }
    if (previous < 0) {
      if (code > 255) throw new AppError("badFile", "The LZW stream does not start with a value.");
      write(code);
    } else {
      if (code > next || next > 4095)
        throw new AppError("badFile", "The LZW stream names a code that it has not made.");
      prefix[next] = previous;
      lengths[next] = (lengths[previous] as number) + 1;
      const first =
        code === next ? firstOf(previous, prefix, lengths) : firstOf(code, prefix, lengths);
      last[next] = first;
      next += 1;
      write(code);
    }
    previous = code;
    if (next + 1 >= 1 << width && width < 12) width += 1;
  }
  return out.subarray(0, Math.min(to, wanted));
}

function firstOf(code: number, prefix: Uint16Array, lengths: Uint16Array): number {
  let one = code;
  for (let n = (lengths[code] as number) - 1; n > 0; n -= 1) one = prefix[one] as number;
  return one;
}

/** Abbreviated streams take their tables from the page (JPEGTables, 347): both in one stream. */
function jpegBlock(
  block: Uint8Array,
  { tables, wanted, colour, width, samples }: Packing,
): Uint8Array {
  let whole = block;
  if (tables.length > 4) {
    whole = new Uint8Array(tables.length - 2 + block.length - 2);
    whole.set(tables.subarray(0, tables.length - 2));
    whole.set(block.subarray(2), tables.length - 2);
  }
  const image = jpeg.decode(whole, {
    useTArray: true,
    formatAsRGBA: false,
    colorTransform: colour,
    maxResolutionInMP: 100,
    maxMemoryUsageInMB: 1024,
  });
  if (image.width !== width)
    throw new AppError("badFile", `Its JPEG is ${image.width} pixels wide, the block ${width}.`);
  if (samples === 3) return image.data.subarray(0, wanted);
  // The decoder gives grey as three equal values.
  return Uint8Array.from(
    { length: Math.min(wanted, image.width * image.height) },
    (_, at) => image.data[at * 3] as number,
  );
}
