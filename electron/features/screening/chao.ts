/**
 * Capture and recapture: how many relevant records are missing, told from how many of several rankers would each have
 * found those at hand. What all of them find leaves little to be missed; what only one way of looking finds tells of
 * others that none did. After Bron, van der Heijden, Feelders and Siebes (arXiv 2404.01176), who let a committee of
 * classifiers choose the records; here the committee is asked afterwards, each member about a relevant record without
 * having learned from it, so that the order on the screen stays the ranking's own.
 */
import type { FeatureSpace } from "./feature-space.ts";
import type { Label } from "./learner.ts";
import { addRow, dot } from "./linear-svm.ts";
import { mostWithLists, similaritiesWork } from "./similarities.ts";
import type { Work } from "./slices.ts";
import type { Features } from "./text-features.ts";

export type Missing = { missing: number; high: number };

/**
 * Chao's lower bound for the records that nobody caught, bias-corrected, with a log-normal 95 % interval (Chao,
 * Biometrics 1987;43:783). `captures`: for each record at hand on how many of `occasions` it was caught, at least 1.
 */
export function chaoMissing(captures: readonly number[], occasions: number): Missing {
  const caught = (times: number): number => captures.filter((one) => one === times).length;
  const [once, twice] = [caught(1), caught(2)];
  const share = (occasions - 1) / occasions;
  const missing = (share * once * (once - 1)) / (2 * (twice + 1));
  if (missing === 0) return { missing: 0, high: 0 };
  const variance =
    missing +
    (share ** 2 * once * (2 * once - 1) ** 2) / (4 * (twice + 1) ** 2) +
    (share ** 2 * once ** 2 * twice * (once - 1) ** 2) / (4 * (twice + 1) ** 4);
  return {
    missing,
    high: missing * Math.exp(1.96 * Math.sqrt(Math.log1p(variance / missing ** 2))),
  };
}

/** Scores of all records by one way of looking, and of each include when it was not learned from. */
type Member = { scores: Float64Array; without: number[] };

const rowsPerStep = 256;

/** Like the mean of the includes, in one block of features. */
function* centroidWork(space: FeatureSpace, included: readonly number[]): Work<Member> {
  const weights = space.blocks.map((one) => new Float64Array(one.columns));
  for (const row of included) addRow(space, weights, row, 1);
  const scores = new Float64Array(space.rows);
  for (let row = 0; row < space.rows; row += 1) {
    if (row % rowsPerStep === rowsPerStep - 1) yield;
    scores[row] = dot(space, weights, row) / included.length;
  }
  const shared = (row: number): number =>
    (space.lengthSquared[row] as number) - (space.unsharedSquared[row] as number);
  return {
    scores,
    without: included.map(
      (row) =>
        ((scores[row] as number) * included.length - shared(row)) /
        Math.max(1, included.length - 1),
    ),
  };
}

/** Pseudo-counts of a term, as shares of all terms' weight: the review's own shares. */
const prior = 5;

/** Multinomial naive Bayes over one block's weights: the includes against all other records. */
function* bayesWork(block: Features, included: readonly number[]): Work<Member> {
  const [inside, all] = [new Float64Array(block.columns), new Float64Array(block.columns)];
  const isIncluded = new Uint8Array(block.rows);
  for (const row of included) isIncluded[row] = 1;
  let [insideTotal, allTotal] = [0, 0];
  for (let row = 0; row < block.rows; row += 1) {
    if (row % rowsPerStep === rowsPerStep - 1) yield;
    for (let at = block.start[row] as number; at < (block.start[row + 1] as number); at += 1) {
      const [column, value] = [block.column[at] as number, block.value[at] as number];
      all[column] = (all[column] as number) + value;
      allTotal += value;
      if (isIncluded[row] === 0) continue;
      inside[column] = (inside[column] as number) + value;
      insideTotal += value;
    }
  }
  /** Mean log ratio of a row's terms, the row itself left out of the includes where `own` is 1. */
  const scoreOf = (row: number, own: 0 | 1): number => {
    let [length, sum] = [0, 0];
    const [from, to] = [block.start[row] as number, block.start[row + 1] as number];
    for (let at = from; at < to; at += 1) length += block.value[at] as number;
    for (let at = from; at < to; at += 1) {
      const [column, value] = [block.column[at] as number, block.value[at] as number];
      const share = (all[column] as number) / allTotal;
      const found =
        ((inside[column] as number) - own * value + prior * share) /
        (insideTotal - own * length + prior);
      sum += value * Math.log(found / share);
    }
    return length === 0 ? 0 : sum / length;
  };
  const scores = new Float64Array(block.rows);
  for (let row = 0; row < block.rows; row += 1) {
    if (row % rowsPerStep === rowsPerStep - 1) yield;
    scores[row] = scoreOf(row, 0);
  }
  return { scores, without: included.map((row) => scoreOf(row, 1)) };
}

/** Like the most similar of the includes, by the similarities that the ranking keeps. */
function* nearestWork(space: FeatureSpace, included: readonly number[]): Work<Member> {
  const similarityOf = yield* similaritiesWork(space);
  const scores = new Float64Array(space.rows);
  for (const include of included) {
    const own = similarityOf(include);
    yield;
    for (let row = 0; row < space.rows; row += 1)
      if (row !== include && (own[row] as number) > (scores[row] as number))
        scores[row] = own[row] as number;
  }
  return { scores, without: included.map((row) => scores[row] as number) };
}

/** One block of a space as a space of its own. */
function blockOf(space: FeatureSpace, at: number): FeatureSpace | null {
  const block = space.blocks[at];
  if (block === undefined) return null;
  const lengths = new Float64Array(space.rows);
  for (let row = 0; row < space.rows; row += 1) {
    let sum = 0;
    for (let one = block.start[row] as number; one < (block.start[row + 1] as number); one += 1)
      sum += (block.value[one] as number) ** 2;
    lengths[row] = sum;
  }
  return {
    ...space,
    blocks: [block],
    unsharedSquared: new Float64Array(space.rows),
    lengthSquared: lengths,
  };
}

/** Includes that are asked about: the latest. */
const mostIncludes = 400;

/**
 * Relevant records that are missing, with the upper end of a 95 % interval; null before five includes. A member has
 * found an include when, without having learned from it, it ranks it among as many records as there are includes. (As
 * many as were screened would be too easy: tried on three reviews, nothing was missing then with a quarter missing.)
 */
export function* missingWork(space: FeatureSpace, labels: readonly Label[]): Work<Missing | null> {
  const included = labels.filter(({ relevant }) => relevant).map(({ row }) => row);
  if (included.length < 5) return null;
  const asked = included.slice(-mostIncludes);
  const members: Member[] = [];
  const [words, second] = [space.blocks[0], blockOf(space, 1)];
  if (words !== undefined) members.push(yield* bayesWork(words, asked));
  if (second !== null) members.push(yield* centroidWork(second, asked));
  if (space.rows <= mostWithLists) members.push(yield* nearestWork(space, asked));
  const captures = asked.map(() => 1);
  for (const { scores, without } of members) {
    const sorted = scores.toSorted();
    const least = sorted[Math.max(0, sorted.length - included.length)] ?? -Infinity;
    for (const [at, own] of without.entries())
      if (own >= least) captures[at] = (captures[at] as number) + 1;
  }
  const { missing, high } = chaoMissing(captures, members.length + 1);
  const most = space.rows - labels.length;
  const scale = included.length / asked.length;
  return { missing: Math.min(most, scale * missing), high: Math.min(most, scale * high) };
}
