import { expect, it } from "vitest";
import { createHistory } from "./history.ts";
import { segmentStatistics } from "./statistics.ts";
import {
  fillBetween,
  grow,
  islandsOf,
  keepLargest,
  margin,
  removeSmall,
  smooth,
  type Grid,
} from "./voxels.ts";

const flat = (rows: string[]): { labels: Uint8Array; grid: Grid } => ({
  labels: Uint8Array.from(rows.join(""), Number),
  grid: { shape: [rows[0]?.length ?? 0, rows.length, 1], spacing: [1, 1, 1] },
});
const rowsOf = (labels: Uint8Array, width: number): string[] =>
  Array.from({ length: labels.length / width }, (_, y) =>
    [...labels.slice(y * width, (y + 1) * width)].join(""),
  );

it("counts diagonal neighbours as two islands and does not join over the row's end", () => {
  const { labels, grid } = flat(["1001", "0100", "0100"]);
  expect(islandsOf(labels, grid, 1).map(({ length }) => length)).toEqual([2, 1, 1]);
  expect(rowsOf(keepLargest(labels, grid, 1), 4)).toEqual(["0000", "0100", "0100"]);
  const ends = flat(["0001", "1000"]);
  expect(islandsOf(ends.labels, ends.grid, 1)).toHaveLength(2);
});

it("removes only islands below the size, and only of its own segment", () => {
  const { labels, grid } = flat(["11020", "00000", "10002"]);
  expect(rowsOf(removeSmall(labels, grid, 1, 2), 5)).toEqual(["11020", "00000", "00002"]);
});

it("grows by millimetres, not by voxels, and never into another segment", () => {
  const { labels } = flat(["0000000", "0001200", "0000000"]);
  const grid: Grid = { shape: [7, 3, 1], spacing: [1, 3, 1] };
  expect(rowsOf(margin(labels, grid, 1, 2), 7)).toEqual(["0000000", "0111210", "0000000"]);
});

it("shrinks from the outside and leaves the other segments alone", () => {
  const { labels, grid } = flat(["11111", "11111", "11111", "11112"]);
  expect(rowsOf(margin(labels, grid, 1, -1), 5)).toEqual(["11111", "11111", "11110", "11102"]);
});

it("smooths a spike away and a pinhole shut", () => {
  const { labels, grid } = flat([
    "0000000",
    "0001000",
    "0111110",
    "0110110",
    "0111110",
    "0111110",
    "0000000",
  ]);
  expect(rowsOf(smooth(labels, grid, 1), 7)).toEqual([
    "0000000",
    "0000000",
    "0011100",
    "0111110",
    "0111110",
    "0011100",
    "0000000",
  ]);
});

it("grows only through values of the range and through what touches", () => {
  const { labels, grid } = flat(["0100000"]);
  const values = [5, 50, 55, 60, 200, 55, 55];
  expect([...grow(labels, grid, 1, values, [50, 60])]).toEqual([0, 1, 1, 1, 0, 0, 0]);
});

it("fills the slices between two drawn ones: the outline moves from one to the other", () => {
  const [n, slices] = [9, 5];
  const labels = new Uint8Array(n * n * slices);
  const square = (z: number, half: number): void => {
    for (let y = 4 - half; y <= 4 + half; y += 1)
      for (let x = 4 - half; x <= 4 + half; x += 1) labels[x + n * (y + n * z)] = 1;
  };
  square(0, 1);
  square(4, 3);
  labels[4 + n * (4 + n * 2)] = 2;
  const grid: Grid = { shape: [n, n, slices], spacing: [1, 1, 2] };
  const filled = fillBetween(labels, grid, 1);
  const size = (z: number): number =>
    filled.slice(z * n * n, (z + 1) * n * n).filter((value) => value === 1).length;
  expect([size(0), size(4)]).toEqual([9, 49]);
  // The other segment inside the gap is kept: one voxel fewer.
  expect(size(2)).toBe(24);
  expect(size(1)).toBeGreaterThanOrEqual(9);
  expect(size(3)).toBeLessThanOrEqual(49);
  expect(filled[4 + n * (4 + n * 2)]).toBe(2);
});

it("measures volume in millilitres, the values inside and the longest diameter of any slice", () => {
  const [nx, ny, nz] = [10, 10, 3];
  const labels = new Uint8Array(nx * ny * nz);
  const values = new Float32Array(labels.length);
  for (let x = 2; x <= 8; x += 1) {
    labels[x + nx * (5 + ny * 1)] = 3;
    values[x + nx * (5 + ny * 1)] = x;
  }
  labels[2 + nx * (2 + ny * 2)] = 3;
  const grid: Grid = { shape: [nx, ny, nz], spacing: [2, 2, 5] };
  const found = segmentStatistics(labels, grid, 3, values, { sized: true });
  expect(found).toMatchObject({ voxels: 8, ml: 0.16, mean: 35 / 8, diameter: 12 });
  expect(found.sd).toBeCloseTo(
    Math.sqrt((4 + 9 + 16 + 25 + 36 + 49 + 64 - 8 * (35 / 8) ** 2) / 7),
    6,
  );
  expect(segmentStatistics(labels, grid, 3, values, { sized: false }).ml).toBeUndefined();
  expect(segmentStatistics(labels, grid, 9, values, { sized: true })).toMatchObject({
    voxels: 0,
    diameter: 0,
  });
});

it("undoes and redoes more acts than any ring holds, and forgets redo after a new stroke", () => {
  const labels = new Uint8Array(300);
  const history = createHistory(labels);
  for (let at = 0; at < 200; at += 1) {
    labels[at] = 1;
    expect(history.commit()).toBe(true);
  }
  expect(history.commit()).toBe(false);
  for (let step = 0; step < 200; step += 1) expect(history.undo()).toBe(true);
  expect(labels.some(Boolean)).toBe(false);
  expect(history.undo()).toBe(false);
  for (let step = 0; step < 150; step += 1) history.redo();
  expect(labels.filter(Boolean)).toHaveLength(150);
  labels[299] = 2;
  history.commit();
  expect(history.redo()).toBe(false);
  expect(labels.filter(Boolean)).toHaveLength(151);
});

it("gives a locked segment its voxels back, whatever tool went over it", () => {
  const labels = Uint8Array.of(1, 1, 2, 2, 0);
  const history = createHistory(labels);
  labels.fill(3);
  expect(history.commit(new Set([2]))).toBe(true);
  expect([...labels]).toEqual([3, 3, 2, 2, 3]);
  history.undo();
  expect([...labels]).toEqual([1, 1, 2, 2, 0]);
});
