/** In which order the open records are asked for, given their scores. Stop rules hold for `certain` only. */
import type { QueryOrder } from "../../api/schemas/screening.ts";

/** With `mixed` one place in so many goes to a record drawn at random, as in ASReview's hybrid queries. */
const mixedEvery = 20;

export type Asked = {
  order: QueryOrder;
  /** Open rows in file order. */
  open: readonly number[];
  /** Score by row; null for a record that has none yet, which comes last. */
  scoreOf: (row: number) => number | null;
  decided: readonly { row: number; relevant: boolean }[];
};

/**
 * `certain`: the highest score first. `uncertain`: the score nearest to the one that parts included from excluded
 * records best. `mixed`: certain, with every twentieth place drawn at random from the whole rest: the same draw for
 * the same number of decisions, so that asking twice shows the same list.
 */
export function inOrder({ order, open, scoreOf, decided }: Asked): number[] {
  const valueOf = (row: number): number => scoreOf(row) ?? -Infinity;
  const certain = open.toSorted((a, b) => valueOf(b) - valueOf(a) || a - b);
  if (order === "certain") return certain;
  if (order === "uncertain") {
    const cut = bestCut(decided, valueOf);
    if (cut === null) return certain;
    const far = (row: number): number => Math.abs(valueOf(row) - cut);
    return open.toSorted((a, b) => far(a) - far(b) || a - b);
  }
  const rest = new Set(certain);
  const mixed: number[] = [];
  let seed = decided.length;
  // Counted over the whole screening: a new list after each decision must not start its count again.
  for (let place = decided.length + 1; rest.size > 0; place += 1) {
    const [best] = rest;
    let row = best as number;
    if (place % mixedEvery === 0) {
      seed = (Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
      row = certain[(seed >>> 0) % certain.length] as number;
      if (!rest.has(row)) row = best as number;
    }
    rest.delete(row);
    mixed.push(row);
  }
  return mixed;
}

/** The score with the fewest decided records on the wrong side, each class weighing the same; null with one class. */
function bestCut(decided: Asked["decided"], valueOf: (row: number) => number): number | null {
  const sorted = decided
    .map(({ row, relevant }) => ({ value: valueOf(row), relevant }))
    .filter(({ value }) => Number.isFinite(value))
    .toSorted((a, b) => a.value - b.value);
  const relevant = sorted.filter((one) => one.relevant).length;
  const irrelevant = sorted.length - relevant;
  if (relevant === 0 || irrelevant === 0) return null;
  let [best, cut, wrong] = [Infinity, 0, 1];
  for (const [at, one] of sorted.entries()) {
    // Below the cut are excluded records rightly, included ones wrongly.
    wrong += one.relevant ? 1 / relevant : -1 / irrelevant;
    const next = sorted[at + 1];
    if (next !== undefined && wrong < best - 1e-12)
      [best, cut] = [wrong, (one.value + next.value) / 2];
  }
  return cut;
}
