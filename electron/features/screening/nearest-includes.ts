/** How alike each record is to the included records nearest to it: finds what the classifier's one direction misses. */
import { addRow, dot } from "./linear-svm.ts";
import type { FeatureSpace } from "./feature-space.ts";
import type { Work } from "./slices.ts";

const nearest = 3;
const rowsPerStep = 512;

export type NearestIncludes = {
  /** Mean similarity (0 to 1) by row to the three nearest of `included`, or to as many as there are. */
  similarityWork: (included: readonly number[]) => Work<Float64Array>;
};

/**
 * Keeps each record's three highest similarities, so that one more include costs one pass over the records.
 * `similarityOf`, where it is held, has them ready.
 */
export function createNearestIncludes(
  space: FeatureSpace,
  similarityOf?: (row: number) => Float32Array,
): NearestIncludes {
  let counted = new Set<number>();
  let best = new Float32Array(0);
  // Work can be dropped in the middle of a pass; what is there then cannot be trusted.
  let broken = false;

  const keep = (row: number, similarity: number): void => {
    let value = similarity;
    for (let place = row * nearest; place < (row + 1) * nearest; place += 1) {
      const held = best[place] as number;
      if (value <= held) continue;
      best[place] = value;
      value = held;
    }
  };

  function* addInclude(include: number): Work<void> {
    const own = similarityOf?.(include);
    if (own !== undefined) {
      for (let row = 0; row < space.rows; row += 1) keep(row, own[row] as number);
      return;
    }
    const weights = space.blocks.map((block) => new Float64Array(block.columns));
    addRow(space, weights, include, 1);
    for (let row = 0; row < space.rows; row += 1) {
      if (row % rowsPerStep === rowsPerStep - 1) yield;
      keep(row, dot(space, weights, row));
    }
  }

  function* similarityWork(included: readonly number[]): Work<Float64Array> {
    const wanted = new Set(included);
    if (broken || [...counted].some((row) => !wanted.has(row))) {
      counted = new Set();
      best = new Float32Array(0);
    }
    if (best.length === 0) best = new Float32Array(space.rows * nearest);
    broken = true;
    for (const row of included) {
      if (counted.has(row)) continue;
      yield* addInclude(row);
      counted.add(row);
    }
    broken = false;
    const used = Math.max(1, Math.min(nearest, included.length));
    const mean = new Float64Array(space.rows);
    for (let row = 0; row < space.rows; row += 1) {
      let sum = 0;
      for (let place = 0; place < used; place += 1) sum += best[row * nearest + place] as number;
      mean[row] = sum / used;
    }
    return mean;
  }
  return { similarityWork };
}
