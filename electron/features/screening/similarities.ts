/**
 * How alike one record is to every other, found by its features' lists of records: a step then costs what the
 * record shares with others, not all features of all records.
 */
import type { FeatureSpace } from "./feature-space.ts";
import type { Work } from "./slices.ts";
import type { Features } from "./text-features.ts";

/** Records up to which the lists are held: they take as much memory as the features themselves. */
export const mostWithLists = 12_000;
/** Bytes of kept similarities, 4 for each labelled record and record: beyond, the classifier works without. */
export const mostKeptBytes = 96 * 2 ** 20;

/** Features by column: the records that have it, and their values. */
type Lists = { start: Int32Array; row: Int32Array; value: Float32Array };

/** Records handled between two chances to let other work in. */
const rowsPerStep = 64;

function* listsWork({ rows, columns, start, column, value }: Features): Work<Lists> {
  const entries = start[rows] ?? 0;
  const lists: Lists = {
    start: new Int32Array(columns + 1),
    row: new Int32Array(entries),
    value: new Float32Array(entries),
  };
  for (let row = 0; row < rows; row += 1) {
    if (row % rowsPerStep === rowsPerStep - 1) yield;
    for (let entry = start[row] as number; entry < (start[row + 1] as number); entry += 1) {
      const next = (column[entry] as number) + 1;
      lists.start[next] = (lists.start[next] as number) + 1;
    }
  }
  for (let at = 0; at < columns; at += 1)
    lists.start[at + 1] = (lists.start[at + 1] as number) + (lists.start[at] as number);
  const free = lists.start.slice(0, columns);
  for (let row = 0; row < rows; row += 1) {
    if (row % rowsPerStep === rowsPerStep - 1) yield;
    for (let entry = start[row] as number; entry < (start[row + 1] as number); entry += 1) {
      const to = free[column[entry] as number] as number;
      free[column[entry] as number] = to + 1;
      lists.row[to] = row;
      lists.value[to] = value[entry] as number;
    }
  }
  return lists;
}

export type SimilarityOf = (row: number) => Float32Array;
const made = new WeakMap<FeatureSpace, SimilarityOf>();

/** Products of a record's row with every record's, kept once made. Only for spaces of `mostWithLists` at most. */
export function* similaritiesWork(space: FeatureSpace): Work<SimilarityOf> {
  const known = made.get(space);
  if (known !== undefined) return known;
  const lists: Lists[] = [];
  for (const block of space.blocks) lists.push(yield* listsWork(block));
  const similarityOf = similaritiesFrom(space, lists);
  made.set(space, similarityOf);
  return similarityOf;
}

function similaritiesFrom(space: FeatureSpace, lists: readonly Lists[]): SimilarityOf {
  const kept = new Map<number, Float32Array>();
  return (row) => {
    let own = kept.get(row);
    if (own !== undefined) return own;
    kept.set(row, (own = new Float32Array(space.rows)));
    for (const [at, { start, column, value }] of space.blocks.entries()) {
      const list = lists[at] as Lists;
      for (let entry = start[row] as number; entry < (start[row + 1] as number); entry += 1) {
        const factor = value[entry] as number;
        const from = column[entry] as number;
        const end = list.start[from + 1] as number;
        for (let place = list.start[from] as number; place < end; place += 1) {
          const other = list.row[place] as number;
          own[other] = (own[other] as number) + factor * (list.value[place] as number);
        }
      }
    }
    own[row] = space.lengthSquared[row] as number;
    return own;
  };
}
