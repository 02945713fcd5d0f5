import { expect, it } from "vitest";
import { fitted, held, levelFor, scaleBar, tilesIn, zoomed, type Slide } from "./tiles.ts";

const level = (width: number, height: number) => ({
  ...{ width, height, tileWidth: 256, tileHeight: 256 },
});
const slide: Slide = {
  levels: [level(4000, 2000), level(1000, 500), level(250, 125)],
  micronsPerPixel: 0.5,
};
const view = { width: 800, height: 600 };

it("takes the coarsest level that is still as fine as the screen", () => {
  expect(levelFor(slide, { x: 0, y: 0, scale: 1 })).toBe(0);
  expect(levelFor(slide, { x: 0, y: 0, scale: 0.25 })).toBe(1);
  expect(levelFor(slide, fitted(slide, view))).toBe(1);
  expect(levelFor(slide, { x: 0, y: 0, scale: 0.05 })).toBe(2);
});

it("asks for the tiles in view only, and those cover it without gaps, cut at the slide's edge", () => {
  const tiles = tilesIn(slide, 0, view, { x: 3900, y: 1000, scale: 1 });
  expect(tiles.every(({ x, y }) => x >= 3328 && x < 4000 && y >= 512 && y < 1536)).toBe(true);
  const right = tiles.filter(({ column }) => column === 15);
  expect(right.every(({ x, width }) => x + width === 4000)).toBe(true);
  const area = (of: typeof tiles) => of.reduce((sum, one) => sum + one.width * one.height, 0);
  expect(area(tilesIn(slide, 1, view, fitted(slide, view)))).toBe(4000 * 2000);
  expect(tiles[0]).toMatchObject({ column: 15, row: 3 });
});

it("zooms about the pointer and never leaves the slide", () => {
  const from = { x: 1000, y: 800, scale: 0.5 };
  const to = zoomed(view, from, 2, 700, 100);
  const under = (at: typeof from) => [at.x + 300 / at.scale, at.y - 200 / at.scale];
  expect(under(to)).toEqual(under(from));
  expect(held(slide, view, { x: -50, y: 9999, scale: 1e9 })).toEqual({ x: 0, y: 2000, scale: 8 });
});

it("draws a round bar, and none where the slide gives no size", () => {
  expect(scaleBar(slide, { x: 0, y: 0, scale: 1 }, 120)).toEqual({ px: 100, text: "50 µm" });
  expect(scaleBar(slide, { x: 0, y: 0, scale: 0.02 }, 120)).toEqual({ px: 80, text: "2 mm" });
  expect(scaleBar({ ...slide, micronsPerPixel: null }, fitted(slide, view), 120)).toBeNull();
});
