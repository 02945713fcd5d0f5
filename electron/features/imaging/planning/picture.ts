/** One slice of a volume as a small picture for a planner that sees, alone or under an expert's coloured outlines. */
import { voxelCount, type Mask, type Volume } from "../../../api/volume.ts";
import type { Picture } from "../../models/generation/generator.ts";
import { toCielab } from "../cielab.ts";
import { apply, axisOrder } from "../geometry.ts";

/** VILA-M3 shows CT in a soft-tissue window: centre 50, width 400 Hounsfield units. */
const ctWindow = { low: -150, high: 250 };
/** Share of values left out at each end, so that one bright pixel does not darken a film. */
const tail = 0.005;

/** Low and high value that become black and white on a slice. */
function greyRange(values: Float64Array, modality: string): { low: number; high: number } {
  if (modality === "CT") return ctWindow;
  const sorted = values.toSorted();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] as number;
  return { low: at(tail), high: at(1 - tail) };
}

/** A slice as it is shown to a planner: a coloured picture in its colours' brightness, else grey. */
export function pictureOf(volume: Volume, slice: number): Picture {
  if (volume.channels !== 3) return greyOf(volume, slice);
  const red = greyOf(volume, slice, 0);
  const [green, blue] = [1, 2].map((channel) => greyOf(volume, slice, channel).data);
  const weighed = red.data.map((value, at) =>
    Math.round(0.299 * value + 0.587 * (green?.[at] ?? 0) + 0.114 * (blue?.[at] ?? 0)),
  );
  return { ...red, data: weighed };
}

/**
 * How an axial slice of a volume is read for showing: columns run to the patient's left, rows to the back,
 * slices to the head. Single images are shown as they are stored.
 */
type Axial = {
  width: number;
  height: number;
  slices: number;
  indexOf: (at: number, slice: number) => number;
};

function axialOf({ shape, affine }: Pick<Volume, "shape" | "affine">): Axial {
  const strides = [1, shape[0], shape[0] * shape[1]];
  const stored = axisOrder(affine);
  // Right to left is axis 0 of RAS; LPS runs against it on the first two axes and with it on the third.
  const along = (ras: number, positive: boolean) => {
    const from =
      shape[2] === 1
        ? ras
        : Math.max(
            0,
            stored.findIndex(({ axis }) => axis === ras),
          );
    const length = shape[from] as number;
    const stride = strides[from] as number;
    const turned = shape[2] > 1 && stored[from]?.positive !== positive;
    return { length, stride: turned ? -stride : stride, start: turned ? (length - 1) * stride : 0 };
  };
  const [x, y, z] = [along(0, false), along(1, false), along(2, true)];
  const start = x.start + y.start + z.start;
  return {
    width: x.length,
    height: y.length,
    slices: z.length,
    indexOf: (at, slice) =>
      start + (at % x.length) * x.stride + Math.floor(at / x.length) * y.stride + slice * z.stride,
  };
}

/** Slices from the feet up, for choosing one. */
export const sliceCount = (volume: Pick<Volume, "shape" | "affine">): number =>
  axialOf(volume).slices;

/** The axial slice that a stored slice is; the middle one where it was stored along another plane, or none is given. */
export function axialSlice(volume: Pick<Volume, "shape" | "affine">, stored?: number): number {
  const { slices } = axialOf(volume);
  const third = axisOrder(volume.affine)[2];
  if (stored === undefined || third?.axis !== 2 || volume.shape[2] === 1)
    return Math.floor(slices / 2);
  const inside = Math.min(stored, slices - 1);
  return third.positive ? inside : slices - 1 - inside;
}

/** Millimetres from the origin to the head of the middle of an axial slice. */
function heightOf(volume: Pick<Volume, "shape" | "affine">, slice: number): number {
  const { width, height, indexOf } = axialOf(volume);
  const [nx, ny] = volume.shape;
  const at = indexOf(Math.floor(height / 2) * width + Math.floor(width / 2), slice);
  const place = apply(volume.affine, [
    at % nx,
    Math.floor(at / nx) % ny,
    Math.floor(at / (nx * ny)),
  ]);
  return place[2];
}

/** The axial slice of a volume that lies nearest to a slice of another one, by their places in the patient. */
export function sliceBeside(
  volume: Pick<Volume, "shape" | "affine">,
  [other, slice]: [Pick<Volume, "shape" | "affine">, number],
): number {
  const wanted = heightOf(other, slice);
  let best = 0;
  for (let at = 1; at < sliceCount(volume); at += 1)
    if (Math.abs(heightOf(volume, at) - wanted) < Math.abs(heightOf(volume, best) - wanted))
      best = at;
  return best;
}

/** Grey bytes of an axial slice of channel `channel`. */
export function greyOf(volume: Volume, slice: number, channel = 0): Picture {
  const { width, height, indexOf } = axialOf(volume);
  const first = voxelCount(volume.shape) * channel;
  const values = Float64Array.from(
    { length: width * height },
    (_, at) => volume.data[first + indexOf(at, slice)] as number,
  );
  const { low, high } = greyRange(values, volume.modality);
  const data = Uint8Array.from(values, (value) =>
    Math.round((Math.min(Math.max(value - low, 0), high - low) / (high - low || 1)) * 255),
  );
  return { width, height, channels: 1, data };
}

/** Half colour, half grey where a label lies; the labels' own colours, whatever else the slice holds. */
export function overlayOf(
  grey: Picture,
  mask: Mask & Pick<Volume, "affine">,
  slice: number,
  labels: readonly { id: number; color: string }[],
): Picture {
  const plane = grey.width * grey.height;
  const { indexOf } = axialOf(mask);
  const data = new Uint8Array(plane * 3);
  const colours = new Map(labels.map(({ id, color }) => [id, rgbOf(color)]));
  for (let at = 0; at < plane; at += 1) {
    const shade = grey.data[at] as number;
    const colour = colours.get(mask.data[indexOf(at, slice)] as number);
    for (let c = 0; c < 3; c += 1)
      data[at * 3 + c] = colour ? Math.round((shade + (colour[c] as number)) / 2) : shade;
  }
  return { width: grey.width, height: grey.height, channels: 3, data };
}

const rgbOf = (hex: string): [number, number, number] => [
  Number.parseInt(hex.slice(1, 3), 16),
  Number.parseInt(hex.slice(3, 5), 16),
  Number.parseInt(hex.slice(5, 7), 16),
];

const named: readonly (readonly [string, string])[] = [
  ["red", "#ef4444"],
  ["orange", "#f97316"],
  ["orange", "#f59e0b"],
  ["yellow", "#facc15"],
  ["green", "#22c55e"],
  ["cyan", "#22d3ee"],
  ["blue", "#3b82f6"],
  ["purple", "#8b5cf6"],
  ["pink", "#ec4899"],
  ["brown", "#92400e"],
  ["beige", "#f5deb3"],
  ["salmon", "#fa8072"],
  ["light blue", "#7dd3fc"],
  ["lilac", "#c4b5fd"],
  ["grey", "#9ca3af"],
  ["white", "#ffffff"],
];

/** The plain word nearest to a colour to the eye: by distance in CIELab, where equal steps look alike. */
export function colourName(hex: string): string {
  const wanted = toCielab(hex);
  const steps = [65535 / 100, 65535 / 255, 65535 / 255];
  const distance = (other: string): number =>
    toCielab(other).reduce(
      (sum, value, c) => sum + ((value - (wanted[c] as number)) / (steps[c] as number)) ** 2,
      0,
    );
  return named.toSorted((a, b) => distance(a[1]) - distance(b[1]))[0]?.[0] ?? "grey";
}

/** The axial slice with most of the mask on it, or the middle one where the mask is empty. */
export function fullestSlice(mask: Mask & Pick<Volume, "affine">): number {
  const { width, height, slices, indexOf } = axialOf(mask);
  const counts = Array.from({ length: slices }, (_, slice) => {
    let count = 0;
    for (let at = 0; at < width * height; at += 1)
      if (mask.data[indexOf(at, slice)] !== 0) count += 1;
    return count;
  });
  const most = Math.max(...counts);
  return most === 0 ? Math.floor(slices / 2) : counts.indexOf(most);
}

/** The labels on a slice by the plain names of their colours, as they are told to a planner. */
export function coloursOn(
  mask: Mask & Pick<Volume, "affine">,
  slice: number,
  labels: readonly { id: number; name: string; color: string }[],
): string {
  const { width, height, indexOf } = axialOf(mask);
  const there = new Set<number>();
  for (let at = 0; at < width * height; at += 1) there.add(mask.data[indexOf(at, slice)] as number);
  const named = labels.filter(({ id }) => there.has(id));
  return named.length === 0
    ? "Nothing was outlined."
    : `The colors in this image describe ${named.map(({ name, color }) => `${colourName(color)}: ${name}`).join(", ")}.`;
}
