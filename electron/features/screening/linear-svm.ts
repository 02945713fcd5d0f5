/**
 * L2-regularised linear SVM with squared hinge loss, solved by dual coordinate descent
 * (Hsieh et al., ICML 2008, the method of LIBLINEAR), with the bias as a constant feature of 1.
 */
import type { FeatureSpace } from "./feature-space.ts";

export type Model = {
  /** One weight per column, by block of features. */
  weights: Float64Array[];
  bias: number;
  /** Dual variables by record row: the next fit starts from them. */
  dual: Map<number, number>;
};

export type Labelled = { row: number; relevant: boolean; weight: number };

export function emptyModel(space: FeatureSpace): Model {
  return {
    weights: space.blocks.map((block) => new Float64Array(block.columns)),
    bias: 0,
    dual: new Map(),
  };
}

/** Adds `factor` times a record's row to the weights. */
export function addRow(
  space: FeatureSpace,
  weights: readonly Float64Array[],
  row: number,
  factor: number,
): void {
  for (let at = 0; at < space.blocks.length; at += 1) {
    const { start, column, value } = space.blocks[at] as FeatureSpace["blocks"][number];
    const target = weights[at] as Float64Array;
    for (let entry = start[row] ?? 0, end = start[row + 1] ?? 0; entry < end; entry += 1) {
      const to = column[entry] as number;
      target[to] = (target[to] as number) + factor * (value[entry] as number);
    }
  }
}

/** Product of a record's row with the weights. */
export function dot(space: FeatureSpace, weights: readonly Float64Array[], row: number): number {
  let sum = 0;
  for (let at = 0; at < space.blocks.length; at += 1) {
    const { start, column, value } = space.blocks[at] as FeatureSpace["blocks"][number];
    const from = weights[at] as Float64Array;
    for (let entry = start[row] ?? 0, end = start[row + 1] ?? 0; entry < end; entry += 1)
      sum += (from[column[entry] as number] as number) * (value[entry] as number);
  }
  return sum;
}

export function score(space: FeatureSpace, model: Model, row: number): number {
  return model.bias + dot(space, model.weights, row);
}

/**
 * Fits on `labelled` with per-record cost `cost × weight`; `previous` only speeds it up, the optimum is
 * unique. Stops when the largest projected gradient change is under `tolerance`.
 */
export function fitSvm(
  space: FeatureSpace,
  labelled: readonly Labelled[],
  {
    cost,
    previous,
    tolerance = 1e-3,
    maxPasses = 1000,
  }: { cost: number; previous?: Model | undefined; tolerance?: number; maxPasses?: number },
): Model {
  const model = emptyModel(space);
  const alpha = Float64Array.from(labelled, ({ row }) => previous?.dual.get(row) ?? 0);
  const sign = Float64Array.from(labelled, ({ relevant }) => (relevant ? 1 : -1));
  const diagonal = Float64Array.from(labelled, ({ weight }) => 1 / (2 * cost * weight));
  for (const [index, { row }] of labelled.entries()) {
    const step = (alpha[index] ?? 0) * (sign[index] ?? 0);
    if (step === 0) continue;
    addRow(space, model.weights, row, step);
    model.bias += step;
  }
  let active = labelled.map((_, index) => index);
  let shrunk = false;
  for (let pass = 0; pass < maxPasses; pass += 1) {
    const worst = onePass(space, labelled, model, { alpha, sign, diagonal }, active);
    if (worst.largest > tolerance) {
      // Rows whose dual variable stays at zero seldom come back: leave them until the rest has settled.
      if (worst.resting.size > 0) {
        active = active.filter((index) => !worst.resting.has(index));
        shrunk = true;
      }
      continue;
    }
    if (!shrunk) break;
    active = labelled.map((_, index) => index);
    shrunk = false;
  }
  for (const [index, { row }] of labelled.entries()) {
    if ((alpha[index] ?? 0) > 0) model.dual.set(row, alpha[index] ?? 0);
  }
  return model;
}

type Dual = { alpha: Float64Array; sign: Float64Array; diagonal: Float64Array };

function onePass(
  space: FeatureSpace,
  labelled: readonly Labelled[],
  model: Model,
  dual: Dual,
  active: readonly number[],
) {
  const resting = new Set<number>();
  let largest = 0;
  for (const index of active) {
    const { row } = labelled[index] as Labelled;
    const y = dual.sign[index] as number;
    const before = dual.alpha[index] as number;
    const alone = space.unsharedSquared[row] as number;
    const margin = y * score(space, model, row) + before * alone;
    const gradient = margin - 1 + (dual.diagonal[index] as number) * before;
    if (before === 0 && gradient > 0) {
      if (gradient > 0.1) resting.add(index);
      continue;
    }
    largest = Math.max(largest, Math.abs(gradient));
    // The kernel's diagonal: the row's squared length, plus 1 for the bias feature.
    const norm = 1 + (space.lengthSquared[row] as number) + (dual.diagonal[index] as number);
    const after = Math.max(before - gradient / norm, 0);
    const step = (after - before) * y;
    if (step === 0) continue;
    dual.alpha[index] = after;
    addRow(space, model.weights, row, step);
    model.bias += step;
  }
  return { largest, resting };
}
