/** Whether masks drawn elsewhere lie on a series' voxels, and which voxel each of theirs is. */
import type { Volume } from "../../../api/volume.ts";
import type { Vector } from "../geometry.ts";
import { apply, column, inverse, subtract, type Affine } from "../geometry.ts";

export type Grid = { shape: readonly [number, number, number]; affine: Affine };

/** Steps in whole voxels of the target for one step along each index of the source, and where index 0 lies. */
export type Steps = { origin: Vector; steps: [Vector, Vector, Vector] };

/** A quarter of a voxel at the far corner: less is rounding in headers, more is another grid. */
const slack = 0.25;

/**
 * The way from the indices of `from` to those of `to`, where every voxel centre of one is a voxel centre
 * of the other (axes may be turned or flipped, slices left out); null for another grid.
 */
export function stepsBetween(from: Grid, to: Grid): Steps | null {
  const back = inverse(to.affine);
  if (back === null) return null;
  const start = apply(back, column(from.affine, 3));
  const along = ([0, 1, 2] as const).map((axis) => {
    const one: Vector = [0, 0, 0];
    one[axis] = 1;
    return subtract(apply(back, apply(from.affine, one)), start);
  }) as [Vector, Vector, Vector];
  const rounded = (vector: Vector): Vector => vector.map((value) => Math.round(value)) as Vector;
  const steps = along.map(rounded) as [Vector, Vector, Vector];
  const origin = rounded(start);
  for (let axis = 0; axis < 3; axis += 1) {
    const off = along.reduce(
      (sum, step, index) =>
        sum +
        Math.abs((step[axis] as number) - (steps[index]?.[axis] as number)) *
          ((from.shape[index] as number) - 1),
      Math.abs((start[axis] as number) - (origin[axis] as number)),
    );
    if (!(off < slack)) return null;
  }
  const moving = steps.filter((step, index) => (from.shape[index] as number) > 1);
  return moving.every((step) => step.some((value) => value !== 0)) ? { origin, steps } : null;
}

/** The place of source voxel (i, j, k) in the target's data; -1 outside. */
export function placeIn(
  { shape }: Pick<Grid, "shape">,
  { origin, steps }: Steps,
  [i, j, k]: Vector,
): number {
  const at = (axis: 0 | 1 | 2): number =>
    origin[axis] + steps[0][axis] * i + steps[1][axis] * j + steps[2][axis] * k;
  const [x, y, z] = [at(0), at(1), at(2)];
  if (x < 0 || y < 0 || z < 0 || x >= shape[0] || y >= shape[1] || z >= shape[2]) return -1;
  return x + shape[0] * (y + shape[1] * z);
}

/** A label map's voxels at their places in the target, which `steps` lead to; null where it marks places outside. */
export function placedIn(
  { shape: [width, height], data }: Pick<Volume, "shape" | "data">,
  to: Pick<Grid, "shape">,
  steps: Steps,
): Uint8Array | null {
  const placed = new Uint8Array(to.shape[0] * to.shape[1] * to.shape[2]);
  for (let at = 0; at < data.length; at += 1) {
    const id = data[at] as number;
    if (id === 0) continue;
    const j = Math.floor(at / width);
    const place = placeIn(to, steps, [at % width, j % height, Math.floor(j / height)]);
    if (place < 0) return null;
    placed[place] = id;
  }
  return placed;
}
