/** Which tiles of which level a view of a slide needs. Pure; places in pixels of the first level. */
import type { Series } from "../../../../electron/api/schemas/imaging.ts";

export type Slide = NonNullable<Series["slide"]>;
type Level = Slide["levels"][number];
/** The slide's pixel at the view's middle, and screen pixels for each pixel of the slide. */
export type Outlook = { x: number; y: number; scale: number };
export type Size = { width: number; height: number };
/** A tile and the slide's rectangle that it covers. */
export type Tile = Size & { level: number; column: number; row: number; x: number; y: number };

/** Screen pixels for each slide pixel beyond which nothing more is to be seen. */
const closest = 8;

/** How many pixels of the first level one of `level` stands for. */
export const stepOf = ({ levels }: Slide, level: number): number =>
  (levels[0]?.width ?? 1) / (levels[level]?.width ?? 1);

/** The coarsest level that is at least as fine as the screen. */
export function levelFor(slide: Slide, { scale }: Outlook): number {
  let best = 0;
  for (let level = 0; level < slide.levels.length; level += 1)
    if (stepOf(slide, level) * scale <= 1.2) best = level;
  return best;
}

/** The whole slide in view. */
export function fitted({ levels }: Slide, view: Size): Outlook {
  const { width, height } = levels[0] as Level;
  return {
    x: width / 2,
    y: height / 2,
    scale: Math.min(view.width / width, view.height / height) * 0.96,
  };
}

/** Held near the slide, and between the whole of it and single pixels. */
export function held(slide: Slide, view: Size, { x, y, scale }: Outlook): Outlook {
  const { width, height } = slide.levels[0] as Level;
  const between = (value: number, most: number): number => Math.max(0, Math.min(most, value));
  return {
    x: between(x, width),
    y: between(y, height),
    scale: Math.max(fitted(slide, view).scale / 2, Math.min(closest, scale)),
  };
}

/** Nearer or farther, with the point under (left, top) of the view staying where it is. */
export function zoomed(view: Size, from: Outlook, factor: number, left: number, top: number) {
  const [dx, dy] = [left - view.width / 2, top - view.height / 2];
  const scale = Math.min(closest, from.scale * factor);
  return {
    x: from.x + dx / from.scale - dx / scale,
    y: from.y + dy / from.scale - dy / scale,
    scale,
  };
}

/** The tiles of a level that the view shows, those in the middle first. */
export function tilesIn(slide: Slide, level: number, view: Size, outlook: Outlook): Tile[] {
  const grid = slide.levels[level] as Level;
  const step = stepOf(slide, level);
  const [wide, high] = [grid.tileWidth * step, grid.tileHeight * step];
  const [left, top] = [
    outlook.x - view.width / 2 / outlook.scale,
    outlook.y - view.height / 2 / outlook.scale,
  ];
  const span = (start: number, length: number, tile: number, count: number): [number, number] => [
    Math.max(0, Math.floor(start / tile)),
    Math.min(count - 1, Math.floor((start + length) / tile)),
  ];
  const across = Math.ceil(grid.width / grid.tileWidth);
  const down = Math.ceil(grid.height / grid.tileHeight);
  const [c0, c1] = span(left, view.width / outlook.scale, wide, across);
  const [r0, r1] = span(top, view.height / outlook.scale, high, down);
  const out: Tile[] = [];
  for (let row = r0; row <= r1; row += 1)
    for (let column = c0; column <= c1; column += 1)
      out.push({
        ...{ level, column, row, x: column * wide, y: row * high },
        width: Math.min(grid.tileWidth, grid.width - column * grid.tileWidth) * step,
        height: Math.min(grid.tileHeight, grid.height - row * grid.tileHeight) * step,
      });
  const far = (tile: Tile): number =>
    Math.hypot(tile.x + tile.width / 2 - outlook.x, tile.y + tile.height / 2 - outlook.y);
  return out.toSorted((a, b) => far(a) - far(b));
}

/** A round length for a bar of at most `mostPx`, with its words; null where the slide gives no size. */
export function scaleBar(
  { micronsPerPixel }: Slide,
  { scale }: Outlook,
  mostPx: number,
): { px: number; text: string } | null {
  if (micronsPerPixel === null) return null;
  const most = (mostPx / scale) * micronsPerPixel;
  const power = 10 ** Math.floor(Math.log10(most));
  const microns = ([5, 2, 1].find((factor) => factor * power <= most) ?? 1) * power;
  return {
    px: (microns / micronsPerPixel) * scale,
    text: microns >= 1000 ? `${microns / 1000} mm` : `${microns} µm`,
  };
}
