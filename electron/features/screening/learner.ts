/** The ranking model: features once, a refit after each decision, scores for every record. */
import { balance } from "./balance.ts";
import { featureSpaceWork, type FeatureShares, type FeatureSpace } from "./feature-space.ts";
import { createGramSvm, mostLabelled, type GramSvm } from "./gram-svm.ts";
import { fitSvm, score, type Model } from "./linear-svm.ts";
import { createNearestIncludes } from "./nearest-includes.ts";
import { runAtOnce, type Work } from "./slices.ts";
import type { Texts } from "./text-features.ts";

export type Recipe = FeatureShares & {
  name: string;
  cost: number;
  ratio: number;
  /** Weight of the similarity to the nearest includes beside the classifier's score, both standardised. */
  nearest: number;
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
  tolerance: 1e-3,
  keepsSimilarities: false,
};

/** Named and frozen: a recorded ranking can be made again from its recipe's name and the decisions. */
export const recipes = {
  /** ASReview LAB 3, default model "elas u4": the published baseline that ours is measured against. */
  elasU4: { name: "elas-u4", ...published },
  /** Words, runs of characters and design signs in one classifier, and the nearest includes. */
  desk: {
    name: "desk-1",
    ...published,
    words: 0.45,
    characters: 0.45,
    designs: 0.1,
    cost: 0.2,
    nearest: 0.5,
    tolerance: 0.03,
    keepsSimilarities: true,
  },
  /** The same without characters, which would take too much memory in a large review. */
  deskLarge: {
    name: "desk-1-large",
    ...published,
    words: 0.9,
    designs: 0.1,
    cost: 0.2,
    nearest: 0.3,
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
export type Learner = {
  /** Scores by row after learning from `labels`; null before both classes are seen. */
  learn: (labels: readonly Label[]) => Float64Array | null;
  /** The same in steps, for the app. */
  learnWork: (labels: readonly Label[]) => Work<Float64Array | null>;
};

/** Records scored between two chances to let other work in. */
const rowsPerStep = 512;

export function createLearner(texts: Texts, recipe: Recipe): Learner {
  return learnerOn(runAtOnce(featureSpaceWork(texts, recipe)), recipe);
}

export function learnerOn(space: FeatureSpace, recipe: Recipe): Learner {
  let previous: Model | undefined;
  let gram: GramSvm | undefined;
  const nearestIncludes = createNearestIncludes(space);
  function* learnWork(labels: readonly Label[]): Work<Float64Array | null> {
    const included = labels.filter((label) => label.relevant).map(({ row }) => row);
    if (included.length === 0 || included.length === labels.length) return null;
    const { cost, tolerance } = recipe;
    const balanced = balance(labels, recipe.ratio);
    const model =
      recipe.keepsSimilarities && labels.length <= mostLabelled
        ? yield* (gram ??= createGramSvm(space)).fitWork(balanced, cost, tolerance)
        : fitSvm(space, balanced, { cost, tolerance, previous });
    previous = model;
    const scores = new Float64Array(space.rows);
    for (let row = 0; row < space.rows; row += 1) {
      if (row % rowsPerStep === rowsPerStep - 1) yield;
      scores[row] = score(space, model, row);
    }
    if (recipe.nearest === 0) return scores;
    const similarity = yield* nearestIncludes.similarityWork(included);
    return mixed(scores, similarity, recipe.nearest, labels);
  }
  return { learnWork, learn: (labels) => runAtOnce(learnWork(labels)) };
}

/** Sum of both, each with mean 0 and standard deviation 1 over the records that have no label. */
function mixed(
  scores: Float64Array,
  similarity: Float64Array,
  weight: number,
  labels: readonly Label[],
): Float64Array {
  const labelled = new Uint8Array(scores.length);
  for (const { row } of labels) labelled[row] = 1;
  const [a, b] = [spreadOf(scores, labelled), spreadOf(similarity, labelled)];
  return scores.map(
    (value, row) =>
      (value - a.mean) / a.deviation +
      (weight * ((similarity[row] as number) - b.mean)) / b.deviation,
  );
}

function spreadOf(values: Float64Array, left: Uint8Array): { mean: number; deviation: number } {
  let [count, sum, squares] = [0, 0, 0];
  for (let row = 0; row < values.length; row += 1) {
    if (left[row] === 1) continue;
    const value = values[row] as number;
    count += 1;
    sum += value;
    squares += value * value;
  }
  if (count === 0) return { mean: 0, deviation: 1 };
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) + 1e-9 };
}
