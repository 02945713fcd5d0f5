/** Weighs the signs of a reading: a linear score, its weights in `rank-weights.json` (trained by `rank-fit.measure.ts`). */
import type { Features } from "./found.ts";
import weights from "./rank-weights.json" with { type: "json" };

const of: Record<string, number> = weights;

/** Names of the weights: each sign apart for tables and sentences. */
export const named = (features: Features): [string, number][] => {
  const source = features["table"] === 1 ? "table" : "sentence";
  return Object.entries(features).map(([name, value]) => [`${source}.${name}`, value]);
};

export function scoreOf(features: Features): number {
  return named(features).reduce((sum, [name, value]) => sum + (of[name] ?? 0) * value, 0);
}
