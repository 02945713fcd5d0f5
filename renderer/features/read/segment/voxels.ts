/**
 * Operations on a label map: one byte per voxel, x fastest, 0 is background. Pure: each returns the new map.
 * A voxel of a locked or of another segment is never taken; only background and the segment's own voxels change.
 */
import { nearestDistance, signedDistance2d } from "./distance.ts";

export type Grid = {
  shape: readonly [number, number, number];
  /** Millimetres (or pixels) between voxel centres. */
  spacing: readonly [number, number, number];
};

const count = ([x, y, z]: Grid["shape"]): number => x * y * z;

/** Indices of each 6-connected island (4-connected in a single slice), the largest first. */
export function islandsOf(labels: Uint8Array, { shape }: Grid, id: number): number[][] {
  const seen = new Uint8Array(count(shape));
  const islands: number[][] = [];
  for (let start = 0; start < labels.length; start += 1) {
    if (labels[start] !== id || seen[start]) continue;
    seen[start] = 1;
    const island = [start];
    for (let next = 0; next < island.length; next += 1)
      for (const other of neighbours(island[next] ?? 0, shape))
        if (labels[other] === id && !seen[other]) {
          seen[other] = 1;
          island.push(other);
        }
    islands.push(island);
  }
  return islands.toSorted((a, b) => b.length - a.length);
}

function neighbours(at: number, [nx, ny, nz]: Grid["shape"]): number[] {
  const x = at % nx;
  const y = Math.floor(at / nx) % ny;
  const z = Math.floor(at / (nx * ny));
  const found: number[] = [];
  if (x > 0) found.push(at - 1);
  if (x + 1 < nx) found.push(at + 1);
  if (y > 0) found.push(at - nx);
  if (y + 1 < ny) found.push(at + nx);
  if (z > 0) found.push(at - nx * ny);
  if (z + 1 < nz) found.push(at + nx * ny);
  return found;
}

function without(labels: Uint8Array, islands: readonly number[][]): Uint8Array {
  const out = labels.slice();
  for (const island of islands) for (const at of island) out[at] = 0;
  return out;
}

export function keepLargest(labels: Uint8Array, grid: Grid, id: number): Uint8Array {
  return without(labels, islandsOf(labels, grid, id).slice(1));
}

/** Removes islands of fewer than `least` voxels. */
export function removeSmall(labels: Uint8Array, grid: Grid, id: number, least: number): Uint8Array {
  return without(
    labels,
    islandsOf(labels, grid, id).filter(({ length }) => length < least),
  );
}

/** Writes a segment anew from a yes/no per voxel; other segments keep their voxels. */
function rewritten(labels: Uint8Array, id: number, is: (at: number) => boolean): Uint8Array {
  const out = labels.slice();
  for (let at = 0; at < out.length; at += 1) {
    const now = out[at] ?? 0;
    if (now !== 0 && now !== id) continue;
    out[at] = is(at) ? id : 0;
  }
  return out;
}

/** Grows (mm > 0) or shrinks (mm < 0) a segment by a distance in the patient. */
export function margin(labels: Uint8Array, grid: Grid, id: number, mm: number): Uint8Array {
  if (mm === 0) return labels.slice();
  if (mm > 0) {
    const toSegment = nearestDistance(grid, (at) => labels[at] === id);
    return rewritten(labels, id, (at) => (toSegment[at] ?? Infinity) <= mm);
  }
  const toOutside = nearestDistance(grid, (at) => labels[at] !== id);
  return rewritten(labels, id, (at) => labels[at] === id && (toOutside[at] ?? 0) > -mm);
}

/** Majority of the 3 × 3 × 3 neighbourhood (3 × 3 in a single slice): rounds edges, closes pinholes. */
export function smooth(labels: Uint8Array, { shape }: Grid, id: number): Uint8Array {
  const [nx, ny, nz] = shape;
  const deep = nz > 1 ? 1 : 0;
  return rewritten(labels, id, (at) => {
    const x = at % nx;
    const y = Math.floor(at / nx) % ny;
    const z = Math.floor(at / (nx * ny));
    let [inside, all] = [0, 0];
    for (let k = Math.max(0, z - deep); k <= Math.min(nz - 1, z + deep); k += 1)
      for (let j = Math.max(0, y - 1); j <= Math.min(ny - 1, y + 1); j += 1)
        for (let i = Math.max(0, x - 1); i <= Math.min(nx - 1, x + 1); i += 1) {
          all += 1;
          if (labels[i + nx * (j + ny * k)] === id) inside += 1;
        }
    return inside * 2 > all;
  });
}

/** Adds the background that touches the segment and whose value lies in the range (both ends included). */
export function grow(
  labels: Uint8Array,
  { shape }: Grid,
  id: number,
  values: ArrayLike<number>,
  range: readonly [number, number],
): Uint8Array {
  const out = labels.slice();
  const front: number[] = [];
  for (let at = 0; at < out.length; at += 1) if (out[at] === id) front.push(at);
  for (let next = 0; next < front.length; next += 1)
    for (const other of neighbours(front[next] ?? 0, shape)) {
      const value = values[other] ?? Number.NaN;
      if (out[other] !== 0 || !(value >= range[0] && value <= range[1])) continue;
      out[other] = id;
      front.push(other);
    }
  return out;
}

/**
 * Fills the slices between those that hold the segment, by interpolating signed distances to its outline
 * (shape-based interpolation, Raya and Udupa, IEEE Trans Med Imaging 1990;9:32-42).
 */
export function fillBetween(labels: Uint8Array, grid: Grid, id: number): Uint8Array {
  const [nx, ny, nz] = grid.shape;
  const plane = nx * ny;
  const out = labels.slice();
  const drawn = Array.from({ length: nz }, (_, z) => z).filter((z) =>
    labels.subarray(z * plane, (z + 1) * plane).includes(id),
  );
  for (const [order, from] of drawn.entries()) {
    const to = drawn[order + 1];
    if (to === undefined || to === from + 1) continue;
    const distanceAt = (z: number): Float32Array =>
      signedDistance2d(grid, (at) => labels[z * plane + at] === id);
    const [first, last] = [distanceAt(from), distanceAt(to)];
    for (let z = from + 1; z < to; z += 1) {
      const share = (z - from) / (to - from);
      for (let at = 0; at < plane; at += 1) {
        const inside = (first[at] ?? 0) * (1 - share) + (last[at] ?? 0) * share;
        if (inside > 0 && out[z * plane + at] === 0) out[z * plane + at] = id;
      }
    }
  }
  return out;
}
