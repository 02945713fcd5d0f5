/** Class weights, so that a few relevant records are not drowned by many irrelevant ones. */
import type { Labelled } from "./linear-svm.ts";

/**
 * ASReview's balance: relevant records weigh 1, irrelevant ones relevant/(ratio × irrelevant), all
 * rescaled to a mean of 1; so the relevant class weighs `ratio` times the other in total.
 */
export function balance(
  labels: readonly { row: number; relevant: boolean }[],
  ratio: number,
): Labelled[] {
  const relevant = labels.filter((label) => label.relevant).length;
  const irrelevant = labels.length - relevant;
  const low = relevant / (ratio * irrelevant);
  const scale = labels.length / (relevant + low * irrelevant);
  return labels.map((label) => ({ ...label, weight: (label.relevant ? 1 : low) * scale }));
}
