/** Network outputs to label maps: the closed set of post-processing on channels. */
import { AppError } from "../../../api/errors.ts";
import type { PostprocessStep } from "../manifest.ts";
import { fillHoles, keepLargest } from "./components.ts";
import { sizeOf, type Grid, type LabelGrid } from "./grid.ts";

/** What a chain holds at one moment: scores per channel, then channels on or off, then labels. */
type Stage = { scores: Grid; on?: Uint8Array; labels?: LabelGrid };

/**
 * Runs the steps before `invert`. `ids` are the labels' ids in channel order. @throws packInvalid when the
 * steps do not lead to one label map.
 */
export function labelsFrom(
  scores: Grid,
  steps: readonly PostprocessStep[],
  ids: readonly number[],
): LabelGrid {
  const end = steps.reduce<Stage>((stage, step) => next(stage, step, ids), { scores });
  const labels = end.labels ?? single(end, ids);
  if (labels === undefined)
    throw new AppError(
      "packInvalid",
      `The steps ${steps.map(({ step }) => step).join(", ")} lead to no label map: add argmaxOrBackground, mergePriority or threshold.`,
    );
  return labels;
}

/** Steps on pieces and holes, which need the whole label map. */
export function isTidying({ step }: PostprocessStep): boolean {
  return step === "keepLargest" || step === "removeSmall" || step === "fillHoles";
}

/** Steps that turn scores into scores, channel by channel. */
export function isScoring({ step }: PostprocessStep): boolean {
  return step === "sigmoid" || step === "softmax";
}

export function scoresAfter(scores: Grid, steps: readonly PostprocessStep[]): Grid {
  return steps.reduce<Stage>((stage, step) => next(stage, step, []), { scores }).scores;
}

/** Steps on a finished label map: pieces and holes, label by label. */
export function tidyLabels(labels: LabelGrid, step: PostprocessStep): LabelGrid {
  const [nx, ny, nz] = labels.size;
  // Pieces do not depend on the order of axes; z is fastest here.
  const shape = [nz, ny, nx] as const;
  const tidy = (mask: Uint8Array): Uint8Array => {
    if (step.step === "keepLargest") return keepLargest(mask, shape, step.count, step.minFraction);
    if (step.step === "removeSmall")
      return keepLargest(mask, shape, Number.POSITIVE_INFINITY, step.minFraction);
    if (step.step === "fillHoles") return fillHoles(mask, shape);
    throw new AppError(
      "packInvalid",
      `The step "${step.step}" does not apply to a finished label map.`,
    );
  };
  const data = new Uint8Array(labels.data.length);
  for (const id of new Set(labels.data)) {
    if (id === 0) continue;
    const kept = tidy(labels.data.map((value) => (value === id ? 1 : 0)));
    for (let at = 0; at < data.length; at += 1) if (kept[at] !== 0 && data[at] === 0) data[at] = id;
  }
  return { ...labels, data };
}

function next(stage: Stage, step: PostprocessStep, ids: readonly number[]): Stage {
  const { scores } = stage;
  switch (step.step) {
    case "sigmoid":
      return {
        scores: { ...scores, data: scores.data.map((value) => 1 / (1 + Math.exp(-value))) },
      };
    case "softmax":
      return { scores: { ...scores, data: softmax(scores) } };
    case "threshold":
      return { ...stage, on: above(scores.data, step.value) };
    case "argmaxOrBackground":
      return {
        ...stage,
        labels: { ...scores, channels: 1, data: argmax(scores, ids, step.background) },
      };
    case "mergePriority":
      return { ...stage, labels: { ...scores, channels: 1, data: merge(stage, step.order) } };
    case "keepLargest":
    case "removeSmall":
    case "fillHoles": {
      const labels = stage.labels ?? single(stage, ids);
      if (labels === undefined)
        throw new AppError("packInvalid", `"${step.step}" comes before there is a label map.`);
      return { ...stage, labels: tidyLabels(labels, step) };
    }
    default:
      throw new AppError(
        "packInvalid",
        `The step "${step.step}" does not apply to a volume's channels.`,
      );
  }
}

function above(values: Float32Array, least: number): Uint8Array {
  const on = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at += 1) if ((values[at] as number) >= least) on[at] = 1;
  return on;
}

/** One thresholded channel is a label map of its one label. */
function single({ scores, on }: Stage, ids: readonly number[]): LabelGrid | undefined {
  const id = ids.find((one) => one > 0);
  if (on === undefined || scores.channels !== 1 || id === undefined) return undefined;
  return { ...scores, channels: 1, data: on.map((value) => value * id) };
}

function softmax({ data, channels, size }: Grid): Float32Array {
  const count = sizeOf(size);
  const result = new Float32Array(data.length);
  for (let at = 0; at < count; at += 1) {
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < channels; c += 1) most = Math.max(most, data[c * count + at] as number);
    let sum = 0;
    for (let c = 0; c < channels; c += 1)
      sum += result[c * count + at] = Math.exp((data[c * count + at] as number) - most);
    for (let c = 0; c < channels; c += 1)
      result[c * count + at] = (result[c * count + at] as number) / sum;
  }
  return result;
}

/** Values that the nearest cache of a processor holds beside their labels. */
const cached = 4096;

function argmax(
  { data, channels, size }: Grid,
  ids: readonly number[],
  background: "nonPositive" | "channel",
): Uint8Array {
  const count = sizeOf(size);
  const labels = new Uint8Array(count);
  const least = background === "nonPositive" ? 0 : Number.NEGATIVE_INFINITY;
  // Channel by channel over a stretch that the processor's cache holds.
  const best = new Float32Array(Math.min(count, cached));
  for (let from = 0; from < count; from += cached) {
    const length = Math.min(cached, count - from);
    best.fill(least);
    for (let c = 0; c < channels; c += 1) {
      const id = ids[c] ?? 0;
      const start = c * count + from;
      for (let at = 0; at < length; at += 1) {
        const value = data[start + at] as number;
        if (value <= (best[at] as number)) continue;
        best[at] = value;
        labels[from + at] = id;
      }
    }
  }
  return labels;
}

function merge({ scores, on }: Stage, order: readonly (readonly [number, number])[]): Uint8Array {
  if (on === undefined)
    throw new AppError("packInvalid", `"threshold" must come before "mergePriority".`);
  const count = sizeOf(scores.size);
  const labels = new Uint8Array(count);
  for (const [channel, label] of order.toReversed()) {
    if (channel >= scores.channels)
      throw new AppError(
        "packInvalid",
        `"mergePriority" names channel ${channel}; the network gives ${scores.channels}.`,
      );
    for (let at = 0; at < count; at += 1) if (on[channel * count + at] === 1) labels[at] = label;
  }
  return labels;
}
