/**
 * Where covering the picture changes a classifier's score: occlusion (Zeiler and Fergus, ECCV 2014, section 4.2).
 * It shows what the network's score hangs on, which need not be where a finding is. Pure.
 */
import type { HeatMap } from "../../api/schemas/heat-map.ts";
import type { Box, Finding } from "../models/models.ts";

/** Cells along the longer side; a covered part is two cells wide and high, and steps by one. */
const cellsAlong = 14;

export type Grid = { columns: number; rows: number; cell: number; boxes: Box[] };

/** The parts to cover of an image of `width` × `height` pixels; neighbours overlap by half. */
export function gridOver(width: number, height: number): Grid {
  const cell = Math.max(1, Math.ceil(Math.max(width, height) / cellsAlong));
  const [columns, rows] = [Math.ceil(width / cell), Math.ceil(height / cell)];
  const boxes: Box[] = [];
  for (let row = 0; row < Math.max(1, rows - 1); row += 1)
    for (let column = 0; column < Math.max(1, columns - 1); column += 1)
      boxes.push({ x: column * cell, y: row * cell, width: 2 * cell, height: 2 * cell });
  return { columns, rows, cell, boxes };
}

/**
 * For each label and cell (row by row) how much the score falls, on average, with a part covered that the cell
 * lies in; negative where it rises. In the score's own unit, to four places.
 */
export function changesOf(
  { columns, rows, cell, boxes }: Grid,
  whole: readonly Finding[],
  covered: readonly (readonly Finding[])[],
): HeatMap["labels"] {
  return whole.map(({ label, score, operatingPoint }) => {
    const sums = new Float64Array(columns * rows);
    const counts = new Uint16Array(columns * rows);
    for (const [index, { x, y }] of boxes.entries()) {
      const other = covered[index]?.find((one) => one.label === label);
      if (other === undefined) continue;
      for (const row of [y / cell, y / cell + 1])
        for (const column of [x / cell, x / cell + 1]) {
          if (row >= rows || column >= columns) continue;
          sums[row * columns + column] = (sums[row * columns + column] ?? 0) + score - other.score;
          counts[row * columns + column] = (counts[row * columns + column] ?? 0) + 1;
        }
    }
    const changes = Array.from(sums, (sum, at) => rounded(sum / Math.max(1, counts[at] ?? 0)));
    return { label, score: rounded(score), operatingPoint, changes };
  });
}

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
