/** Whole-slide images by tiles: pyramidal TIFF and SVS, read from the file piece by piece. */
import { closeSync, openSync, readSync, fstatSync } from "node:fs";
import { AppError } from "../../api/errors.ts";
import { isTiled, readTile, tileGrid, type TilePage } from "./tiff.ts";
import { isTiff, tiffPages, type ByteSource, type TiffPage } from "./tiff-tags.ts";

export type SlideLevel = { width: number; height: number; tileWidth: number; tileHeight: number };
/** RGB side by side, cut to the level at its right and lower edge. */
export type SlideTile = { width: number; height: number; rgb: Uint8Array };
export type Slide = {
  /** Largest first; all show the same tissue. */
  levels: SlideLevel[];
  /** Microns between pixel centres of the first level, where the file says. */
  micronsPerPixel: number | null;
  tile: (level: number, column: number, row: number) => SlideTile;
};

const description = 270;
const resolution = { x: 282, unit: 296 };
const mostTileBytes = 64 * 1024 * 1024;

/** Null where the file is no tiled TIFF. @throws badFile, unsupported */
export function openSlide(source: ByteSource, name: string): Slide | null {
  if (!isTiff(source.slice(0, 16))) return null;
  const { pages, little } = tiffPages(source, name);
  const [first] = pages;
  if (first === undefined || !isTiled(first)) return null;
  const base = tileGrid(first);
  // A label or a photograph of the glass has another shape and is no level.
  const levels = pages
    .filter(isTiled)
    .map((page) => ({ page, grid: tileGrid(page) }))
    .filter(
      ({ grid }) =>
        grid.tileWidth > 0 &&
        grid.tileHeight > 0 &&
        Math.abs(grid.width / grid.height / (base.width / base.height) - 1) < 0.05,
    )
    .toSorted((a, b) => b.grid.width - a.grid.width);
  return {
    levels: levels.map(({ grid: { width, height, tileWidth, tileHeight } }) => ({
      ...{ width, height, tileWidth, tileHeight },
    })),
    micronsPerPixel: micronsOf(first),
    tile: (level, column, row) => {
      const found = levels[level];
      if (found === undefined)
        throw new AppError(
          "badInput",
          `"${name}" has ${levels.length} levels; there is no level ${level}.`,
        );
      return tileOf({ page: found.page, little, name }, source, column, row);
    },
  };
}

function tileOf(tiled: TilePage, source: ByteSource, column: number, row: number): SlideTile {
  const { width, height, tileWidth, tileHeight, places } = tileGrid(tiled.page);
  const across = Math.ceil(width / tileWidth);
  const place = places[row * across + column];
  if (column < 0 || column >= across || row < 0 || place === undefined)
    throw new AppError(
      "badInput",
      `"${tiled.name}": the level has ${across} × ${Math.ceil(height / tileHeight)} tiles; there is no tile ${column}, ${row}.`,
    );
  if (place.bytes > mostTileBytes || place.from + place.bytes > source.length)
    throw new AppError(
      "badFile",
      `"${tiled.name}": tile ${column}, ${row} lies at ${place.from} with ${place.bytes} bytes; the file has ${source.length}.`,
    );
  const wide = Math.min(tileWidth, width - column * tileWidth);
  const high = Math.min(tileHeight, height - row * tileHeight);
  const rgb = new Uint8Array(wide * high * 3);
  // Scanners leave out tiles without tissue: glass is white.
  if (place.bytes === 0) return { width: wide, height: high, rgb: rgb.fill(255) };
  const { data, channels } = readTile(tiled, source.slice(place.from, place.from + place.bytes));
  const plane = tileWidth * tileHeight;
  for (let j = 0; j < high; j += 1)
    for (let i = 0; i < wide; i += 1)
      for (let c = 0; c < 3; c += 1)
        rgb[(j * wide + i) * 3 + c] = data[
          (channels === 3 ? c : 0) * plane + j * tileWidth + i
        ] as number;
  return { width: wide, height: high, rgb };
}

/** Aperio's "MPP = 0.499", else the TIFF resolution where it is per centimetre. */
function micronsOf(page: TiffPage): number | null {
  const said = Number.parseFloat(/MPP\s*=\s*([\d.]+)/.exec(page.text(description))?.[1] ?? "");
  if (said > 0) return said;
  const [perUnit = 0] = page.numbers(resolution.x);
  return page.numbers(resolution.unit)[0] === 3 && perUnit > 0 ? 10_000 / perUnit : null;
}

/** A file on the disk as bytes by place; `close` it. */
export function fileSource(path: string): ByteSource & { close: () => void } {
  const file = openSync(path, "r");
  const { size } = fstatSync(file);
  return {
    length: size,
    slice: (from, to) => {
      const out = new Uint8Array(Math.max(0, Math.min(to, size) - Math.max(0, from)));
      let read = 0;
      while (read < out.length) {
        const more = readSync(file, out, read, out.length - read, from + read);
        if (more === 0) break;
        read += more;
      }
      return out.subarray(0, read);
    },
    close: () => closeSync(file),
  };
}
