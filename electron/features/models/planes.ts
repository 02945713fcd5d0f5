/** A two-dimensional image through a pack's steps: planes in, network input out, and the way back. */
import { AppError } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import type { PostprocessStep, PreprocessStep } from "./manifest.ts";
import { fillHoles, keepLargest } from "./steps/components.ts";
import { isScoring, labelsFrom, scoresAfter } from "./steps/labelling.ts";
import { normalizeNonzero, scaleRange } from "./steps/intensity.ts";
import { freshRoom, type Room } from "./steps/room.ts";
import { resizeBytes } from "./steps/resize-bytes.ts";
import { resizeAntialiased, resizeBilinear, resizeNearest } from "./steps/resize.ts";

/** Channels as planes of one size; values in the image's own units, as bytes as long as they are whole and fit. */
export type Planes = {
  width: number;
  height: number;
  channels: (Float32Array | Uint8Array)[];
  eightBit: boolean;
  /** See Volume. */
  storedMost?: number | undefined;
};

const floats = (channel: Float32Array | Uint8Array): Float32Array =>
  channel instanceof Float32Array ? channel : new Float32Array(channel);

/** One slice of an image, in its own units. */
export function planesOf(
  image: Pick<Volume, "shape" | "channels" | "data" | "storedMost">,
  slice?: number,
): Planes {
  const [width, height, depth] = image.shape;
  if (slice === undefined && depth !== 1)
    throw new AppError(
      "wrongModality",
      `This expert reads single images; the study has ${depth} slices.`,
    );
  const size = width * height;
  const channels = Array.from({ length: image.channels }, (_, c) => {
    const from = (c * depth + (slice ?? 0)) * size;
    const values = image.data.subarray(from, from + size);
    // Bytes are only read; other values are copied, since steps write into them.
    return values instanceof Uint8Array ? values : new Float32Array(values);
  });
  const { storedMost } = image;
  return { width, height, channels, eightBit: image.data instanceof Uint8Array, storedMost };
}

/** Applies the steps in order. @throws packInvalid for a step that has no meaning on a single image. */
export function preprocessPlanes(
  input: Planes,
  steps: readonly PreprocessStep[],
  room: Room = freshRoom,
): Planes {
  return steps.reduce((planes, step) => applyStep(planes, step, room), input);
}

const each = (
  planes: Planes,
  change: (channel: Float32Array | Uint8Array, index: number) => Float32Array,
): Planes => ({ ...planes, channels: planes.channels.map(change), eightBit: false });

/** A change of each value by itself: of 256 values where they are bytes, else in place. */
function valued(
  channel: Float32Array | Uint8Array,
  room: Room,
  change: (data: Float32Array) => void,
): Float32Array {
  if (channel instanceof Float32Array) {
    change(channel);
    return channel;
  }
  const table = Float32Array.from({ length: 256 }, (_, value) => value);
  change(table);
  const data = room.floats(channel.length);
  for (let at = 0; at < data.length; at += 1) data[at] = table[channel[at] as number] as number;
  return data;
}

function applyStep(planes: Planes, step: PreprocessStep, room: Room): Planes {
  switch (step.step) {
    case "grayscale":
      return toGrey(planes);
    case "resize": {
      const [height, width] = step.size;
      const channels = planes.channels.map((channel) => {
        const plane = { width: planes.width, height: planes.height };
        if (step.mode === "bilinear" && step.antialias && channel instanceof Uint8Array)
          return resizeBytes({ ...plane, data: channel }, width, height, room).data;
        const resize =
          step.mode === "nearest"
            ? resizeNearest
            : step.antialias
              ? resizeAntialiased
              : resizeBilinear;
        return resize({ ...plane, data: floats(channel) }, width, height).data;
      });
      return { width, height, channels, eightBit: planes.eightBit };
    }
    case "intensityRange":
      return each(planes, (channel) => valued(channel, room, (data) => scaleRange(data, step)));
    case "normalizeNonzero": {
      const count = planes.width * planes.height;
      const joined = new Float32Array(count * planes.channels.length);
      for (const [index, channel] of planes.channels.entries()) joined.set(channel, index * count);
      normalizeNonzero(joined, planes.channels.length, step.perChannel);
      return each(planes, (_, index) => joined.subarray(index * count, (index + 1) * count));
    }
    case "normalize":
      return each(planes, (channel, index) => {
        const mean = step.mean[index] ?? (step.mean[0] as number);
        const std = step.std[index] ?? (step.std[0] as number);
        return valued(channel, room, (data) => {
          for (let at = 0; at < data.length; at += 1)
            data[at] = ((data[at] as number) - mean) / std;
        });
      });
    case "xrv":
      return xrayVision(planes, step);
    default:
      throw new AppError("packInvalid", `The step "${step.step}" does not apply to single images.`);
  }
}

/** Where the file does not say, the bits that are used: 12-bit films end at 4095. */
function mostOf(values: Float32Array | Uint8Array): number {
  let most = 1;
  for (const value of values) if (value > most) most = value;
  return 2 ** Math.ceil(Math.log2(most + 1)) - 1;
}

/**
 * Deeper than 8 bits to 0 … 255, as the films that networks were trained on had been saved: the darkest
 * and brightest thousandth of the pixels (markers, collimator edges) are clipped.
 */
function toEightBits(values: Float32Array | Uint8Array): Uint8Array {
  const sorted = values.toSorted();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(0.001), at(0.999)];
  const result = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i += 1)
    result[i] = Math.min(
      255,
      Math.max(0, Math.round((((values[i] as number) - low) / (high - low || 1)) * 255)),
    );
  return result;
}

/** ITU-R 601-2 luma, as PIL's conversion to "L"; already grey images pass. */
function toGrey(planes: Planes): Planes {
  const [red, green, blue] = planes.channels;
  if (red === undefined) throw new AppError("badFile", "The image has no channels.");
  if (!planes.eightBit) return { ...planes, channels: [toEightBits(red)], eightBit: true };
  if (green === undefined || blue === undefined) return { ...planes, channels: [red] };
  const grey = red.map((value, at) =>
    Math.floor(
      (value * 19595 + (green[at] as number) * 38470 + (blue[at] as number) * 7471 + 32768) / 65536,
    ),
  );
  return { ...planes, channels: [grey] };
}

/** TorchXRayVision's input: (2·x/max − 1)·scale, centre crop to a square, then resize (torchxrayvision, Apache-2.0). */
function xrayVision(planes: Planes, step: Extract<PreprocessStep, { step: "xrv" }>): Planes {
  const first = planes.channels[0] ?? new Float32Array(0);
  const most = planes.storedMost ?? (planes.eightBit ? 255 : mostOf(first));
  const side = step.centerCrop ? Math.min(planes.width, planes.height) : planes.width;
  const tall = step.centerCrop ? side : planes.height;
  const left = Math.floor(planes.width / 2) - Math.floor(side / 2);
  const top = Math.floor(planes.height / 2) - Math.floor(tall / 2);
  const data = new Float32Array(side * tall);
  for (let y = 0; y < tall; y += 1) {
    for (let x = 0; x < side; x += 1)
      data[y * side + x] =
        (((first[(top + y) * planes.width + left + x] as number) * 2) / most - 1) * step.scale;
  }
  const plane = { width: side, height: tall, data };
  const resized = step.antialias
    ? resizeAntialiased(plane, step.resize, step.resize)
    : resizeBilinear(plane, step.resize, step.resize);
  return { width: step.resize, height: step.resize, channels: [resized.data], eightBit: false };
}

export type PlaneMask = { mask: Uint8Array; probability: Float32Array };

/** Several channels to one label map; the probability is that of the best label at each pixel. */
function postprocessChannels(
  logits: Planes,
  target: { width: number; height: number },
  steps: readonly PostprocessStep[],
  ids: readonly number[],
): PlaneMask {
  const early = steps.filter(
    (step, index) => isScoring(step) && steps.slice(0, index).every(isScoring),
  );
  const rest = steps.slice(early.length).filter(({ step }) => step !== "invert");
  const size = logits.width * logits.height;
  const data = new Float32Array(size * logits.channels.length);
  for (const [index, channel] of logits.channels.entries()) data.set(channel, index * size);
  const scores = scoresAfter(
    { size: [1, logits.height, logits.width], channels: logits.channels.length, data, affine: [] },
    early,
  );
  const full = target.width * target.height;
  const resized = new Float32Array(full * scores.channels);
  for (let c = 0; c < scores.channels; c += 1) {
    const plane = {
      width: logits.width,
      height: logits.height,
      data: scores.data.subarray(c * size, (c + 1) * size),
    };
    resized.set(resizeBilinear(plane, target.width, target.height).data, c * full);
  }
  const mask = labelsFrom(
    {
      size: [1, target.height, target.width],
      channels: scores.channels,
      data: resized,
      affine: [],
    },
    rest,
    ids,
  ).data;
  const probability = new Float32Array(full);
  for (let at = 0; at < full; at += 1)
    for (let c = 0; c < scores.channels; c += 1)
      if ((ids[c] ?? 0) > 0)
        probability[at] = Math.max(probability[at] as number, resized[c * full + at] as number);
  return { mask, probability };
}

/** Network logits [1, 1, h, w] back to a mask and probabilities on the image's own grid. */
export function postprocessPlanes(
  logits: Planes,
  target: { width: number; height: number },
  steps: readonly PostprocessStep[],
  ids: readonly number[],
): PlaneMask {
  if (logits.channels.length > 1) return postprocessChannels(logits, target, steps, ids);
  const label = ids.find((id) => id > 0) ?? 1;
  let { width, height } = logits;
  let values: Float32Array = new Float32Array(logits.channels[0] ?? []);
  let mask: Uint8Array | undefined;
  for (const step of steps) {
    const shape = [width, height, 1] as const;
    switch (step.step) {
      case "sigmoid":
        for (let at = 0; at < values.length; at += 1)
          values[at] = 1 / (1 + Math.exp(-(values[at] as number)));
        break;
      case "invert": {
        const plane = { width, height, data: values };
        values = (step.mode === "nearest" ? resizeNearest : resizeBilinear)(
          plane,
          target.width,
          target.height,
        ).data;
        ({ width, height } = target);
        break;
      }
      case "threshold":
        // Loops, here and there: mapping from another typed array is many times slower.
        mask = new Uint8Array(values.length);
        for (let at = 0; at < values.length; at += 1)
          if ((values[at] as number) >= step.value) mask[at] = label;
        break;
      case "keepLargest":
        mask = keepLargest(need(mask, step.step), shape, step.count, step.minFraction);
        break;
      case "removeSmall":
        mask = keepLargest(
          need(mask, step.step),
          shape,
          Number.POSITIVE_INFINITY,
          step.minFraction,
        );
        break;
      case "fillHoles":
        mask = fillHoles(need(mask, step.step), shape);
        break;
      default:
        throw new AppError(
          "packInvalid",
          `The step "${step.step}" does not apply to a single mask.`,
        );
    }
  }
  return { mask: need(mask, "the end"), probability: values };
}

function need(mask: Uint8Array | undefined, step: string): Uint8Array {
  if (mask === undefined)
    throw new AppError("packInvalid", `"threshold" must come before ${step}.`);
  return mask;
}
