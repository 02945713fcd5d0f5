/**
 * The same classifier as in linear-svm.ts, fitted on kept similarities between labelled and all records.
 * A fit looks at labelled records only; every record's score is then brought up to date, one pass over the
 * records for each dual variable that moved: most are within the tolerance from one decision to the next.
 */
import type { Labelled } from "./linear-svm.ts";
import type { Work } from "./slices.ts";

const mostPasses = 60;
const mostFirstPasses = 1000;
/** A fit after more new labels than this is one from the start. */
const fewNew = 20;
/** Share of the tolerance under which a record is left as it is. */
const settled = 0.6;

export type KernelSvm = {
  /** Fits until the largest projected gradient is under `tolerance`, from the last fit on; scores by row. */
  fitWork: (labelled: readonly Labelled[], cost: number, tolerance: number) => Work<Float64Array>;
};

export function createKernelSvm(
  rows: number,
  similarityOf: (row: number) => Float32Array,
): KernelSvm {
  const scores = new Float64Array(rows);
  const dual = new Float64Array(rows);
  /** 1 and −1 for labels that the dual variable was made for, 0 for none. */
  const signs = new Int8Array(rows);

  /** Dual variable and scores move together and between two yields: dropped work leaves a whole state. */
  const move = (row: number, to: number): void => {
    const step = (to - (dual[row] as number)) * (signs[row] as number);
    if (step === 0) return;
    const own = similarityOf(row);
    dual[row] = to;
    for (let other = 0; other < rows; other += 1)
      scores[other] = (scores[other] as number) + step * ((own[other] as number) + 1);
  };

  /** Takes over the labels as they are now; how many are new, turned round or gone. */
  function takeOver(labelled: readonly Labelled[]): number {
    const now = new Int8Array(rows);
    for (const { row, relevant } of labelled) now[row] = relevant ? 1 : -1;
    let changed = 0;
    for (let row = 0; row < rows; row += 1) {
      if (signs[row] === now[row]) continue;
      changed += 1;
      move(row, 0);
      signs[row] = now[row] as number;
    }
    return changed;
  }

  return {
    *fitWork(labelled, cost, tolerance) {
      const passes = takeOver(labelled) > fewNew ? mostFirstPasses : mostPasses;
      const count = labelled.length;
      const places = Int32Array.from(labelled, ({ row }) => row);
      const alpha = Float64Array.from(places, (row) => dual[row] as number);
      const margins = Float64Array.from(places, (row) => scores[row] as number);
      const diagonals = Float64Array.from(labelled, ({ weight }) => 1 / (2 * cost * weight));
      for (let pass = 0; pass < passes; pass += 1) {
        let largest = 0;
        for (let index = 0; index < count; index += 1) {
          const row = places[index] as number;
          const before = alpha[index] as number;
          const diagonal = diagonals[index] as number;
          const sign = signs[row] as number;
          const gradient = sign * (margins[index] as number) - 1 + diagonal * before;
          if (before === 0 && gradient > 0) continue;
          largest = Math.max(largest, Math.abs(gradient));
          // Records that are nearly settled cost as much as others and move nothing.
          if (Math.abs(gradient) < settled * tolerance) continue;
          const own = similarityOf(row);
          const after = Math.max(before - gradient / ((own[row] as number) + 1 + diagonal), 0);
          const step = (after - before) * sign;
          alpha[index] = after;
          // A similarity that was not kept yet costs milliseconds in a large review.
          yield;
          for (let other = 0; other < count; other += 1)
            margins[other] =
              (margins[other] as number) + step * ((own[places[other] as number] as number) + 1);
        }
        yield;
        if (largest <= tolerance) break;
      }
      for (let index = 0; index < count; index += 1) {
        if (index % 16 === 15) yield;
        move(places[index] as number, alpha[index] as number);
      }
      return scores.slice();
    },
  };
}
