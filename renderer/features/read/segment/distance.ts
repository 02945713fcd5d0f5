/** Exact Euclidean distances on a voxel grid (Felzenszwalb and Huttenlocher, Theory of Computing 2012;8:415-428). Pure. */
import type { Grid } from "./voxels.ts";

const far = 1e20;

/** Lower envelope of parabolas along one line: squared distances, sample spacing in mm. */
function alongLine(line: Float64Array, n: number, spacing: number): void {
  const at = new Int32Array(n);
  const from = new Float64Array(n + 1);
  const out = new Float64Array(n);
  const squared = spacing * spacing;
  let k = 0;
  from[0] = -far;
  from[1] = far;
  const meet = (p: number, q: number): number =>
    ((line[q] ?? 0) + squared * q * q - ((line[p] ?? 0) + squared * p * p)) /
    (2 * squared * (q - p));
  for (let q = 1; q < n; q += 1) {
    let s = meet(at[k] ?? 0, q);
    while (k > 0 && s <= (from[k] ?? 0)) {
      k -= 1;
      s = meet(at[k] ?? 0, q);
    }
    k += 1;
    at[k] = q;
    from[k] = s;
    from[k + 1] = far;
  }
  k = 0;
  for (let q = 0; q < n; q += 1) {
    while ((from[k + 1] ?? far) < q) k += 1;
    const p = at[k] ?? 0;
    out[q] = squared * (q - p) ** 2 + (line[p] ?? 0);
  }
  line.set(out.subarray(0, n));
}

/** For each voxel the distance in mm to the nearest voxel that `is`; infinite where there is none. */
export function nearestDistance(grid: Grid, is: (at: number) => boolean): Float32Array {
  const [nx, ny, nz] = grid.shape;
  const squared = new Float64Array(nx * ny * nz);
  let any = false;
  for (let at = 0; at < squared.length; at += 1) {
    const here = is(at);
    any ||= here;
    squared[at] = here ? 0 : far;
  }
  if (!any) return new Float32Array(squared.length).fill(Infinity);
  const pass = (n: number, step: number, starts: Iterable<number>, spacing: number): void => {
    if (n === 1) return;
    const line = new Float64Array(n);
    for (const start of starts) {
      for (let q = 0; q < n; q += 1) line[q] = squared[start + q * step] ?? far;
      alongLine(line, n, spacing);
      for (let q = 0; q < n; q += 1) squared[start + q * step] = line[q] ?? far;
    }
  };
  const plane = nx * ny;
  pass(
    nx,
    1,
    range(ny * nz, (i) => i * nx),
    grid.spacing[0],
  );
  pass(
    ny,
    nx,
    range(nx * nz, (i) => (i % nx) + Math.floor(i / nx) * plane),
    grid.spacing[1],
  );
  pass(
    nz,
    plane,
    range(plane, (i) => i),
    grid.spacing[2],
  );
  return Float32Array.from(squared, Math.sqrt);
}

function* range(n: number, map: (i: number) => number): Generator<number> {
  for (let i = 0; i < n; i += 1) yield map(i);
}

/** In one slice: positive inside, negative outside, in mm to the nearest voxel of the other kind. */
export function signedDistance2d(grid: Grid, is: (at: number) => boolean): Float32Array {
  const [nx, ny] = grid.shape;
  const slice: Grid = { shape: [nx, ny, 1], spacing: grid.spacing };
  const outside = nearestDistance(slice, is);
  const inside = nearestDistance(slice, (at) => !is(at));
  return outside.map((distance, at) => (inside[at] ?? 0) - distance);
}
