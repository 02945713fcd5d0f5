/**
 * Which decisions the ranking would not have expected: slips of the finger, tired hours, an include that was read
 * hastily. Each decision is judged by a ranking that has not learned from it (five folds, refitted without them), as
 * in confident learning (Northcutt, Jiang and Chuang, JAIR 2021;70:1373), by ranks instead of probabilities.
 */
import type { Label, Learner } from "./learner.ts";
import type { Work } from "./slices.ts";

/** `strength`: share (0 to 1) of the records decided the other way that stand on the wrong side of this one. */
export type Doubt = { row: number; relevant: boolean; strength: number };

const folds = 5;
/** With fewer of either there is nothing to hold a decision against. */
const leastOfEach = 5;
/** A decision is told when it stands beyond as many as these of the other kind. */
const leastStrength = 0.5;

/**
 * Doubtful decisions, the strongest first; null before there are five of each kind. `learner` must be one of its own,
 * for its fit is left without the last fold.
 */
export function* lookAgainWork(
  learner: Learner,
  labels: readonly Label[],
  criteria: Float64Array | null = null,
): Work<Doubt[] | null> {
  const relevant = labels.filter((label) => label.relevant);
  const irrelevant = labels.filter((label) => !label.relevant);
  if (relevant.length < leastOfEach || irrelevant.length < leastOfEach) return null;
  // Each kind dealt out in turn by row, so that every fold has both and the same decisions give the same folds.
  const foldOf = new Map(
    [relevant, irrelevant].flatMap((kind) =>
      kind.toSorted((a, b) => a.row - b.row).map(({ row }, at) => [row, at % folds] as const),
    ),
  );
  const judged: (Label & { rank: number })[] = [];
  for (let fold = 0; fold < folds; fold += 1) {
    const scores = yield* learner.learnWork(
      labels.filter(({ row }) => foldOf.get(row) !== fold),
      criteria,
    );
    if (scores === null) continue;
    // The share of all records below: scores of two fits have no common scale.
    const sorted = scores.toSorted();
    yield;
    for (const label of labels)
      if (foldOf.get(label.row) === fold)
        judged.push({ ...label, rank: shareBelow(sorted, scores[label.row] as number) });
  }
  const ranks = (wanted: boolean): Float64Array =>
    Float64Array.from(
      judged.filter((one) => one.relevant === wanted),
      ({ rank }) => rank,
    ).toSorted();
  const [included, excluded] = [ranks(true), ranks(false)];
  return judged
    .map(({ row, relevant: included_, rank }) => ({
      row,
      relevant: included_,
      strength: included_ ? 1 - shareBelow(excluded, rank) : shareBelow(included, rank),
    }))
    .filter(({ strength }) => strength >= leastStrength)
    .toSorted((a, b) => b.strength - a.strength || a.row - b.row);
}

/** Share of ascending values that are under `value`. */
function shareBelow(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low / Math.max(1, sorted.length);
}
