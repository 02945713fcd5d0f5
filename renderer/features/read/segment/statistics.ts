/** What a segment measures: voxels, millilitres, the stored values inside, its largest diameter. Pure. */
import type { Grid } from "./voxels.ts";

export type SegmentStatistics = {
  voxels: number;
  /** Absent for a single picture and where the file gives no voxel size. */
  ml?: number;
  mean: number;
  sd: number;
  /** Longest distance between two voxel centres of one slice, in millimetres, or in pixels. */
  diameter: number;
};

type Options = { sized: boolean };

export function segmentStatistics(
  labels: Uint8Array,
  grid: Grid,
  id: number,
  values: ArrayLike<number>,
  { sized }: Options,
): SegmentStatistics {
  const [nx, ny, nz] = grid.shape;
  const plane = nx * ny;
  let [voxels, sum, squares, diameter] = [0, 0, 0, 0];
  for (let z = 0; z < nz; z += 1) {
    const rim: [number, number][] = [];
    for (let y = 0; y < ny; y += 1) {
      let [first, last] = [-1, -1];
      const row = z * plane + y * nx;
      for (let x = 0; x < nx; x += 1) {
        if (labels[row + x] !== id) continue;
        if (first < 0) first = x;
        last = x;
        const value = values[row + x] ?? 0;
        voxels += 1;
        sum += value;
        squares += value * value;
      }
      // The ends of each row are enough: the farthest pair lies among them.
      if (first >= 0) rim.push([first * grid.spacing[0], y * grid.spacing[1]]);
      if (last > first) rim.push([last * grid.spacing[0], y * grid.spacing[1]]);
    }
    diameter = Math.max(diameter, farthest(rim));
  }
  const mean = voxels > 0 ? sum / voxels : 0;
  const spread = voxels > 1 ? Math.max(0, (squares - voxels * mean * mean) / (voxels - 1)) : 0;
  const [sx, sy, sz] = grid.spacing;
  return {
    voxels,
    ...(sized && nz > 1 ? { ml: (voxels * sx * sy * sz) / 1000 } : {}),
    mean,
    sd: Math.sqrt(spread),
    diameter,
  };
}

/** Greatest distance between two of the points; the corners of their convex hull decide. */
function farthest(points: readonly [number, number][]): number {
  const hull = hullOf(points);
  let most = 0;
  for (const [index, a] of hull.entries())
    for (const b of hull.slice(index + 1))
      most = Math.max(most, Math.hypot(a[0] - b[0], a[1] - b[1]));
  return most;
}

/** Andrew's monotone chain. */
function hullOf(points: readonly [number, number][]): [number, number][] {
  const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (from: readonly [number, number][]): [number, number][] => {
    const chain: [number, number][] = [];
    for (const point of from) {
      while (chain.length > 1 && !turnsLeft(chain.at(-2), chain.at(-1), point)) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return sorted.length < 3 ? sorted : [...half(sorted), ...half(sorted.toReversed())];
}

function turnsLeft(
  a: [number, number] = [0, 0],
  b: [number, number] = [0, 0],
  c: [number, number],
): boolean {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0;
}
