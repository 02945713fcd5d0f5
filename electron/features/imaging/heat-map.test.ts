import { expect, test } from "vitest";
import type { Finding } from "../models/models.ts";
import { changesOf, gridOver } from "./heat-map.ts";

const found = (score: number): Finding[] => [
  { label: "effusion", score, operatingPoint: 0.5, above: score >= 0.5 },
];

test("every pixel of a film that is no square is covered at least once, also at its right and lower rim", () => {
  const [width, height] = [1000, 731];
  const { boxes, columns, rows, cell } = gridOver(width, height);
  const seen = new Uint8Array(width * height);
  for (const box of boxes)
    for (let y = box.y; y < Math.min(height, box.y + box.height); y += 1)
      seen.fill(1, y * width + box.x, y * width + Math.min(width, box.x + box.width));
  expect(seen.every((one) => one === 1)).toBe(true);
  expect([columns * cell >= width, rows * cell >= height]).toEqual([true, true]);
  expect(gridOver(3, 2).boxes.length, "a tiny picture still has a part to cover").toBeGreaterThan(
    0,
  );
});

test("the change lies where the covered part lay, not at its mirror place, and a rise is negative", () => {
  const grid = gridOver(36, 18);
  const lastColumn = Math.max(...grid.boxes.map(({ x }) => x));
  const covered = grid.boxes.map(({ x, y }) =>
    found(x === 0 && y === 0 ? 0.2 : x === lastColumn && y === 0 ? 0.95 : 0.8),
  );
  const [map] = changesOf(grid, found(0.8), covered);
  const at = (column: number, row: number): number =>
    map?.changes[row * grid.columns + column] ?? 0;
  expect(at(0, 0)).toBeCloseTo(0.6, 4);
  expect(at(grid.columns - 1, 0)).toBeCloseTo(-0.15, 4);
  expect(at(1, 1), "half of the parts over it changed nothing").toBeLessThan(at(0, 0));
  expect(at(0, grid.rows - 1)).toBe(0);
  expect(map).toMatchObject({ label: "effusion", score: 0.8, operatingPoint: 0.5 });
});
