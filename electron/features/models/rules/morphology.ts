/** Binary regions of a volume: growing, shrinking, pieces and holes. */
import type { Size } from "../steps/grid.ts";

/** One byte per voxel, z fastest; `spacing` in millimetres along x, y, z. */
export type Space = { size: Size; spacing: Size };

/** One byte per voxel from a test of its place; a loop, since mapping from another array is many times slower. */
export function regionWhere(length: number, holds: (at: number) => boolean): Uint8Array {
  const region = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) if (holds(at)) region[at] = 1;
  return region;
}

/**
 * Squared distance in mm² of every voxel to the nearest one that is set: exact Euclidean, one parabola
 * envelope per axis (Felzenszwalb and Huttenlocher 2012, "Distance Transforms of Sampled Functions").
 */
export function squaredDistance(region: Uint8Array, { size, spacing }: Space): Float64Array {
  const far = 1e15;
  const distance = new Float64Array(region.length);
  for (let at = 0; at < region.length; at += 1) if (region[at] === 0) distance[at] = far;
  const strides: Size = [size[1] * size[2], size[2], 1];
  for (const axis of [0, 1, 2] as const) alongAxis(distance, size, strides, axis, spacing[axis]);
  return distance;
}

function alongAxis(
  distance: Float64Array,
  size: Size,
  strides: Size,
  axis: 0 | 1 | 2,
  mm: number,
): void {
  const length = size[axis];
  const stride = strides[axis];
  const line = new Float64Array(length);
  const vertex = new Int32Array(length);
  const edge = new Float64Array(length + 1);
  const [a, b] = [0, 1, 2].filter((other) => other !== axis) as [0 | 1 | 2, 0 | 1 | 2];
  for (let p = 0; p < size[a]; p += 1) {
    for (let q = 0; q < size[b]; q += 1) {
      const start = p * strides[a] + q * strides[b];
      let isEven = true;
      for (let at = 0, from = start; at < length; at += 1, from += stride) {
        line[at] = distance[from] as number;
        isEven &&= line[at] === line[0];
      }
      // Equal all along, as most lines outside and deep inside a body are: every sample is its own nearest.
      if (isEven) continue;
      envelope(line, mm, vertex, edge);
      let k = 0;
      for (let at = 0; at < length; at += 1) {
        while ((edge[k + 1] as number) < at) k += 1;
        const from = vertex[k] as number;
        distance[start + at * stride] = ((at - from) * mm) ** 2 + (line[from] as number);
      }
    }
  }
}

/** Lower envelope of the parabolas standing on each sample; `edge[k]` is where vertex k begins to be lowest. */
function envelope(line: Float64Array, mm: number, vertex: Int32Array, edge: Float64Array): void {
  const square = mm * mm;
  let k = 0;
  vertex[0] = 0;
  edge[0] = Number.NEGATIVE_INFINITY;
  edge[1] = Number.POSITIVE_INFINITY;
  for (let at = 1; at < line.length; at += 1) {
    let crossing = 0;
    for (;;) {
      const old = vertex[k] as number;
      crossing =
        ((line[at] as number) - (line[old] as number) + square * (at * at - old * old)) /
        (2 * square * (at - old));
      if (crossing > (edge[k] as number)) break;
      k -= 1;
    }
    k += 1;
    vertex[k] = at;
    edge[k] = crossing;
    edge[k + 1] = Number.POSITIVE_INFINITY;
  }
}

export function dilate(region: Uint8Array, space: Space, mm: number): Uint8Array {
  const distance = squaredDistance(region, space);
  return regionWhere(region.length, (at) => (distance[at] as number) <= mm * mm + 1e-9);
}

/** Outside the image counts as set, so that a body cut by the scan's edge is not eaten there. */
export function erode(region: Uint8Array, space: Space, mm: number): Uint8Array {
  const distance = squaredDistance(
    regionWhere(region.length, (at) => region[at] === 0),
    space,
  );
  return regionWhere(region.length, (at) => (distance[at] as number) > mm * mm + 1e-9);
}

export type Pieces = { piece: Int32Array; sizes: number[] };

/** Face-connected pieces, numbered from 1; `sizes[n − 1]` is the voxel count of piece n. */
export function piecesOf(region: Uint8Array, size: Size): Pieces {
  const [nx, ny, nz] = size;
  const [sx, sy] = [ny * nz, nz];
  const piece = new Int32Array(region.length);
  const stack = new Int32Array(region.length);
  const sizes: number[] = [];
  for (let seed = 0; seed < region.length; seed += 1) {
    if (region[seed] === 0 || piece[seed] !== 0) continue;
    const mark = sizes.length + 1;
    let count = 0;
    let top = 0;
    stack[top++] = seed;
    piece[seed] = mark;
    const visit = (next: number): void => {
      if (region[next] === 0 || piece[next] !== 0) return;
      piece[next] = mark;
      stack[top++] = next;
    };
    while (top > 0) {
      const at = stack[--top] as number;
      count += 1;
      const i = Math.floor(at / sx);
      const j = Math.floor(at / sy) % ny;
      const k = at % nz;
      if (i > 0) visit(at - sx);
      if (i < nx - 1) visit(at + sx);
      if (j > 0) visit(at - sy);
      if (j < ny - 1) visit(at + sy);
      if (k > 0) visit(at - 1);
      if (k < nz - 1) visit(at + 1);
    }
    sizes.push(count);
  }
  return { piece, sizes };
}

/** Keeps the pieces for which `keep` holds. */
export function keepPieces({ piece }: Pieces, keep: (mark: number) => boolean): Uint8Array {
  return regionWhere(piece.length, (at) => (piece[at] as number) > 0 && keep(piece[at] as number));
}

/** In each plane of constant z: background that no path joins to the plane's edge becomes part of the region. */
export function fillSlices(region: Uint8Array, [nx, ny, nz]: Size): Uint8Array {
  const filled = region.slice();
  const open = new Uint8Array(nx * ny);
  const stack = new Int32Array(nx * ny);
  for (let k = 0; k < nz; k += 1) {
    open.fill(0);
    let top = 0;
    const visit = (i: number, j: number): void => {
      if (i < 0 || j < 0 || i >= nx || j >= ny) return;
      const at = i * ny + j;
      if (open[at] === 1 || region[at * nz + k] !== 0) return;
      open[at] = 1;
      stack[top++] = at;
    };
    for (let i = 0; i < nx; i += 1) for (const j of [0, ny - 1]) visit(i, j);
    for (let j = 0; j < ny; j += 1) for (const i of [0, nx - 1]) visit(i, j);
    while (top > 0) {
      const at = stack[--top] as number;
      const [i, j] = [Math.floor(at / ny), at % ny];
      visit(i - 1, j);
      visit(i + 1, j);
      visit(i, j - 1);
      visit(i, j + 1);
    }
    for (let at = 0; at < open.length; at += 1) if (open[at] === 0) filled[at * nz + k] = 1;
  }
  return filled;
}
