/**
 * L2-regularised linear SVM with squared hinge loss, solved by dual coordinate descent
 * (Hsieh et al., ICML 2008, the method of LIBLINEAR), with the bias as a constant feature of 1.
 */
import type { Features } from "./text-features.ts";

export type Model = {
  /** One weight per shared term. */
  weights: Float64Array;
  bias: number;
  /** Dual variables by record row: the next fit starts from them. */
  dual: Map<number, number>;
};

export type Labelled = { row: number; relevant: boolean; weight: number };

export function emptyModel(features: Features): Model {
  return { weights: new Float64Array(features.columns), bias: 0, dual: new Map() };
}

function addRow(features: Features, weights: Float64Array, row: number, factor: number): void {
  const { start, column, value } = features;
  for (let entry = start[row] ?? 0, end = start[row + 1] ?? 0; entry < end; entry += 1) {
    const at = column[entry] as number;
    weights[at] = (weights[at] as number) + factor * (value[entry] as number);
  }
}

export function score(features: Features, model: Model, row: number): number {
  const { start, column, value } = features;
  const { weights } = model;
  let sum = model.bias;
  for (let entry = start[row] ?? 0, end = start[row + 1] ?? 0; entry < end; entry += 1) {
    sum += (weights[column[entry] as number] as number) * (value[entry] as number);
  }
  return sum;
}

/**
 * Fits on `labelled` with per-record cost `cost × weight`; `previous` only speeds it up, the optimum is
 * unique. Stops when the largest projected gradient change is under `tolerance`.
 */
export function fitSvm(
  features: Features,
  labelled: readonly Labelled[],
  {
    cost,
    previous,
    tolerance = 1e-3,
    maxPasses = 1000,
  }: { cost: number; previous?: Model | undefined; tolerance?: number; maxPasses?: number },
): Model {
  const model = emptyModel(features);
  const alpha = Float64Array.from(labelled, ({ row }) => previous?.dual.get(row) ?? 0);
  const sign = Float64Array.from(labelled, ({ relevant }) => (relevant ? 1 : -1));
  const diagonal = Float64Array.from(labelled, ({ weight }) => 1 / (2 * cost * weight));
  for (const [index, { row }] of labelled.entries()) {
    const step = (alpha[index] ?? 0) * (sign[index] ?? 0);
    if (step === 0) continue;
    addRow(features, model.weights, row, step);
    model.bias += step;
  }
  let active = labelled.map((_, index) => index);
  let shrunk = false;
  for (let pass = 0; pass < maxPasses; pass += 1) {
    const worst = onePass(features, labelled, model, { alpha, sign, diagonal }, active);
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
  features: Features,
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
    const alone = features.privateSquared[row] as number;
    const margin = y * score(features, model, row) + before * alone;
    const gradient = margin - 1 + (dual.diagonal[index] as number) * before;
    if (before === 0 && gradient > 0) {
      if (gradient > 0.1) resting.add(index);
      continue;
    }
    largest = Math.max(largest, Math.abs(gradient));
    // Every row has length 1, plus the bias feature: the kernel's diagonal is 2 (0 + 1 for an empty text).
    const norm =
      (features.start[row] === features.start[row + 1] && alone === 0 ? 1 : 2) +
      (dual.diagonal[index] as number);
    const after = Math.max(before - gradient / norm, 0);
    const step = (after - before) * y;
    if (step === 0) continue;
    dual.alpha[index] = after;
    addRow(features, model.weights, row, step);
    model.bias += step;
  }
  return { largest, resting };
}
