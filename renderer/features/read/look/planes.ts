/** Planes of a series: the one it was taken in, and how its stored rows must be turned to hang as readers expect. Pure. */
import type { Series } from "../../../../electron/api/schemas/imaging.ts";

export type Plane = "axial" | "sagittal" | "coronal";
export type Point = [number, number, number];
type Placed = Pick<Series, "affine">;

/** Column of the affine as a unit vector in LPS+ (the affine is RAS+). */
export function axisOf({ affine }: Placed, column: 0 | 1 | 2): Point {
  const at = (row: number): number => (affine[row * 4 + column] ?? 0) * (row < 2 ? -1 : 1);
  const length = Math.hypot(at(0), at(1), at(2)) || 1;
  return [at(0) / length, at(1) / length, at(2) / length];
}

export function originOf({ affine }: Placed): Point {
  return [-(affine[3] ?? 0), -(affine[7] ?? 0), affine[11] ?? 0];
}

export const dot = (a: readonly number[], b: readonly number[]): number =>
  (a[0] ?? 0) * (b[0] ?? 0) + (a[1] ?? 0) * (b[1] ?? 0) + (a[2] ?? 0) * (b[2] ?? 0);

/** The plane that the slices lie in, by the direction they are stacked along. */
export function nativePlane(series: Placed): Plane {
  const along = axisOf(series, 2).map(Math.abs);
  const main = along.indexOf(Math.max(...along));
  return (["sagittal", "coronal", "axial"] as const)[main] ?? "axial";
}

/** Where the picture's right and its bottom lie in the patient, in LPS+. */
const hanging: Record<Plane, { right: Point; down: Point }> = {
  axial: { right: [1, 0, 0], down: [0, 1, 0] },
  sagittal: { right: [0, 1, 0], down: [0, 0, -1] },
  coronal: { right: [1, 0, 0], down: [0, 0, -1] },
};

/** Mirrors that bring stored slices into the usual hanging; null when rows and columns stand for each other. */
export function hangingOf(
  series: Placed,
): { flipHorizontal: boolean; flipVertical: boolean } | null {
  const { right, down } = hanging[nativePlane(series)];
  const [rows, columns] = [axisOf(series, 0), axisOf(series, 1)];
  if (Math.abs(dot(rows, right)) < Math.abs(dot(rows, down))) return null;
  return { flipHorizontal: dot(rows, right) < 0, flipVertical: dot(columns, down) < 0 };
}

/** Millimetres in LPS+ to voxel indices (i, j, k), not rounded. Solves the affine's 3 × 3 part by Cramer's rule. */
export function indexOf({ affine }: Placed, world: readonly number[]): Point {
  const [a = 0, b = 0, c = 0, x0 = 0, d = 0, e = 0, f = 0, y0 = 0, g = 0, h = 0, i = 0, z0 = 0] =
    affine;
  const x = -(world[0] ?? 0) - x0;
  const y = -(world[1] ?? 0) - y0;
  const z = (world[2] ?? 0) - z0;
  const size = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) || 1;
  return [
    (x * (e * i - f * h) - b * (y * i - f * z) + c * (y * h - e * z)) / size,
    (a * (y * i - f * z) - x * (d * i - f * g) + c * (d * z - y * g)) / size,
    (a * (e * z - y * h) - b * (d * z - y * g) + x * (d * h - e * g)) / size,
  ];
}

/** Voxel indices to millimetres in LPS+. */
export function worldOf({ affine }: Placed, [i, j, k]: readonly [number, number, number]): Point {
  const at = (row: number): number =>
    (affine[row * 4] ?? 0) * i +
    (affine[row * 4 + 1] ?? 0) * j +
    (affine[row * 4 + 2] ?? 0) * k +
    (affine[row * 4 + 3] ?? 0);
  return [-at(0), -at(1), at(2)];
}
