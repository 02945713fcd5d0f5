/**
 * The same classifier as in linear-svm.ts, fitted on the similarities between labelled records, which
 * are kept from one decision to the next: rows at rest then cost nothing, and a step costs one number
 * per labelled record instead of one per word.
 */
import type { FeatureSpace } from "./feature-space.ts";
import type { Work } from "./slices.ts";
import { addRow, dot, emptyModel, type Labelled, type Model } from "./linear-svm.ts";

/** Labelled records up to which similarities are kept: 4 bytes for each pair of them. */
export const mostLabelled = 2_500;

/** One decision changes little: its fit goes on where the last one ended, so a few passes are enough. */
const warmPasses = 6;
const warmChanges = 20;

/** Labels given, withdrawn or turned round since the last fit. */
function changes(labelled: readonly Labelled[], last: ReadonlyMap<number, boolean>): number {
  const kept = labelled.filter(({ row, relevant }) => last.get(row) === relevant).length;
  const known = labelled.filter(({ row }) => last.has(row)).length;
  return labelled.length - kept + (last.size - known);
}

export type GramSvm = {
  /** Fits until the largest projected gradient is under `tolerance`; starts from the last fit. */
  fitWork: (labelled: readonly Labelled[], cost: number, tolerance: number) => Work<Model>;
};

export function createGramSvm(space: FeatureSpace): GramSvm {
  /** Row of similarities (plus 1 for the bias) per record that ever had a label, in order of arrival. */
  const similarity: Float32Array[] = [];
  const placeOf = new Map<number, number>();
  const rows: number[] = [];
  const dense = space.blocks.map((block) => new Float64Array(block.columns));
  let capacity = 0;
  let dual = new Map<number, number>();
  let last = new Map<number, boolean>();

  function place(row: number): number {
    const known = placeOf.get(row);
    if (known !== undefined) return known;
    const at = rows.length;
    if (at === capacity) {
      capacity = Math.max(64, Math.ceil(capacity * 1.5));
      for (const [index, old] of similarity.entries()) {
        const wider = new Float32Array(capacity);
        wider.set(old);
        similarity[index] = wider;
      }
    }
    const own = new Float32Array(capacity);
    addRow(space, dense, row, 1);
    for (let other = 0; other < at; other += 1) {
      const value = 1 + dot(space, dense, rows[other] as number);
      own[other] = value;
      (similarity[other] as Float32Array)[at] = value;
    }
    clear(row);
    own[at] = 1 + (space.lengthSquared[row] as number);
    placeOf.set(row, at);
    rows.push(row);
    similarity.push(own);
    return at;
  }

  function clear(row: number): void {
    for (const [at, { start, column }] of space.blocks.entries())
      for (let entry = start[row] ?? 0; entry < (start[row + 1] ?? 0); entry += 1)
        (dense[at] as Float64Array)[column[entry] as number] = 0;
  }

  return {
    *fitWork(labelled, cost, tolerance) {
      const places: number[] = [];
      for (const { row } of labelled) {
        // A review opened again brings all its labels at once: other work gets in between them.
        if (!placeOf.has(row)) yield;
        places.push(place(row));
      }
      const alpha = Float64Array.from(labelled, ({ row, relevant }) =>
        last.get(row) === relevant ? (dual.get(row) ?? 0) : 0,
      );
      const signs = Float64Array.from(labelled, ({ relevant }) => (relevant ? 1 : -1));
      const margins = new Float64Array(rows.length);
      const add = (at: number, step: number): void => {
        const own = similarity[at] as Float32Array;
        for (let other = 0; other < margins.length; other += 1)
          margins[other] = (margins[other] as number) + step * (own[other] as number);
      };
      for (const [index, at] of places.entries())
        if (alpha[index] !== 0) add(at, (alpha[index] as number) * (signs[index] as number));
      const passes = changes(labelled, last) > warmChanges ? 1000 : warmPasses;
      for (let pass = 0; pass < passes; pass += 1) {
        yield;
        let largest = 0;
        for (let index = 0; index < places.length; index += 1) {
          const at = places[index] as number;
          const y = signs[index] as number;
          const before = alpha[index] as number;
          const diagonal = 1 / (2 * cost * (labelled[index] as Labelled).weight);
          const gradient = y * (margins[at] as number) - 1 + diagonal * before;
          if (before === 0 && gradient > 0) continue;
          largest = Math.max(largest, Math.abs(gradient));
          // Rows that are nearly settled cost as much as others and move nothing.
          if (Math.abs(gradient) < 0.3 * tolerance) continue;
          const norm = ((similarity[at] as Float32Array)[at] as number) + diagonal;
          const after = Math.max(before - gradient / norm, 0);
          alpha[index] = after;
          add(at, (after - before) * y);
        }
        if (largest <= tolerance) break;
      }
      const model = emptyModel(space);
      for (const [index, { row }] of labelled.entries()) {
        const value = alpha[index] as number;
        if (value === 0) continue;
        addRow(space, model.weights, row, value * (signs[index] as number));
        model.bias += value * (signs[index] as number);
        model.dual.set(row, value);
      }
      // Only a fit that came to its end is one to go on from.
      dual = model.dual;
      last = new Map(labelled.map(({ row, relevant }) => [row, relevant]));
      return model;
    },
  };
}
