/** The weights of kind-prior.ts from labelled reviews, for what measures and for making them again. */
import type { Kinds } from "./design-features.ts";
import { kindFeatureCount, kindFeatures } from "./kind-prior.ts";

/** Squared penalty per weight, against a mean log-loss per record. */
const penalty = 10;
const rounds = 400;
const rate = 0.05;

/** Logistic regression (Adam on the whole set); every class of every review weighs the same. */
export function fitKindWeights(
  reviews: readonly { kinds: Kinds; labels: readonly boolean[] }[],
): number[] {
  const sets = reviews.map(({ kinds, labels }) => {
    const relevant = labels.filter(Boolean).length;
    return { features: kindFeatures(kinds), labels, relevant };
  });
  const records = sets.reduce((sum, { labels }) => sum + labels.length, 0);
  const share = records / (2 * sets.length);
  const size = kindFeatureCount + 1;
  const weights = new Float64Array(size);
  const [first, second] = [new Float64Array(size), new Float64Array(size)];
  for (let round = 1; round <= rounds; round += 1) {
    const gradient = weights.map((weight, one) =>
      one === kindFeatureCount ? 0 : penalty * weight,
    );
    for (const { features, labels, relevant } of sets)
      for (const [row, label] of labels.entries()) {
        const at = row * kindFeatureCount;
        let score = weights[kindFeatureCount] as number;
        for (let one = 0; one < kindFeatureCount; one += 1)
          score += (weights[one] as number) * (features[at + one] as number);
        const weight = share / (label ? relevant : labels.length - relevant);
        const error = weight * (1 / (1 + Math.exp(-score)) - (label ? 1 : 0));
        for (let one = 0; one < kindFeatureCount; one += 1)
          gradient[one] = (gradient[one] as number) + error * (features[at + one] as number);
        gradient[kindFeatureCount] = (gradient[kindFeatureCount] as number) + error;
      }
    for (let one = 0; one < size; one += 1) {
      const slope = (gradient[one] as number) / records;
      first[one] = 0.9 * (first[one] as number) + 0.1 * slope;
      second[one] = 0.99 * (second[one] as number) + 0.01 * slope * slope;
      weights[one] =
        (weights[one] as number) -
        (rate * (first[one] as number)) /
          (1 - 0.9 ** round) /
          (Math.sqrt((second[one] as number) / (1 - 0.99 ** round)) + 1e-8);
    }
  }
  return [...weights.slice(0, kindFeatureCount)].map((value) => Number(value.toFixed(3)));
}
