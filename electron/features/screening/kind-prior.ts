/**
 * Which kind of report reviews tend to include, whatever they are about: trials rather than letters, long abstracts
 * rather than none. It leads while few includes are known, and gives way to them: a review of animal studies or of
 * reviews needs a few decisions to turn it round. Weights: logistic regression over labelled reviews, each class of
 * each review weighing the same, features centred within the review (kind-prior.measure.ts prints them).
 */
import { signCount, type Kinds } from "./design-features.ts";
import { standardised } from "./standardise.ts";

/** One weight per sign, for a text of under 200 characters, and per standard deviation of the logarithm of its length. */
export const kindWeights: readonly number[] = [
  0.151, -1, 1.23, -0.076, -0.407, 0.7, -1.785, -0.106, 0.015, -0.771, -0.602, -0.055, 0.267,
  -0.243, 0.555, -1.32, 0.381, 0.386,
];

export const kindFeatureCount = signCount + 2;
const shortText = 200;

/** Features by row, centred over the review: rows × `kindFeatureCount`. */
export function kindFeatures({ signs, characters }: Kinds): Float64Array {
  const rows = signs.length;
  const lengths = standardised(Float64Array.from(characters, (one) => Math.log1p(one)));
  const features = new Float64Array(rows * kindFeatureCount);
  const means = new Float64Array(kindFeatureCount);
  for (let row = 0; row < rows; row += 1) {
    const at = row * kindFeatureCount;
    for (let sign = 0; sign < signCount; sign += 1)
      features[at + sign] = ((signs[row] as number) >> sign) & 1;
    features[at + signCount] = (characters[row] as number) < shortText ? 1 : 0;
    features[at + signCount + 1] = Math.max(-3, Math.min(3, lengths[row] as number));
    for (let one = 0; one < kindFeatureCount; one += 1)
      means[one] = (means[one] as number) + (features[at + one] as number) / rows;
  }
  return features.map((value, at) => value - (means[at % kindFeatureCount] as number));
}

/** Scores by row, mean 0 and standard deviation 1. */
export function kindScores(kinds: Kinds, weights: readonly number[] = kindWeights): Float64Array {
  const features = kindFeatures(kinds);
  return standardised(
    Float64Array.from({ length: kinds.signs.length }, (_, row) =>
      weights.reduce(
        (sum, weight, one) => sum + weight * (features[row * kindFeatureCount + one] as number),
        0,
      ),
    ),
  );
}
