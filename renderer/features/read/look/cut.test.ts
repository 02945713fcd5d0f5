import { expect, test } from "vitest";
import { inked, inkOf, sampleCut, type OnPage } from "./cut.ts";

type Map3 = { mask: Uint8Array; shape: readonly [number, number, number] };
const red = new Map([[1, "#ff0000"]]);

/** As the preview paints: dashed, one pixel wide. */
function paintCut(
  size: readonly [number, number],
  onPage: OnPage,
  map: Map3,
  colours: ReadonlyMap<number, string>,
  fill: number,
): Uint8ClampedArray {
  const ink = { fill: new Uint32Array(256), edge: new Uint32Array(256), width: 1, dashed: true };
  for (const [id, colour] of colours) {
    ink.fill[id] = inkOf(colour, fill);
    ink.edge[id] = inkOf(colour, 1);
  }
  return inked(sampleCut(size, onPage, map), size, ink);
}
const alphas = (picture: Uint8ClampedArray): number[] =>
  Array.from({ length: picture.length / 4 }, (_, at) => picture[at * 4 + 3] ?? 0);

test("a cut across the slices shows the voxels of that cut, mirrored where the view is", () => {
  const shape = [3, 2, 4] as const;
  const mask = new Uint8Array(24);
  // Column 2, row 1, slice 3.
  mask[2 + 3 * (1 + 2 * 3)] = 1;
  const coronal = {
    origin: [0, 1, 3] as const,
    right: [1, 0, 0] as const,
    down: [0, 0, -1] as const,
  };
  const seen = alphas(paintCut([3, 4], coronal, { mask, shape }, red, 0.4));
  expect(seen.flatMap((alpha, at) => (alpha > 0 ? [at] : []))).toEqual([2]);
  const mirrored = { ...coronal, origin: [2, 1, 3] as const, right: [-1, 0, 0] as const };
  const other = alphas(paintCut([3, 4], mirrored, { mask, shape }, red, 0.4));
  expect(other.flatMap((alpha, at) => (alpha > 0 ? [at] : []))).toEqual([0]);
  const elsewhere = { ...coronal, origin: [0, 0, 3] as const };
  expect(Math.max(...alphas(paintCut([3, 4], elsewhere, { mask, shape }, red, 0.4)))).toBe(0);
});

test("the outline is dashed, the inside tinted, what lies outside the image or is hidden stays clear", () => {
  const side = 40;
  const mask = new Uint8Array(side * side);
  for (let y = 5; y < 35; y += 1) mask.fill(1, y * side + 5, y * side + 35);
  const flat = { origin: [0, 0, 0] as const, right: [1, 0, 0] as const, down: [0, 1, 0] as const };
  const shape = [side, side, 1] as const;
  const seen = alphas(paintCut([50, 50], flat, { mask, shape }, red, 0.4));
  const top = seen.slice(5 * 50 + 6, 5 * 50 + 34);
  expect(new Set(top)).toEqual(new Set([255, 102]));
  expect(seen[20 * 50 + 20]).toBe(102);
  expect(seen[45 * 50 + 45]).toBe(0);
  expect(Math.max(...alphas(paintCut([50, 50], flat, { mask, shape }, new Map(), 1)))).toBe(0);
});

test("the quick way for pages along the map's axes shows the voxels of the way for oblique ones", () => {
  const shape = [7, 5, 4] as const;
  const mask = Uint8Array.from({ length: 140 }, (_, at) => (at * 7919) % 251);
  const along: OnPage = { origin: [6.2, -1, 2], right: [-0.3, 0, 0], down: [0, 0.25, 0] };
  // A turn that the quick way does not take, and that stays within the same voxels.
  const turned: OnPage = { ...along, right: [-0.3, 0, 5e-3], down: [0, 0.25, 5e-3] };
  const quick = sampleCut([40, 40], along, { mask, shape });
  expect(quick).toEqual(sampleCut([40, 40], turned, { mask, shape }));
  expect(new Set(quick).size).toBeGreaterThan(20);
});

test("colours lie in memory as the screen reads them, and a hidden label is clear inside and at its edge", () => {
  const labels = Uint8Array.of(0, 1, 1, 2, 2);
  const ink = { fill: new Uint32Array(256), edge: new Uint32Array(256), width: 1 };
  ink.fill[1] = inkOf("#102030", 0.4);
  ink.edge[1] = inkOf("#102030", 1);
  const picture = [...inked(labels, [5, 1], ink)];
  expect(picture.slice(0, 4)).toEqual([0, 0, 0, 0]);
  expect(picture.slice(4, 8)).toEqual([16, 32, 48, 255]);
  expect(picture.slice(12)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  const flat = [...inked(labels, [5, 1], { ...ink, width: 0 })];
  expect(flat.slice(4, 8)).toEqual([16, 32, 48, 102]);
});
