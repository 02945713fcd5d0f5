/** The ranking model: features once, a refit after each decision, scores for every record. */
import { balance } from "./balance.ts";
import { featureSpaceWork, type FeatureShares, type FeatureSpace } from "./feature-space.ts";
import { createKernelSvm, type KernelSvm } from "./kernel-svm.ts";
import { kindScores } from "./kind-prior.ts";
import { fitSvm, score, type Labelled, type Model } from "./linear-svm.ts";
import { createNearestIncludes, type NearestIncludes } from "./nearest-includes.ts";
import { mostKeptBytes, mostWithLists, similaritiesWork } from "./similarities.ts";
import { runAtOnce, type Work } from "./slices.ts";
import { standardised } from "./standardise.ts";
import type { Texts } from "./text-features.ts";

export type Recipe = FeatureShares & {
  name: string;
  cost: number;
  ratio: number;
  /** Weight of the similarity to the nearest includes beside the classifier's score, both standardised. */
  nearest: number;
  /** Weight of what is expected without decisions (kind of report, criteria) while one include is known. */
  prior: number;
  /** How near to the optimum a fit goes: the largest gradient left. */
  tolerance: number;
  /** Fits on kept similarities: faster; ends within the tolerance of the same optimum, not at the same digits. */
  keepsSimilarities: boolean;
};

const published = {
  maxDocumentShare: 0.95,
  words: 1,
  characters: 0,
  designs: 0,
  cost: 0.11,
  ratio: 9.8,
  nearest: 0,
  prior: 0,
  tolerance: 1e-3,
  keepsSimilarities: false,
};

/** Named and frozen: a recorded ranking can be made again from its recipe's name and the decisions. */
export const recipes = {
  /** ASReview LAB 3, default model "elas u4": the published baseline that ours is measured against. */
  elasU4: { name: "elas-u4", ...published },
  /** Words, runs of characters and design signs in one classifier, the nearest includes, and at first what is expected. */
  desk: {
    name: "desk-2",
    ...published,
    words: 0.45,
    characters: 0.45,
    designs: 0.1,
    cost: 0.2,
    nearest: 0.5,
    prior: 1,
    tolerance: 0.03,
    keepsSimilarities: true,
  },
  /** The same without characters, which would take too much memory in a large review. */
  deskLarge: {
    name: "desk-2-large",
    ...published,
    words: 0.9,
    designs: 0.1,
    cost: 0.2,
    nearest: 0.3,
    prior: 1,
    tolerance: 0.03,
    keepsSimilarities: true,
  },
} as const satisfies Record<string, Recipe>;

/** Records up to which characters are kept: about 6 kB each. */
const mostWithCharacters = 25_000;

/** The recipe that the app and the command line use for a review of so many records. */
export function recipeFor(records: number): Recipe {
  return records <= mostWithCharacters ? recipes.desk : recipes.deskLarge;
}

export type Label = { row: number; relevant: boolean };
/** Scores by row after learning from `labels`; null before both classes are seen. `criteria`: scores by row, if any. */
export type Learner = {
  learn: (labels: readonly Label[], criteria?: Float64Array | null) => Float64Array | null;
  /** The same in steps, for the app. */
  learnWork: (
    labels: readonly Label[],
    criteria?: Float64Array | null,
  ) => Work<Float64Array | null>;
};

/** Records scored between two chances to let other work in. */
const rowsPerStep = 512;
/** The prior's weight is halved at about four includes and a tenth at thirty. */
const priorDecay = 0.3;
/** The kind of report beside the criteria, which say more. */
const kindBesideCriteria = 0.6;

export function createLearner(texts: Texts, recipe: Recipe): Learner {
  return learnerOn(runAtOnce(featureSpaceWork(texts, recipe)), recipe);
}

/** `kind`: scores by row of how likely a report is by its kind; from the shipped weights unless given. */
export function learnerOn(
  space: FeatureSpace,
  recipe: Recipe,
  kind = space.kinds === null || recipe.prior === 0 ? null : kindScores(space.kinds),
): Learner {
  let parts: { kernel: KernelSvm | null; nearest: NearestIncludes } | undefined;
  let previous: Model | undefined;
  let expected: { criteria: Float64Array | null; scores: Float64Array | null } | undefined;

  /** Made once for each array of criteria scores. */
  function expectationOf(criteria: Float64Array | null): Float64Array | null {
    if (expected === undefined || expected.criteria !== criteria)
      expected = { criteria, scores: expectation(kind, criteria) };
    return expected.scores;
  }

  function* partsWork(): Work<NonNullable<typeof parts>> {
    if (parts !== undefined) return parts;
    const similarityOf =
      recipe.keepsSimilarities && space.rows <= mostWithLists
        ? yield* similaritiesWork(space)
        : undefined;
    const kernel = similarityOf === undefined ? null : createKernelSvm(space.rows, similarityOf);
    return (parts = { kernel, nearest: createNearestIncludes(space, similarityOf) });
  }

  function* scoresOf(kernel: KernelSvm | null, balanced: readonly Labelled[]): Work<Float64Array> {
    const { cost, tolerance } = recipe;
    if (kernel !== null && 4 * space.rows * balanced.length <= mostKeptBytes)
      return yield* kernel.fitWork(balanced, cost, tolerance);
    const model = (previous = fitSvm(space, balanced, { cost, tolerance, previous }));
    const scores = new Float64Array(space.rows);
    for (let row = 0; row < space.rows; row += 1) {
      if (row % rowsPerStep === rowsPerStep - 1) yield;
      scores[row] = score(space, model, row);
    }
    return scores;
  }

  function* learnWork(
    labels: readonly Label[],
    criteria: Float64Array | null = null,
  ): Work<Float64Array | null> {
    const included = labels.filter((label) => label.relevant).map(({ row }) => row);
    if (included.length === 0 || included.length === labels.length) return null;
    const { kernel, nearest } = yield* partsWork();
    const scores = yield* scoresOf(kernel, balance(labels, recipe.ratio));
    const labelled = new Uint8Array(space.rows);
    for (const { row } of labels) labelled[row] = 1;
    const sum = recipe.nearest + recipe.prior === 0 ? scores : standardised(scores, labelled);
    const add = (part: Float64Array, weight: number): void => {
      for (let row = 0; row < sum.length; row += 1)
        sum[row] = (sum[row] as number) + weight * (part[row] as number);
    };
    if (recipe.nearest > 0) {
      const similarity = yield* nearest.similarityWork(included);
      add(standardised(similarity, labelled), recipe.nearest);
    }
    const lead = recipe.prior === 0 ? null : expectationOf(criteria);
    if (lead !== null) add(lead, recipe.prior / (1 + priorDecay * (included.length - 1)));
    return sum;
  }
  return { learnWork, learn: (labels, criteria) => runAtOnce(learnWork(labels, criteria)) };
}

/** What is expected of each record before any decision, in standard deviations: its kind, and the criteria if any. */
function expectation(
  kind: Float64Array | null,
  criteria: Float64Array | null,
): Float64Array | null {
  if (criteria === null) return kind;
  const said = standardised(criteria);
  if (kind === null) return said;
  return standardised(said.map((value, row) => value + kindBesideCriteria * (kind[row] as number)));
}
