/** A linear classifier over named features: what the trained sentence classifiers share. Pure. */

/** Feature names with their amounts; a name that the model never saw counts nothing. */
export type Features = Map<string, number>;

export type LinearModel = {
  labels: string[];
  bias: number[];
  /** One weight a label, in the order of `labels`. */
  weights: Record<string, number[]>;
};

export function addFeature(features: Features, name: string, amount = 1): void {
  features.set(name, (features.get(name) ?? 0) + amount);
}

/** The labels' linear scores (log-odds up to a shared constant), in the order of `labels`. */
export function linearScores(model: LinearModel, features: Features): number[] {
  const scores = [...model.bias];
  for (const [name, amount] of features) {
    const weights = Object.hasOwn(model.weights, name) ? model.weights[name] : undefined;
    if (!weights) continue;
    for (let label = 0; label < scores.length; label += 1)
      scores[label] = (scores[label] ?? 0) + amount * (weights[label] ?? 0);
  }
  return scores;
}

/** Probabilities that sum to 1 over the labels. */
export function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  const sum = powers.reduce((all, one) => all + one, 0);
  return powers.map((power) => power / sum);
}

/** The probability of each label on its own, for labels that may hold together. */
export function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}
