/** Which passages speak to a question: two orders merged, and how much of the question they hold. Pure. */
import { stem, termsOf } from "../extraction/terms.ts";

/** Words that ask and carry nothing of what is asked. */
const askingWords = new Set(
  "how why much many should would could about any there tell know find found say said give given paper papers article articles effect effects".split(
    " ",
  ),
);
const askingStems = new Set([...askingWords].map(stem));

/**
 * Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009): the sum of 1 / (60 + rank) over the
 * orders that hold an item; best first, ties in the order met.
 */
export function mergeRanks(orders: readonly (readonly number[])[]): number[] {
  const scores = new Map<number, number>();
  for (const order of orders)
    for (const [index, item] of order.entries())
      scores.set(item, (scores.get(item) ?? 0) + 1 / (61 + index));
  return [...scores].toSorted(([, a], [, b]) => b - a).map(([item]) => item);
}

/** How many of the texts hold each term. */
export function countTerms(texts: Iterable<string>, counts = new Map<string, number>()) {
  for (const text of texts)
    for (const term of new Set(termsOf(text))) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** The question's words, as written, that none of the counted texts holds. */
export function absentWords(question: string, counts: ReadonlyMap<string, number>): string[] {
  const words = question.match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words)].filter((word) => {
    const terms = termsOf(word).filter((term) => !askingStems.has(term));
    return terms.length > 0 && terms.every((term) => !counts.has(term));
  });
}

/** The question's terms with their weight, ln(1 + N / n): a word that few passages hold tells most. */
export function weighQuestion(
  question: string,
  counts: ReadonlyMap<string, number>,
  passages: number,
): Map<string, number> {
  const terms = new Set(termsOf(question).filter((term) => !askingStems.has(term)));
  return new Map(
    // A word that no passage holds weighs more than one that a single passage holds.
    [...terms].map((term) => [term, Math.log(1 + passages / (counts.get(term) ?? 0.5))]),
  );
}

/** The weighted share of the question's terms that stand in the text, 0..1. */
export function coverageOf(weights: ReadonlyMap<string, number>, text: string): number {
  const there = new Set(termsOf(text));
  let [held, all] = [0, 0];
  for (const [term, weight] of weights) {
    all += weight;
    if (there.has(term)) held += weight;
  }
  return all === 0 ? 0 : held / all;
}

/** Words of the passage and its record must hold this much of what is asked to be shown as an answer. */
export const leastCoverage = 0.6;
