/**
 * PIL's antialiased resize of 8-bit planes, to the last bit: its weights as whole numbers of 22 binary
 * places, and a rounded byte after each of the two passes (Pillow, `Resample.c`, 8 bits per channel).
 */
import { weightsFor, type Filter, type Weights } from "./resize.ts";
import { freshRoom, type Room } from "./room.ts";

export type BytePlane = { width: number; height: number; data: Uint8Array };

const places = 22;
const half = 1 << (places - 1);
const wholeOf = new WeakMap<Weights, Int32Array>();

function wholeWeights(weights: Weights): Int32Array {
  const known = wholeOf.get(weights);
  if (known) return known;
  const whole = Int32Array.from(weights.weight, (share) =>
    Math.trunc((share < 0 ? -0.5 : 0.5) + share * 2 ** places),
  );
  wholeOf.set(weights, whole);
  return whole;
}

export function resizeBytes(
  plane: BytePlane,
  width: number,
  height: number,
  room: Room = freshRoom,
  filter: Filter = "bilinear",
): BytePlane {
  const middle =
    width === plane.width
      ? plane.data
      : acrossRows(plane, weightsFor(plane.width, width, filter), room);
  const data =
    height === plane.height
      ? middle
      : downColumns(middle, width, weightsFor(plane.height, height, filter), room);
  return { width, height, data };
}

/** The cubic filter overshoots at edges; Pillow clips. */
const clamped = ({ buffer, byteOffset, length }: Uint8Array): Uint8ClampedArray =>
  new Uint8ClampedArray(buffer, byteOffset, length);

function acrossRows({ width, height, data }: BytePlane, weights: Weights, room: Room): Uint8Array {
  const { first, taps } = weights;
  const weight = wholeWeights(weights);
  const out = first.length;
  const bytes = room.bytes(out * height);
  const middle = clamped(bytes);
  // Column by column: the few weights of a column stay at hand for all its rows.
  for (let x = 0; x < out; x += 1) {
    const left = first[x] as number;
    const a = weight[x * taps] as number;
    const b = taps > 1 ? (weight[x * taps + 1] as number) : 0;
    const c = taps > 2 ? (weight[x * taps + 2] as number) : 0;
    for (let y = 0, from = left, to = x; y < height; y += 1, from += width, to += out) {
      let sum =
        (half +
          Math.imul(data[from] as number, a) +
          Math.imul(data[from + 1] as number, b) +
          Math.imul(data[from + 2] as number, c)) |
        0;
      for (let at = 3; at < taps; at += 1)
        sum = (sum + Math.imul(data[from + at] as number, weight[x * taps + at] as number)) | 0;
      middle[to] = sum >> places;
    }
  }
  return bytes;
}

/** Row by row, so that memory is read in order. */
function downColumns(middle: Uint8Array, width: number, weights: Weights, room: Room): Uint8Array {
  const { first, taps } = weights;
  const weight = wholeWeights(weights);
  const bytes = room.bytes(width * first.length);
  const data = clamped(bytes);
  const line = new Int32Array(width);
  for (let y = 0; y < first.length; y += 1) {
    line.fill(half);
    for (let at = 0; at < taps; at += 1) {
      const share = weight[y * taps + at] as number;
      if (share === 0) continue;
      const from = ((first[y] as number) + at) * width;
      for (let x = 0; x < width; x += 1)
        line[x] = (line[x] as number) + Math.imul(middle[from + x] as number, share);
    }
    for (let x = 0, to = y * width; x < width; x += 1) data[to + x] = (line[x] as number) >> places;
  }
  return bytes;
}
