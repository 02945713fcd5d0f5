/** Affines (index i, j, k to RAS+ millimetres, 16 numbers row-major), orientation codes and spacing. */

export type Affine = number[];
export type Vector = [number, number, number];

export function apply(affine: Affine, [i, j, k]: Vector): Vector {
  const row = (r: number): number =>
    (affine[r * 4] as number) * i +
    (affine[r * 4 + 1] as number) * j +
    (affine[r * 4 + 2] as number) * k +
    (affine[r * 4 + 3] as number);
  return [row(0), row(1), row(2)];
}

/** Millimetres to indices. @returns null where the affine is flat */
export function inverse(affine: Affine): Affine | null {
  const [a, b, c] = [column(affine, 0), column(affine, 1), column(affine, 2)];
  const volume = dot(a, cross(b, c));
  if (!Number.isFinite(volume) || Math.abs(volume) < 1e-12) return null;
  const rows = [cross(b, c), cross(c, a), cross(a, b)].map(
    (row) => row.map((value) => value / volume) as Vector,
  );
  const origin = column(affine, 3);
  return [...rows.flatMap((row) => [...row, -dot(row, origin)]), 0, 0, 0, 1];
}

export function column(affine: Affine, c: number): Vector {
  return [affine[c] as number, affine[4 + c] as number, affine[8 + c] as number];
}

export const length = ([x, y, z]: Vector): number => Math.hypot(x, y, z);
export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
export const subtract = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];

/** Millimetres between voxel centres along each index: the lengths of the affine's columns. */
export function spacingOf(affine: Affine): Vector {
  return [length(column(affine, 0)), length(column(affine, 1)), length(column(affine, 2))];
}

export function affineFromColumns(a: Vector, b: Vector, c: Vector, origin: Vector): Affine {
  return [0, 1, 2]
    .flatMap((r) => [a[r] as number, b[r] as number, c[r] as number, origin[r] as number])
    .concat(0, 0, 0, 1);
}

/** DICOM's LPS+ and NIfTI's RAS+ differ in the sign of x and y. */
export function flipLpsRas(affine: Affine): Affine {
  return affine.map((value, at) => (at < 8 ? -value || 0 : value));
}

/** Which index runs along which patient axis, largest first, so that oblique volumes get one letter each. */
export function axisOrder(affine: Affine): { axis: number; positive: boolean }[] {
  const entries = [0, 1, 2].flatMap((index) => {
    const direction = column(affine, index);
    const size = length(direction) || 1;
    return direction.map((value, axis) => ({ index, axis, share: value / size }));
  });
  entries.sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  const result: ({ axis: number; positive: boolean } | undefined)[] = [
    undefined,
    undefined,
    undefined,
  ];
  const taken = new Set<number>();
  for (const { index, axis, share } of entries) {
    if (result[index] !== undefined || taken.has(axis)) continue;
    result[index] = { axis, positive: share >= 0 };
    taken.add(axis);
  }
  return result.map((one, index) => one ?? { axis: index, positive: true });
}

/** Letters of the directions in which i, j and k grow: "RAS", "LPS", … */
export function orientationCode(affine: Affine): string {
  return axisOrder(affine)
    .map(({ axis, positive }) => ("RAS"[axis] && positive ? "RAS"[axis] : "LPI"[axis]) ?? "?")
    .join("");
}

/** The rotation of a NIfTI quaternion with its scaling (nifti1.h, method 2); `qfac` −1 flips k. */
export function affineFromQuaternion(
  b: number,
  c: number,
  d: number,
  offset: Vector,
  pixdim: Vector,
  qfac: number,
): Affine {
  const squared = 1 - (b * b + c * c + d * d);
  // Rounding may leave the unit quaternion slightly too long: then a is 0 and the rest is rescaled.
  const scale = squared < 1e-7 ? 1 / Math.sqrt(b * b + c * c + d * d) : 1;
  const [p, q, r] = [b * scale, c * scale, d * scale];
  const a = squared < 1e-7 ? 0 : Math.sqrt(squared);
  const [sx, sy, sz] = [pixdim[0], pixdim[1], pixdim[2] * (qfac < 0 ? -1 : 1)];
  return affineFromColumns(
    [
      (a * a + p * p - q * q - r * r) * sx,
      (2 * p * q + 2 * a * r) * sx,
      (2 * p * r - 2 * a * q) * sx,
    ],
    [
      (2 * p * q - 2 * a * r) * sy,
      (a * a + q * q - p * p - r * r) * sy,
      (2 * q * r + 2 * a * p) * sy,
    ],
    [
      (2 * p * r + 2 * a * q) * sz,
      (2 * q * r - 2 * a * p) * sz,
      (a * a + r * r - q * q - p * p) * sz,
    ],
    offset,
  );
}

/** The affine as four rows, for JSON. */
export function rowsOf(affine: Affine): number[][] {
  return [0, 4, 8, 12].map((at) => affine.slice(at, at + 4));
}
