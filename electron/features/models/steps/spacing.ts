/**
 * Resampling to a voxel size as MONAI's Spacing does it (1.5: `diagonal=false`, `align_corners=false`,
 * `scale_extent=false`, border padding): voxel 0 stays, directions stay, coordinates are clamped.
 */
import { sizeOf, type Changed, type Grid, type LabelGrid, type Size } from "./grid.ts";

/** Upper triangle [a, b, c, d, e, f] of [[a, b, c], [0, d, e], [0, 0, f]]: index to index. */
type Upper = [number, number, number, number, number, number];

export function respace(grid: Grid, mm: Size, mode: "bilinear" | "nearest"): Changed {
  const scales = rightFactor(grid.affine);
  const toInput = inverseTimes(scales, mm);
  const toOutput = inverse(toInput);
  const size = extent(grid.size, toOutput);
  const affine = spacedAffine(grid.affine, toInput);
  const data = new Float32Array(grid.channels * sizeOf(size));
  const [count, spaced] = [sizeOf(grid.size), sizeOf(size)];
  for (let c = 0; c < grid.channels; c += 1) {
    const from = grid.data.subarray(c * count, (c + 1) * count);
    const to = data.subarray(c * spaced, (c + 1) * spaced);
    if (mode === "nearest") nearest(from, grid.size, to, size, toInput);
    else if (isDiagonal(toInput)) linearAlongAxes(from, grid.size, to, size, toInput);
    else linear(from, grid.size, to, size, toInput);
  }
  const original = { size: grid.size, affine: grid.affine };
  const undo = (labels: LabelGrid): LabelGrid => {
    const back = new Uint8Array(sizeOf(original.size));
    nearest(labels.data, labels.size, back, original.size, toOutput);
    return { ...original, channels: 1, data: back };
  };
  return { grid: { size, channels: grid.channels, data, affine }, undo };
}

/** M = rotation · U with U upper triangular (Cholesky of MᵀM): the voxel sizes, and shear where there is some. */
function rightFactor(affine: readonly number[]): Upper {
  const m = (row: number, column: number): number => affine[row * 4 + column] as number;
  const dot = (a: number, b: number): number =>
    m(0, a) * m(0, b) + m(1, a) * m(1, b) + m(2, a) * m(2, b);
  const a = Math.sqrt(dot(0, 0));
  const b = dot(0, 1) / a;
  const c = dot(0, 2) / a;
  const d = Math.sqrt(dot(1, 1) - b * b);
  const e = (dot(1, 2) - b * c) / d;
  const f = Math.sqrt(dot(2, 2) - c * c - e * e);
  return [a, b, c, d, e, f];
}

function inverse([a, b, c, d, e, f]: Upper): Upper {
  return [1 / a, -b / (a * d), (b * e - c * d) / (a * d * f), 1 / d, -e / (d * f), 1 / f];
}

/** U⁻¹ · diag(mm): an index on the new grid to one on the old. */
function inverseTimes(scales: Upper, [x, y, z]: Size): Upper {
  const [a, b, c, d, e, f] = inverse(scales);
  return [a * x, b * y, c * z, d * y, e * z, f * z];
}

function isDiagonal([, b, c, , e]: Upper): boolean {
  return Math.max(Math.abs(b), Math.abs(c), Math.abs(e)) < 1e-12;
}

/** Size so that the old corners still fit: corner-to-corner distance in new voxels, plus one, rounded half to even. */
function extent(size: Size, [a, b, c, d, e, f]: Upper): Size {
  const [x, y, z] = [size[0] - 1, size[1] - 1, size[2] - 1];
  const spread = (...terms: number[]): number =>
    terms.reduce((sum, term) => sum + Math.abs(term), 0);
  return [spread(a * x, b * y, c * z), spread(d * y, e * z), spread(f * z)].map((length) =>
    Math.max(1, halfEven(length + 1)),
  ) as Size;
}

function spacedAffine(affine: readonly number[], [a, b, c, d, e, f]: Upper): number[] {
  return [0, 1, 2, 3].flatMap((row) => {
    const [x, y, z, w] = [0, 1, 2, 3].map((column) => affine[row * 4 + column] as number) as [
      number,
      number,
      number,
      number,
    ];
    return [x * a, x * b + y * d, x * c + y * e + z * f, w];
  });
}

/** Rounds to the nearest whole number, halves to the even one (IEEE, numpy, torch). */
export function halfEven(value: number): number {
  const low = Math.floor(value);
  const part = value - low;
  if (part !== 0.5) return part < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

const clamp = (value: number, limit: number): number =>
  value < 0 ? 0 : value > limit ? limit : value;

/** One output coordinate's two neighbours and the weight of the upper. */
function positions(
  count: number,
  scale: number,
  limit: number,
): { low: Int32Array; high: Int32Array; part: Float64Array } {
  const [low, high, part] = [new Int32Array(count), new Int32Array(count), new Float64Array(count)];
  for (let at = 0; at < count; at += 1) {
    const where = clamp(at * scale, limit);
    low[at] = Math.floor(where);
    high[at] = Math.min(Math.floor(where) + 1, limit);
    part[at] = where - Math.floor(where);
  }
  return { low, high, part };
}

/** Trilinear where axes do not mix: four lines along z are joined first, then read along z. */
function linearAlongAxes(
  from: Float32Array,
  [nx, ny, nz]: Size,
  to: Float32Array,
  size: Size,
  [a, , , d, , f]: Upper,
): void {
  const x = positions(size[0], a, nx - 1);
  const y = positions(size[1], d, ny - 1);
  const z = positions(size[2], f, nz - 1);
  const line = new Float64Array(nz);
  let at = 0;
  for (let i = 0; i < size[0]; i += 1) {
    const u = x.part[i] as number;
    const [left, right] = [(x.low[i] as number) * ny, (x.high[i] as number) * ny];
    for (let j = 0; j < size[1]; j += 1) {
      const v = y.part[j] as number;
      const [low, high] = [y.low[j] as number, y.high[j] as number];
      const [p, q, r, s] = [
        (left + low) * nz,
        (left + high) * nz,
        (right + low) * nz,
        (right + high) * nz,
      ];
      const [wp, wq, wr, ws] = [(1 - u) * (1 - v), (1 - u) * v, u * (1 - v), u * v];
      for (let k = 0; k < nz; k += 1) {
        line[k] =
          (from[p + k] as number) * wp +
          (from[q + k] as number) * wq +
          (from[r + k] as number) * wr +
          (from[s + k] as number) * ws;
      }
      for (let k = 0; k < size[2]; k += 1) {
        const w = z.part[k] as number;
        to[at++] =
          (line[z.low[k] as number] as number) * (1 - w) +
          (line[z.high[k] as number] as number) * w;
      }
    }
  }
}

/** Trilinear for a sheared grid. */
function linear(
  from: Float32Array,
  [nx, ny, nz]: Size,
  to: Float32Array,
  size: Size,
  [a, b, c, d, e, f]: Upper,
): void {
  let at = 0;
  for (let i = 0; i < size[0]; i += 1) {
    for (let j = 0; j < size[1]; j += 1) {
      for (let k = 0; k < size[2]; k += 1) {
        const x = clamp(a * i + b * j + c * k, nx - 1);
        const y = clamp(d * j + e * k, ny - 1);
        const z = clamp(f * k, nz - 1);
        const [x0, y0, z0] = [Math.floor(x), Math.floor(y), Math.floor(z)];
        const [u, v, w] = [x - x0, y - y0, z - z0];
        const dz = z0 + 1 < nz ? 1 : 0;
        const along = (xi: number, yi: number): number => {
          const start = (xi * ny + yi) * nz + z0;
          return (from[start] as number) * (1 - w) + (from[start + dz] as number) * w;
        };
        const [x1, y1] = [Math.min(x0 + 1, nx - 1), Math.min(y0 + 1, ny - 1)];
        to[at++] =
          (along(x0, y0) * (1 - v) + along(x0, y1) * v) * (1 - u) +
          (along(x1, y0) * (1 - v) + along(x1, y1) * v) * u;
      }
    }
  }
}

function nearest(
  from: Float32Array | Uint8Array,
  [nx, ny, nz]: Size,
  to: Float32Array | Uint8Array,
  size: Size,
  [a, b, c, d, e, f]: Upper,
): void {
  let at = 0;
  for (let i = 0; i < size[0]; i += 1) {
    for (let j = 0; j < size[1]; j += 1) {
      for (let k = 0; k < size[2]; k += 1) {
        const x = halfEven(clamp(a * i + b * j + c * k, nx - 1));
        const y = halfEven(clamp(d * j + e * k, ny - 1));
        const z = halfEven(clamp(f * k, nz - 1));
        to[at++] = from[(x * ny + y) * nz + z] as number;
      }
    }
  }
}
