/**
 * Fits a linear classifier by full-batch Adam (Kingma and Ba 2015) on the logistic loss with an L2
 * penalty. Deterministic: no chance plays in it.
 */
import { sigmoid, softmax, type Features, type LinearModel } from "./linear.ts";

/** `gold` holds one target a label, 0..1: summing to 1 for `softmax`, free of one another for `each`. */
export type Example = { features: Features; gold: number[]; weight?: number };

export type FitOptions = {
  labels: string[];
  loss: "softmax" | "each";
  /** L2 penalty on the weights, per example. */
  penalty: number;
  epochs?: number;
  rate?: number;
  /** Features seen in fewer examples are left out. */
  atLeast?: number;
};

export function fitLinear(examples: Example[], options: FitOptions): LinearModel {
  const { labels, loss, penalty, epochs = 200, rate = 0.05, atLeast = 2 } = options;
  const width = labels.length;
  const names = frequentFeatures(examples, atLeast);
  const place = new Map(names.map((name, index) => [name, index]));
  const rows = examples.map(({ features, gold, weight = 1 }) => {
    const known = [...features].filter(([name]) => place.has(name));
    return {
      columns: Int32Array.from(known, ([name]) => place.get(name) ?? 0),
      amounts: Float64Array.from(known, ([, amount]) => amount),
      gold,
      weight,
    };
  });
  const total = rows.reduce((sum, { weight }) => sum + weight, 0);
  // The last row of weights is the bias.
  const size = (names.length + 1) * width;
  const [w, first, second] = [0, 0, 0].map(() => new Float64Array(size));
  const gradient = new Float64Array(size);
  if (!w || !first || !second) throw new Error("No room for weights.");
  const scores = Array.from({ length: width }, () => 0);
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    for (let at = 0; at < size; at += 1)
      gradient[at] = at < names.length * width ? penalty * (w[at] ?? 0) : 0;
    for (const { columns, amounts, gold, weight } of rows) {
      for (let label = 0; label < width; label += 1)
        scores[label] = w[names.length * width + label] ?? 0;
      for (let index = 0; index < columns.length; index += 1) {
        const from = (columns[index] ?? 0) * width;
        const amount = amounts[index] ?? 0;
        for (let label = 0; label < width; label += 1)
          scores[label] = (scores[label] ?? 0) + amount * (w[from + label] ?? 0);
      }
      const said = loss === "softmax" ? softmax(scores) : scores.map(sigmoid);
      for (let label = 0; label < width; label += 1) {
        const error = ((said[label] ?? 0) - (gold[label] ?? 0)) * (weight / total);
        gradient[names.length * width + label] =
          (gradient[names.length * width + label] ?? 0) + error;
        for (let index = 0; index < columns.length; index += 1) {
          const at = (columns[index] ?? 0) * width + label;
          gradient[at] = (gradient[at] ?? 0) + error * (amounts[index] ?? 0);
        }
      }
    }
    const corrected = (rate * Math.sqrt(1 - 0.999 ** epoch)) / (1 - 0.9 ** epoch);
    for (let at = 0; at < size; at += 1) {
      const slope = gradient[at] ?? 0;
      const mean = (first[at] = 0.9 * (first[at] ?? 0) + 0.1 * slope);
      const square = (second[at] = 0.999 * (second[at] ?? 0) + 0.001 * slope * slope);
      w[at] = (w[at] ?? 0) - (corrected * mean) / (Math.sqrt(square) + 1e-8);
    }
  }
  return modelFrom(labels, names, w);
}

function frequentFeatures(examples: Example[], atLeast: number): string[] {
  const counts = new Map<string, number>();
  for (const { features } of examples)
    for (const name of features.keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= atLeast).map(([name]) => name);
}

/** Weights to three decimals; features whose weights are all near nothing are dropped. */
function modelFrom(labels: string[], names: string[], w: Float64Array): LinearModel {
  const rounded = (from: number): number[] =>
    Array.from(w.subarray(from, from + labels.length), (one) => Math.round(1000 * one) / 1000);
  const weights: LinearModel["weights"] = {};
  for (const [index, name] of names.entries()) {
    const row = rounded(index * labels.length);
    if (row.some((one) => Math.abs(one) >= 0.005)) weights[name] = row;
  }
  return { labels, bias: rounded(names.length * labels.length), weights };
}
