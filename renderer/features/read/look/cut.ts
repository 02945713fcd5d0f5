/** A cut through a label map as pixels of the page: which label lies under each, and its colours. Pure. */

export type Point = readonly [number, number, number];
/** Where the page's points lie in the map: voxel index of the first, and the steps along the page. */
export type OnPage = { origin: Point; right: Point; down: Point };
export type Grid = { shape: readonly [number, number, number] };
type Size = readonly [width: number, height: number];

export type Ink = {
  /** For each label the colour of its inside and of its outline: 0xAABBGGRR, as ImageData lies in memory; 0 is clear. */
  fill: Uint32Array;
  edge: Uint32Array;
  /** Pixels that an outline is wide, 0 for none, and whether it is dashed. */
  width: number;
  dashed?: boolean;
};

const dash = 5;

/** `alpha` from 0 to 1. */
export function inkOf(hex: string, alpha: number): number {
  const value = Number.parseInt(hex.slice(1), 16);
  const [red, green, blue] = [(value >> 16) & 255, (value >> 8) & 255, value & 255];
  return ((Math.round(255 * alpha) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** One axis of the map along one side of the page: the part of the voxel's place in memory, -1 outside the map. */
function along(count: number, from: number, step: number, size: number, stride: number) {
  return Int32Array.from({ length: count }, (_, at) => {
    const index = Math.round(from + at * step);
    return index < 0 || index >= size ? -1 : index * stride;
  });
}

/** The sum of what the three axes give, -1 where any of them is outside. */
function together(parts: readonly Int32Array[], count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, at) => {
    let sum = 0;
    for (const part of parts) {
      const value = part[at] ?? 0;
      if (value < 0) return -1;
      sum += value;
    }
    return sum;
  });
}

/** The label under each pixel; voxels are sampled at their centres, and outside of the map there is none. */
export function sampleCut(
  [width, height]: Size,
  { origin, right, down }: OnPage,
  { mask, shape }: Grid & { mask: Uint8Array },
): Uint8Array {
  const out = new Uint8Array(width * height);
  const strides = [1, shape[0], shape[0] * shape[1]] as const;
  const axes = [0, 1, 2] as const;
  // A tenth of a voxel over the whole page is what the viewer rounds.
  const still = (step: Point, axis: 0 | 1 | 2, count: number): boolean =>
    Math.abs(step[axis]) * count < 0.1;
  const isTurned = axes.some((axis) => !still(right, axis, width) && !still(down, axis, height));
  if (isTurned) return sampleTurned([width, height], { origin, right, down }, { mask, shape }, out);
  const across = axes.filter((axis) => !still(right, axis, width));
  const others = axes.filter((axis) => !across.includes(axis));
  const columns = together(
    across.map((axis) => along(width, origin[axis], right[axis], shape[axis], strides[axis])),
    width,
  );
  const rows = together(
    others.map((axis) => along(height, origin[axis], down[axis], shape[axis], strides[axis])),
    height,
  );
  for (let y = 0; y < height; y += 1) {
    const row = rows[y] as number;
    if (row < 0) continue;
    const from = y * width;
    for (let x = 0; x < width; x += 1) {
      const column = columns[x] as number;
      if (column >= 0) out[from + x] = mask[row + column] as number;
    }
  }
  return out;
}

/** The same where the page lies oblique to the map. */
function sampleTurned(
  [width, height]: Size,
  { origin, right, down }: OnPage,
  { mask, shape: [nx, ny, nz] }: Grid & { mask: Uint8Array },
  out: Uint8Array,
): Uint8Array {
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const i = Math.round(origin[0] + x * right[0] + y * down[0]);
      const j = Math.round(origin[1] + x * right[1] + y * down[1]);
      const k = Math.round(origin[2] + x * right[2] + y * down[2]);
      if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz) continue;
      out[x + width * y] = mask[i + nx * (j + ny * k)] as number;
    }
  return out;
}

/** RGBA pixels: the insides in their tint, outlines where the label changes within their width. */
export function inked(
  labels: Uint8Array,
  [width, height]: Size,
  { fill, edge, width: wide, dashed = false }: Ink,
): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint32Array(width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = x + y * width;
      const label = labels[at] as number;
      if (label === 0) continue;
      let isEdge = false;
      for (let away = 1; away <= wide && !isEdge; away += 1)
        isEdge =
          (x >= away && labels[at - away] !== label) ||
          (x + away < width && labels[at + away] !== label) ||
          (y >= away && labels[at - away * width] !== label) ||
          (y + away < height && labels[at + away * width] !== label);
      const inks = isEdge && (!dashed || (x + y) % (2 * dash) < dash) ? edge : fill;
      out[at] = inks[label] as number;
    }
  return new Uint8ClampedArray(out.buffer);
}
