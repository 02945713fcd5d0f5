/** TIFF pages to one volume: grey, palette and colour, in strips or tiles; pages of one size become slices. */
import { AppError } from "../../api/errors.ts";
import type { Volume, Voxels } from "../../api/volume.ts";
import { unplaced } from "./raster.ts";
import { mostGain, tiffCompressions, unpackBlock, type Packing } from "./tiff-blocks.ts";
import { inMemory, tiffPages, type TiffPage } from "./tiff-tags.ts";
import { channelsApart, elementsOf, type ElementKind } from "./voxel-bytes.ts";

const megapixels = 100;
/** What a screen shows at once without tiles. */
const overviewPixels = 16e6;
const mostSamples = 5;
const mostValues = 2 ** 29;

type Layout = {
  width: number;
  height: number;
  samples: number;
  bits: number;
  kind: ElementKind;
  photometric: number;
  compression: number;
  planar: boolean;
};

const tag = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  stripOffsets: 273,
  samples: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
  planar: 284,
  predictor: 317,
  palette: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileBytes: 325,
  sampleFormat: 339,
  jpegTables: 347,
} as const;

function layoutOf(page: TiffPage, name: string): Layout {
  const [width = 0] = page.numbers(tag.width);
  const [height = 0] = page.numbers(tag.height);
  const [samples = 1] = page.numbers(tag.samples);
  const [bits = 1] = page.numbers(tag.bits);
  const [format = 1] = page.numbers(tag.sampleFormat);
  const [compression = 1] = page.numbers(tag.compression);
  const [photometric = 1] = page.numbers(tag.photometric);
  if (width < 1 || height < 1)
    throw new AppError("badFile", `"${name}": the TIFF page gives the size ${width} × ${height}.`);
  if (width * height > megapixels * 1e6)
    throw new AppError(
      "unsupported",
      `"${name}": ${width} × ${height} pixels; at most ${megapixels} megapixels are read at once.`,
    );
  if (tiffCompressions[compression] === undefined)
    throw new AppError(
      "unsupported",
      `"${name}": TIFF compression ${compression} is not read (${[...new Set(Object.values(tiffCompressions))].join(", ")} are).`,
    );
  if (photometric === 6 && compression !== 7)
    throw new AppError("unsupported", `"${name}": TIFF in YCbCr is read as JPEG only.`);
  if (![0, 1, 2, 3, 6].includes(photometric))
    throw new AppError(
      "unsupported",
      `"${name}": TIFF photometric interpretation ${photometric} is not read.`,
    );
  if (samples < 1 || samples > mostSamples)
    throw new AppError(
      "unsupported",
      `"${name}": ${samples} samples per TIFF pixel; at most ${mostSamples} are read.`,
    );
  if (compression === 7 && (bits !== 8 || (samples !== 1 && samples !== 3)))
    throw new AppError(
      "unsupported",
      `"${name}": JPEG in TIFF is read with 8 bits and 1 or 3 samples, not ${bits} bits and ${samples}.`,
    );
  if ((page.numbers(tag.predictor)[0] ?? 1) > 2)
    throw new AppError(
      "unsupported",
      `"${name}": TIFF predictor ${page.numbers(tag.predictor)[0]} is not read (none and horizontal differences are).`,
    );
  const kind = kindOf(bits, format);
  if (kind === null)
    throw new AppError(
      "unsupported",
      `"${name}": TIFF samples of ${bits} bits in format ${format} are not read.`,
    );
  return {
    width,
    height,
    samples,
    bits,
    kind,
    photometric,
    compression,
    planar: page.numbers(tag.planar)[0] === 2,
  };
}

function kindOf(bits: number, format: number): ElementKind | null {
  if (format === 3) return bits === 32 ? "float32" : bits === 64 ? "float64" : null;
  const sign = format === 2 ? "int" : "uint";
  if (bits === 8 || bits === 16 || bits === 32) return `${sign}${bits}`;
  return format === 1 && (bits === 1 || bits === 2 || bits === 4) ? "uint8" : null;
}

/** Samples of a page as they are stored, side by side. @throws badFile where a block is missing or broken */
function pixelsOf(
  page: TiffPage,
  layout: Layout,
  file: Uint8Array,
  little: boolean,
  name: string,
): Voxels {
  const { width, height, samples, bits, kind, planar, compression } = layout;
  const tiled = page.numbers(tag.tileOffsets).length > 0;
  const offsets = page.numbers(tiled ? tag.tileOffsets : tag.stripOffsets);
  const lengths = page.numbers(tiled ? tag.tileBytes : tag.stripBytes);
  const blockWidth = tiled ? (page.numbers(tag.tileWidth)[0] ?? 0) : width;
  const blockHeight = tiled
    ? (page.numbers(tag.tileHeight)[0] ?? 0)
    : Math.min(height, page.numbers(tag.rowsPerStrip)[0] ?? height);
  if (blockWidth < 1 || blockHeight < 1 || blockWidth * blockHeight > megapixels * 1e6)
    throw new AppError("badFile", `"${name}": TIFF blocks of ${blockWidth} × ${blockHeight}.`);
  const across = Math.ceil(width / blockWidth);
  const down = Math.ceil(height / blockHeight);
  const mixed = planar ? 1 : samples;
  const planes = planar ? samples : 1;
  if (offsets.length < across * down * planes)
    throw new AppError(
      "badFile",
      `"${name}": the TIFF page needs ${across * down * planes} blocks and names ${offsets.length}.`,
    );
  const rowBytes = Math.ceil((blockWidth * mixed * bits) / 8);
  const packed = lengths.reduce((sum, size) => sum + Math.min(size, file.length), 0);
  const promised = (width * height * samples * bits) / 8;
  if (promised > (compression === 1 ? Math.max(packed, file.length) : packed * mostGain) + rowBytes)
    throw new AppError(
      "badFile",
      `"${name}": the TIFF page promises ${promised} bytes of pixels, its blocks hold ${packed}.`,
    );
  const whole = elementsOf(new Uint8Array(0), 0, 0, kind, little);
  const out = new (whole.constructor as new (size: number) => Voxels)(width * height * samples);
  const tables = page.bytes(tag.jpegTables);
  const predictor = page.numbers(tag.predictor)[0] ?? 1;
  for (let index = 0; index < across * down * planes; index += 1) {
    const plane = Math.floor(index / (across * down));
    const x = ((index % (across * down)) % across) * blockWidth;
    const y = Math.floor((index % (across * down)) / across) * blockHeight;
    const rows = Math.min(blockHeight, height - y);
    const start = offsets[index] as number;
    const block = file.subarray(start, start + (lengths[index] ?? file.length));
    const raw = unpacked(
      block,
      {
        compression,
        wanted: rowBytes * blockHeight,
        tables,
        colour: layout.photometric === 6,
        width: blockWidth,
        samples: mixed,
      },
      name,
    );
    if (
      raw.length <
      rowBytes * (rows - 1) + Math.ceil((Math.min(blockWidth, width - x) * mixed * bits) / 8)
    )
      throw new AppError(
        "badFile",
        `"${name}": TIFF block ${index + 1} of ${across * down * planes} breaks off.`,
      );
    const full = new Uint8Array(rowBytes * rows);
    full.set(raw.subarray(0, full.length));
    const values = rowsOf(full, { bits, kind, little, perRow: blockWidth * mixed, rows, rowBytes });
    if (predictor === 2) undoDifferences(values, blockWidth * mixed, mixed, bits);
    for (let row = 0; row < rows; row += 1)
      for (let column = 0; column < Math.min(blockWidth, width - x); column += 1)
        for (let c = 0; c < mixed; c += 1)
          out[((y + row) * width + x + column) * samples + (planar ? plane : c)] = values[
            (row * blockWidth + column) * mixed + c
          ] as number;
  }
  return out;
}

function unpacked(block: Uint8Array, how: Packing, name: string): Uint8Array {
  try {
    return unpackBlock(block, how);
  } catch (thrown) {
    throw new AppError(
      "badFile",
      `"${name}": a ${tiffCompressions[how.compression]} block of the TIFF cannot be unpacked. ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
}

type Rows = {
  bits: number;
  kind: ElementKind;
  little: boolean;
  perRow: number;
  rows: number;
  rowBytes: number;
};

/** Values row by row; those of less than a byte are taken out of their bytes, highest bit first. */
function rowsOf(bytes: Uint8Array, { bits, kind, little, perRow, rows, rowBytes }: Rows): Voxels {
  if (bits >= 8) return elementsOf(bytes, 0, perRow * rows, kind, little);
  const out = new Uint8Array(perRow * rows);
  const mask = 2 ** bits - 1;
  for (let at = 0; at < out.length; at += 1) {
    const bit = (at % perRow) * bits;
    const byte = bytes[Math.floor(at / perRow) * rowBytes + (bit >> 3)] as number;
    out[at] = (byte >> (8 - bits - (bit & 7))) & mask;
  }
  return out;
}

/** Predictor 2: each value is stored as the difference to its left neighbour (section 14). */
function undoDifferences(values: Voxels, perRow: number, step: number, bits: number): void {
  const wrap = 2 ** bits;
  for (let row = 0; row < values.length; row += perRow)
    for (let at = row + step; at < row + perRow; at += 1)
      values[at] = ((values[at] as number) + (values[at - step] as number)) % wrap;
}

/** Grey as stored (white-is-zero turned over), palettes and YCbCr to RGB. */
function shown(pixels: Voxels, page: TiffPage, layout: Layout): { data: Voxels; channels: number } {
  const { samples, bits, photometric } = layout;
  if (photometric === 3) {
    const table = page.numbers(tag.palette);
    const entries = table.length / 3;
    const out = new Uint8Array(pixels.length * 3);
    for (let c = 0; c < 3; c += 1)
      for (let at = 0; at < pixels.length; at += 1)
        out[c * pixels.length + at] = (table[c * entries + (pixels[at] as number)] ?? 0) >> 8;
    return { data: out, channels: 3 };
  }
  const apart = samples === 1 ? pixels : channelsApart(pixels, samples, samples >= 3 ? 3 : 1);
  if (samples >= 3)
    return {
      data: apart instanceof Uint16Array ? Uint8Array.from(apart, (value) => value >> 8) : apart,
      channels: 3,
    };
  const top = 2 ** bits - 1;
  const scale = bits < 8 ? 255 / top : 1;
  const turned = photometric === 0 && layout.kind.startsWith("uint");
  return {
    data:
      turned || scale !== 1 ? apart.map((value) => (turned ? top - value : value) * scale) : apart,
    channels: 1,
  };
}

/** @throws badFile, unsupported */
export function readTiff(bytes: Uint8Array, name: string): { volume: Volume; warnings: string[] } {
  const { pages, little } = tiffPages(inMemory(bytes), name);
  const [largest] = pages;
  if (largest === undefined) throw new AppError("badFile", `"${name}" is TIFF without a page.`);
  const first = overviewOf(pages) ?? largest;
  const layout = layoutOf(first, name);
  const same = pages.filter((page) => sameShape(page, layout));
  const pyramid =
    pages.length > 1 && first.numbers(tag.tileOffsets).length > 0 && same.length === 1;
  if (layout.width * layout.height * layout.samples * same.length > mostValues)
    throw new AppError(
      "unsupported",
      `"${name}": ${same.length} pages of ${layout.width} × ${layout.height} are too many to read at once.`,
    );
  const planes = same.map((page) => {
    const own = layoutOf(page, name);
    return shown(pixelsOf(page, own, bytes, little, name), page, own);
  });
  const { channels } = planes[0] as { channels: number };
  const plane = layout.width * layout.height;
  const kept = planes.filter(
    (one) => one.channels === channels && one.data.constructor === planes[0]?.data.constructor,
  );
  const data = new ((planes[0] as { data: Voxels }).data.constructor as new (
    size: number,
  ) => Voxels)(plane * channels * kept.length);
  kept.forEach((one, k) => {
    for (let c = 0; c < channels; c += 1)
      for (let at = 0; at < plane; at += 1)
        data[(c * kept.length + k) * plane + at] = one.data[c * plane + at] as number;
  });
  const warnings =
    first === largest
      ? warningsFor(pages.length, kept.length, pyramid)
      : [
          `A slide of ${largest.numbers(tag.width)[0]} × ${largest.numbers(tag.height)[0]} pixels; its overview has ${layout.width} × ${layout.height}.`,
        ];
  return {
    volume: {
      // A TIFF's resolution is that of paper or screen, not of the patient.
      ...unplaced(),
      shape: [layout.width, layout.height, kept.length],
      channels,
      data,
    },
    warnings,
  };
}

/** Of a slide too large to be one image, the largest level that is not; null where the first page is small. */
function overviewOf(pages: readonly TiffPage[]): TiffPage | null {
  const [first, ...others] = pages;
  const area = (page: TiffPage): number =>
    (page.numbers(tag.width)[0] ?? 0) * (page.numbers(tag.height)[0] ?? 0);
  if (first === undefined || area(first) <= overviewPixels || !isTiled(first)) return null;
  const ratio = (page: TiffPage): number =>
    (page.numbers(tag.width)[0] ?? 0) / (page.numbers(tag.height)[0] ?? 1);
  return (
    others
      .filter(
        (page) => area(page) <= overviewPixels && Math.abs(ratio(page) / ratio(first) - 1) < 0.05,
      )
      .toSorted((a, b) => area(b) - area(a))[0] ?? null
  );
}

/** Pixels of a tiled page: the tile at that place in the page's order. */
export type TilePage = { page: TiffPage; little: boolean; name: string };
export const isTiled = (page: TiffPage): boolean => page.numbers(tag.tileOffsets).length > 0;

export function tileGrid(page: TiffPage): {
  width: number;
  height: number;
  tileWidth: number;
  tileHeight: number;
  /** Where each tile lies in the file, row by row. */
  places: { from: number; bytes: number }[];
} {
  const one = (key: number): number => page.numbers(key)[0] ?? 0;
  const lengths = page.numbers(tag.tileBytes);
  return {
    width: one(tag.width),
    height: one(tag.height),
    tileWidth: one(tag.tileWidth),
    tileHeight: one(tag.tileHeight),
    places: page.numbers(tag.tileOffsets).map((from, at) => ({ from, bytes: lengths[at] ?? 0 })),
  };
}

/** One tile as planar colour or grey. @throws badFile, unsupported */
export function readTile(
  { page, little, name }: TilePage,
  block: Uint8Array,
): { data: Voxels; channels: number } {
  const { tileWidth, tileHeight } = tileGrid(page);
  const alone: Record<number, number[]> = {
    [tag.width]: [tileWidth],
    [tag.height]: [tileHeight],
    [tag.tileOffsets]: [0],
    [tag.tileBytes]: [block.length],
  };
  const single: TiffPage = { ...page, numbers: (key) => alone[key] ?? page.numbers(key) };
  const layout = layoutOf(single, name);
  if (layout.planar)
    throw new AppError(
      "unsupported",
      `"${name}": slides with separate colour planes are not read.`,
    );
  return shown(pixelsOf(single, layout, block, little, name), single, layout);
}

function sameShape(page: TiffPage, layout: Layout): boolean {
  return (
    page.numbers(tag.width)[0] === layout.width &&
    page.numbers(tag.height)[0] === layout.height &&
    (page.numbers(tag.samples)[0] ?? 1) === layout.samples &&
    (page.numbers(tag.bits)[0] ?? 1) === layout.bits
  );
}

function warningsFor(all: number, kept: number, pyramid: boolean): string[] {
  const warnings: string[] = [];
  if (pyramid)
    warnings.push(
      `The file holds ${all} pages of several sizes (a slide); the first, largest one is shown.`,
    );
  else if (kept < all)
    warnings.push(`The file holds ${all} pages; the ${kept} of the first one's size are shown.`);
  if (kept > 1)
    warnings.push("The file gives no slice spacing: distances across its pages are not known.");
  return warnings;
}
