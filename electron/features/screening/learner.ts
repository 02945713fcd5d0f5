/** The ranking model: features once, a refit after each decision, scores for every record. */
import { balance } from "./balance.ts";
import { fitSvm, score, type Model } from "./linear-svm.ts";
import { runAtOnce, type Work } from "./slices.ts";
import { buildFeatures, type Features, type Texts } from "./text-features.ts";

export type Recipe = { name: string; cost: number; ratio: number; maxDocumentShare: number };

/** Named and frozen: a recorded ranking can be made again from its recipe's name and the decisions. */
export const recipes = {
  /** ASReview LAB 3, default model "elas u4": the published baseline that ours is measured against. */
  elasU4: { name: "elas-u4", cost: 0.11, ratio: 9.8, maxDocumentShare: 0.95 },
} as const satisfies Record<string, Recipe>;

export type Label = { row: number; relevant: boolean };
export type Learner = {
  features: Features;
  /** Scores by row after learning from `labels`; null before both classes are seen. */
  learn: (labels: readonly Label[]) => Float64Array | null;
  /** The same in steps, for the app. */
  learnWork: (labels: readonly Label[]) => Work<Float64Array | null>;
};

/** Records scored between two chances to let other work in. */
const rowsPerStep = 512;

export function createLearner(texts: Texts, recipe: Recipe): Learner {
  return learnerOn(buildFeatures(texts, recipe), recipe);
}

export function learnerOn(features: Features, recipe: Recipe): Learner {
  let previous: Model | undefined;
  function* learnWork(labels: readonly Label[]): Work<Float64Array | null> {
    const relevant = labels.filter((label) => label.relevant).length;
    if (relevant === 0 || relevant === labels.length) return null;
    const model = fitSvm(features, balance(labels, recipe.ratio), { cost: recipe.cost, previous });
    previous = model;
    const scores = new Float64Array(features.rows);
    for (let row = 0; row < features.rows; row += 1) {
      if (row % rowsPerStep === rowsPerStep - 1) yield;
      scores[row] = score(features, model, row);
    }
    return scores;
  }
  return { features, learnWork, learn: (labels) => runAtOnce(learnWork(labels)) };
}
