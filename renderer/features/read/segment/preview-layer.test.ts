import { expect, test } from "vitest";
import { paintCut } from "./preview-layer.ts";

const red = new Map([[1, [255, 0, 0] as const]]);
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
