/** Boxes: cropping to what is not background, and padding to sizes a network takes. */
import { block, type Changed, type Grid, type Size } from "./grid.ts";

export type CropRule = {
  threshold: number;
  marginVox: number | [number, number, number];
  allowSmaller: boolean;
  kDivisible: number;
};
export type Box = { start: Size; size: Size };

/**
 * Box around voxels above `threshold` in any channel (MONAI's CropForeground). The margin stops at the
 * image when `allowSmaller`; sizes are rounded up to a multiple of `kDivisible`, the start moved back by
 * half the extra. An image without foreground keeps its whole grid.
 */
export function foregroundBox(
  grid: Grid,
  { threshold, marginVox, allowSmaller, kDivisible }: CropRule,
): Box {
  const found = limits(grid, threshold);
  if (found === undefined) return { start: [0, 0, 0], size: grid.size };
  const start: Size = [0, 0, 0];
  const size: Size = [0, 0, 0];
  for (const axis of [0, 1, 2] as const) {
    const margin = typeof marginVox === "number" ? marginVox : marginVox[axis];
    let low = found.low[axis] - margin;
    let end = found.high[axis] + 1 + margin;
    if (allowSmaller) [low, end] = [Math.max(0, low), Math.min(grid.size[axis], end)];
    const length = Math.ceil((end - low) / kDivisible) * kDivisible;
    start[axis] = low - Math.floor((length - (end - low)) / 2);
    size[axis] = length;
  }
  return { start, size };
}

function limits(
  { size: [nx, ny, nz], channels, data }: Grid,
  threshold: number,
): { low: Size; high: Size } | undefined {
  const low: Size = [nx, ny, nz];
  const high: Size = [-1, -1, -1];
  let at = 0;
  for (let c = 0; c < channels; c += 1) {
    for (let i = 0; i < nx; i += 1) {
      for (let j = 0; j < ny; j += 1) {
        for (let k = 0; k < nz; k += 1) {
          if ((data[at++] as number) <= threshold) continue;
          if (i < low[0]) low[0] = i;
          if (i > high[0]) high[0] = i;
          if (j < low[1]) low[1] = j;
          if (j > high[1]) high[1] = j;
          if (k < low[2]) low[2] = k;
          if (k > high[2]) high[2] = k;
        }
      }
    }
  }
  return high[0] < 0 ? undefined : { low, high };
}

export function cropForeground(grid: Grid, rule: CropRule): Changed {
  return cut(grid, foregroundBox(grid, rule));
}

/** Pads with zeros to multiples of `k`, half before and the rest after. */
export function padMultiple(grid: Grid, k: number): Changed {
  const size = grid.size.map((length) => Math.ceil(length / k) * k) as Size;
  const start = size.map(
    (length, axis) => -Math.floor((length - (grid.size[axis] as number)) / 2) || 0,
  ) as Size;
  return cut(grid, { start, size });
}

function cut(grid: Grid, { start, size }: Box): Changed {
  const original = grid.size;
  const away = start.map((n) => -n || 0) as Size;
  return { grid: block(grid, start, size), undo: (labels) => block(labels, away, original) };
}
