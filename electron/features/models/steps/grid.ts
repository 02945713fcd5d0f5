/**
 * Volumes as networks take them: channels first, then x, y, z with z fastest (MONAI's [C, X, Y, Z]).
 * Images elsewhere in the program have x fastest; `gridOf` and `voxelOrder` are the two crossings.
 */
import { voxelCount, type Volume } from "../../../api/volume.ts";

export type Size = [number, number, number];

/** Voxel (i, j, k) of channel c lies at `data[((c·X + i)·Y + j)·Z + k]`; `affine` as in Volume (RAS+ mm). */
export type Grid<Data extends Float32Array | Uint8Array = Float32Array> = {
  size: Size;
  channels: number;
  data: Data;
  affine: number[];
};

export type LabelGrid = Grid<Uint8Array>;

/** A step's outcome, and the way back for label maps made on its grid. */
export type Changed = { grid: Grid; undo: (labels: LabelGrid) => LabelGrid };

export function gridOf(volume: Volume): Grid {
  const [nx, ny, nz] = volume.shape;
  const count = voxelCount(volume.shape);
  const data = new Float32Array(count * volume.channels);
  for (let c = 0; c < volume.channels; c += 1) {
    for (let i = 0; i < nx; i += 1) {
      for (let j = 0; j < ny; j += 1) {
        const to = ((c * nx + i) * ny + j) * nz;
        let from = c * count + i + nx * j;
        for (let k = 0; k < nz; k += 1, from += nx * ny) data[to + k] = volume.data[from] as number;
      }
    }
  }
  return { size: [nx, ny, nz], channels: volume.channels, data, affine: [...volume.affine] };
}

/** One channel back to x fastest. */
export function voxelOrder<Data extends Float32Array | Uint8Array>(grid: Grid<Data>): Data {
  const [nx, ny, nz] = grid.size;
  const data = emptyLike(grid.data, nx * ny * nz);
  for (let i = 0; i < nx; i += 1) {
    for (let j = 0; j < ny; j += 1) {
      const from = (i * ny + j) * nz;
      for (let k = 0; k < nz; k += 1) data[i + nx * (j + ny * k)] = grid.data[from + k] as number;
    }
  }
  return data;
}

export function emptyLike<Data extends Float32Array | Uint8Array>(
  data: Data,
  length: number,
): Data {
  return (data instanceof Float32Array ? new Float32Array(length) : new Uint8Array(length)) as Data;
}

export function sizeOf(size: Size): number {
  return size[0] * size[1] * size[2];
}

/** The affine of a grid whose voxel 0 is voxel `start` of the old one. */
export function shiftedAffine(affine: readonly number[], start: Size): number[] {
  return affine.map((value, at) => {
    if (at % 4 !== 3 || at > 11) return value;
    const row = at - 3;
    return value + start.reduce((sum, n, axis) => sum + (affine[row + axis] as number) * n, 0);
  });
}

/**
 * The block of `size` that begins at `start`, which may lie outside: what is outside is `fill`.
 * Cropping and padding are both this, and each undoes the other.
 */
export function block<Data extends Float32Array | Uint8Array>(
  grid: Grid<Data>,
  start: Size,
  size: Size,
  fill = 0,
): Grid<Data> {
  const data = emptyLike(grid.data, grid.channels * sizeOf(size));
  if (fill !== 0) data.fill(fill);
  copyBlock(grid, start, size, data);
  return { size, channels: grid.channels, data, affine: shiftedAffine(grid.affine, start) };
}

/** What of the block lies inside, into `data`, which is laid out as the block is; the rest of `data` is left. */
export function copyBlock(
  grid: Grid<Float32Array | Uint8Array>,
  start: Size,
  size: Size,
  data: Float32Array | Uint8Array,
): void {
  const [nx, ny, nz] = grid.size;
  const firstZ = Math.max(0, -start[2]);
  const endZ = Math.min(size[2], nz - start[2]);
  if (endZ <= firstZ) return;
  for (let c = 0; c < grid.channels; c += 1) {
    for (let i = Math.max(0, -start[0]); i < Math.min(size[0], nx - start[0]); i += 1) {
      for (let j = Math.max(0, -start[1]); j < Math.min(size[1], ny - start[1]); j += 1) {
        const from = ((c * nx + i + start[0]) * ny + j + start[1]) * nz + start[2];
        const to = ((c * size[0] + i) * size[1] + j) * size[2];
        copyRun(grid.data, from + firstZ, data, to + firstZ, endZ - firstZ);
      }
    }
  }
}

/** `set` on a view is a memory copy, but making the view costs as much as some thirty values one by one. */
function copyRun(
  from: Float32Array | Uint8Array,
  at: number,
  to: Float32Array | Uint8Array,
  start: number,
  length: number,
): void {
  if (length > 32) to.set(from.subarray(at, at + length), start);
  else for (let k = 0; k < length; k += 1) to[start + k] = from[at + k] as number;
}

/** Writes `part` into `whole` at `start`; it must fit. */
export function place<Data extends Float32Array | Uint8Array>(
  part: Grid<Data>,
  whole: Grid<Data>,
  start: Size,
): void {
  const [nx, ny, nz] = whole.size;
  const [px, py, pz] = part.size;
  for (let c = 0; c < part.channels; c += 1)
    for (let i = 0; i < px; i += 1)
      for (let j = 0; j < py; j += 1) {
        const from = ((c * px + i) * py + j) * pz;
        const to = ((c * nx + i + start[0]) * ny + j + start[1]) * nz + start[2];
        copyRun(part.data, from, whole.data, to, pz);
      }
}
