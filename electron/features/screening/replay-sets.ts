/**
 * Replays of the labelled reviews for the measuring scripts. The prior of a review's ranking is fitted on the other
 * reviews. Refits in growing batches, so figures differ a little from a refit per decision.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { featureSpaceWork, type FeatureSpace } from "./feature-space.ts";
import { fitKindWeights } from "./fit-kind-prior.ts";
import { kindScores } from "./kind-prior.ts";
import { readLabelledSet } from "./labelled-set.ts";
import { learnerOn, recipeFor, type Recipe } from "./learner.ts";
import { sharedSetsOrEnd } from "./shared-sets.ts";
import { simulate, type Step } from "./simulate.ts";
import { runAtOnce } from "./slices.ts";
import { judgeSet } from "./zero-shot.ts";

export type LabelledReview = {
  name: string;
  space: FeatureSpace;
  labels: boolean[];
  /** Rows of an included and an excluded record, one pair a run. */
  pairs: [number, number][];
  /** Scores by the review's criteria; null where there are none. */
  criteria: Float64Array | null;
};

type Pair = { included: number; excluded: number };
type Protocol = {
  title: string;
  research_questions: string | null;
  inclusion_criteria: string;
  exclusion_criteria: string;
};

/** Mulberry32: the same pairs each time. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The reviews named (all, when none is), with `runs` prior pairs each: the published five, then random ones. */
export async function labelledReviews(
  names: readonly string[],
  runs: number,
  withCriteria = false,
): Promise<LabelledReview[]> {
  const folder = sharedSetsOrEnd();
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const priors = read("priors.json") as Record<string, Pair[]>;
  const protocols = read("criteria.json") as Record<string, Protocol>;
  const wanted = names.length > 0 ? names : Object.keys(priors);
  return Promise.all(
    wanted.map(async (name) => {
      const records = await readLabelledSet(join(folder, `${name}.csv.gz`));
      const rowOf = new Map(records.map(({ id }, row) => [id, row]));
      const labels = records.map(({ relevant }) => relevant === true);
      const rows = [true, false].map((wantedLabel) =>
        [...labels.keys()].filter((row) => labels[row] === wantedLabel),
      );
      const next = random(name.length);
      const pairs = Array.from({ length: runs }, (_, run): [number, number] => {
        const known = priors[name]?.[run];
        const pick = (of: number[] = []): number => of[Math.floor(next() * of.length)] ?? 0;
        return known === undefined
          ? [pick(rows[0]), pick(rows[1])]
          : [rowOf.get(String(known.included)) ?? 0, rowOf.get(String(known.excluded)) ?? 0];
      });
      const space = runAtOnce(
        featureSpaceWork(
          records.map(({ title, abstract }) => `${title} ${abstract}`),
          recipeFor(records.length),
        ),
      );
      const protocol = withCriteria ? protocols[name] : undefined;
      const criteria =
        protocol === undefined
          ? null
          : Float64Array.from(
              judgeSet(records, {
                title: protocol.title,
                question: protocol.research_questions,
                inclusion: protocol.inclusion_criteria,
                exclusion: protocol.exclusion_criteria,
              }),
              ({ score }) => score,
            );
      return { name, space, labels, pairs, criteria };
    }),
  );
}

/** Kind scores of `review` by weights from the others. */
export function kindFromOthers(
  review: LabelledReview,
  all: readonly LabelledReview[],
): Float64Array | null {
  const others = all.flatMap(({ name, space, labels }) =>
    name === review.name || space.kinds === null ? [] : [{ kinds: space.kinds, labels }],
  );
  return review.space.kinds === null || others.length === 0
    ? null
    : kindScores(review.space.kinds, fitKindWeights(others));
}

/**
 * Which screened record was relevant, in order. After the last relevant one nothing is left to be learned from it, and
 * the others follow in file order. `watch` sees the order so far at every step before that.
 */
export function replay(
  { space, labels, criteria }: LabelledReview,
  pair: readonly [number, number],
  { recipe, kind }: { recipe: Recipe; kind: Float64Array | null },
  watch: (order: readonly Step[]) => void = () => {},
): boolean[] {
  let left = labels.filter(Boolean).length - pair.filter((row) => labels[row]).length;
  const { order } = simulate({
    learner: learnerOn(space, recipe, kind),
    labels,
    priors: pair,
    criteria,
    clock: () => 0,
    stop: (steps) => {
      watch(steps);
      return (steps.at(-1)?.relevant === true ? --left : left) === 0;
    },
    refitAfter: (labelled) => (labelled < 60 ? 1 : Math.floor(labelled / 40) + 1),
  });
  const rest = Array.from({ length: labels.length - pair.length - order.length }, () => false);
  return [...order.map(({ relevant }) => relevant), ...rest];
}
