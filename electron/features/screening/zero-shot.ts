/** Ranking before any decision: each criterion read on its own, then weighed together. */
import type { Criterion } from "../../api/schemas/review.ts";
import type { Verdict } from "../../api/schemas/screening.ts";
import { judgeCriterion, prepareRecord, type TermWeight } from "./criteria.ts";
import { termsOf } from "./terms.ts";

export type ZeroShot = { score: number; verdicts: Verdict[] };

/** Inverse document frequency over the review, so that a term every record holds tells nothing. */
export function termWeights(texts: readonly string[]): TermWeight {
  const documents = new Map<string, number>();
  for (const text of texts) for (const stem of new Set(termsOf(text).map((term) => term.stem))) documents.set(stem, (documents.get(stem) ?? 0) + 1);
  return (stem) => Math.log((1 + texts.length) / (1 + (documents.get(stem) ?? 0))) + 0.1;
}

const weights = { population: 1, intervention: 1.5, comparator: 0.5, outcome: 0.6, design: 0.8, other: 0.5 } as const;

/** How much a criterion counts when its review gives no weight of its own. */
export function elementWeight(criterion: Criterion): number {
  return criterion.muted ? 0 : weights[criterion.element] * criterion.weight;
}

/** Verdicts per criterion and a score: support of inclusion criteria minus that of exclusion criteria. */
export function judgeRecord(record: { title: string; abstract: string }, criteria: readonly Criterion[], weight: TermWeight): ZeroShot {
  const prepared = prepareRecord(record);
  let score = 0;
  let total = 0;
  const verdicts = criteria.map((criterion): Verdict => {
    const judged = judgeCriterion(criterion.text, prepared, weight);
    const counts = elementWeight(criterion);
    total += criterion.kind === "inclusion" ? counts : 0;
    // Silence about an exclusion criterion is the usual case and no point against a record.
    const against = judged.verdict === "yes" ? judged.support : judged.verdict === "partial" ? 0.3 * judged.support : 0;
    score += counts * (criterion.kind === "inclusion" ? judged.support : -0.7 * against);
    return { criterionId: criterion.id, criterion: criterion.text, verdict: judged.verdict, quote: judged.quote };
  });
  return { score: total === 0 ? 0 : score / total, verdicts };
}

/** BM25 (k₁ 1.2, b 0.75) of a query over the review: the plain baseline that is reported beside. */
export function bm25(texts: readonly string[], query: string): Float64Array {
  const documents = texts.map((text) => termsOf(text).map((term) => term.stem));
  const average = documents.reduce((sum, terms) => sum + terms.length, 0) / Math.max(1, documents.length);
  const frequency = new Map<string, number>();
  for (const terms of documents) for (const stem of new Set(terms)) frequency.set(stem, (frequency.get(stem) ?? 0) + 1);
  const wanted = new Set(termsOf(query).map((term) => term.stem));
  return Float64Array.from(documents, (terms) => {
    const counts = new Map<string, number>();
    for (const stem of terms) if (wanted.has(stem)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
    let score = 0;
    for (const [stem, count] of counts) {
      const df = frequency.get(stem) ?? 0;
      const idf = Math.log(1 + (documents.length - df + 0.5) / (df + 0.5));
      score += (idf * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * terms.length) / average));
    }
    return score;
  });
}
