/** Ranking before any decision: each criterion read on its own, then weighed together. */
import type { Criterion } from "../../api/schemas/review.ts";
import type { Verdict } from "../../api/schemas/screening.ts";
import {
  judgeCriterion,
  prepareRecord,
  readCriterion,
  type Judged,
  type TermWeight,
} from "./criteria.ts";
import { featureSpaceWork, type FeatureSpace } from "./feature-space.ts";
import { recipeFor } from "./learner.ts";
import { addRow, dot } from "./linear-svm.ts";
import { runAtOnce, type Work } from "./slices.ts";
import { standardised } from "./standardise.ts";
import { splitCriteria, type CriteriaFile } from "./split-criteria.ts";
import type { Texts } from "./text-features.ts";
import { termsOf } from "./terms.ts";

export type ZeroShot = { score: number; verdicts: Verdict[] };

/** Inverse document frequency over the review, so that a term every record holds tells nothing. */
export function termWeights(texts: Texts): TermWeight {
  return runAtOnce(termWeightWork(texts));
}

/** The same in steps. */
export function* termWeightWork(texts: Texts): Work<TermWeight> {
  const documents = new Map<string, number>();
  for (let row = 0; row < texts.length; row += 1) {
    if (row % 16 === 15) yield;
    for (const stem of new Set(termsOf(texts.at(row) ?? "").map((term) => term.stem)))
      documents.set(stem, (documents.get(stem) ?? 0) + 1);
  }
  return (stem) => Math.log((1 + texts.length) / (1 + (documents.get(stem) ?? 0))) + 0.1;
}

const weights = {
  population: 1,
  intervention: 1.5,
  comparator: 0.5,
  outcome: 0.6,
  design: 0.8,
  other: 0.5,
} as const;

/** How much a criterion counts when its review gives no weight of its own. */
export function elementWeight(criterion: Criterion): number {
  return criterion.muted ? 0 : weights[criterion.element] * criterion.weight;
}

export type Judge = {
  /** Verdicts per criterion and a score: support of inclusion criteria minus that of exclusion criteria. */
  judge: (record: { title: string; abstract: string }) => ZeroShot;
  /** The score alone, without looking for quotes: for ranking many records. */
  scoreOf: (record: { title: string; abstract: string }) => number;
};

/** A judge of records by these criteria, each taken apart once; muted criteria get verdicts, but do not count. */
export function createJudge(criteria: readonly Criterion[], weight: TermWeight): Judge {
  const readings = criteria.map((criterion) => ({
    criterion,
    reading: readCriterion(criterion.text, weight),
    counts: elementWeight(criterion),
  }));
  const total = readings.reduce(
    (sum, { criterion, counts }) => sum + (criterion.kind === "inclusion" ? counts : 0),
    0,
  );
  const points = ({ criterion, counts }: (typeof readings)[number], judged: Judged): number => {
    // Silence about an exclusion criterion is the usual case and no point against a record.
    const against =
      judged.verdict === "yes"
        ? judged.support
        : judged.verdict === "partial"
          ? 0.3 * judged.support
          : 0;
    return counts * (criterion.kind === "inclusion" ? judged.support : -0.7 * against);
  };
  const overall = (sum: number): number => (total === 0 ? sum : sum / total);
  return {
    judge: (record) => {
      const prepared = prepareRecord(record);
      let sum = 0;
      const verdicts = readings.map((one): Verdict => {
        const judged = judgeCriterion(one.reading, prepared);
        sum += points(one, judged);
        return {
          criterionId: one.criterion.id,
          criterion: one.criterion.text,
          verdict: judged.verdict,
          quote: judged.quote(),
        };
      });
      return { score: overall(sum), verdicts };
    },
    scoreOf: (record) => {
      const prepared = prepareRecord(record);
      return overall(
        readings.reduce((sum, one) => sum + points(one, judgeCriterion(one.reading, prepared)), 0),
      );
    },
  };
}

/** BM25 (k₁ 1.2, b 0.75) of a query over the review: the plain baseline that is reported beside. */
export function bm25(texts: readonly string[], query: string): Float64Array {
  const documents = texts.map((text) => termsOf(text).map((term) => term.stem));
  const average =
    documents.reduce((sum, terms) => sum + terms.length, 0) / Math.max(1, documents.length);
  const frequency = new Map<string, number>();
  for (const terms of documents)
    for (const stem of new Set(terms)) frequency.set(stem, (frequency.get(stem) ?? 0) + 1);
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

/** Records at the top that are taken as examples of what the criteria mean. */
const examples = 20;

/**
 * Pseudo-relevance feedback (Rocchio): a record counts by its own score and, with the same weight, by its
 * mean similarity to the records that score highest. What they have in common says more than the
 * criteria's few words. Nothing is learned from decisions.
 */
export function* feedbackWork(
  space: FeatureSpace,
  first: Float64Array | readonly number[],
): Work<Float64Array> {
  const own = standardised(first);
  const top = Array.from(own.keys())
    .toSorted((a, b) => (own[b] as number) - (own[a] as number) || a - b)
    .slice(0, Math.min(examples, Math.ceil(own.length / 4)));
  const weights = space.blocks.map((block) => new Float64Array(block.columns));
  for (const row of top) addRow(space, weights, row, 1 / top.length);
  const alike = new Float64Array(space.rows);
  for (let row = 0; row < space.rows; row += 1) {
    if (row % 512 === 511) yield;
    alike[row] = dot(space, weights, row);
  }
  const near = standardised(alike);
  return own.map((value, row) => value + (near[row] as number));
}

/** A criteria file read against a set: verdicts per record, and scores from criteria, words and feedback together. */
export function judgeSet(
  records: readonly { title: string; abstract: string }[],
  file: CriteriaFile,
): ZeroShot[] {
  const texts = records.map(({ title, abstract }) => `${title} ${abstract}`);
  const { judge } = createJudge(splitCriteria(file), termWeights(texts));
  const judged = records.map(judge);
  const inclusion = [file.title, file.question ?? "", file.inclusion].flat().join(" ");
  // Equal parts, chosen before measuring and not tuned: together they find more in the first 50 than either does alone.
  const [own, lexical] = [
    standardised(judged.map(({ score }) => score)),
    standardised(bm25(texts, inclusion)),
  ];
  const first = own.map((value, row) => value + (lexical[row] as number));
  const scores = runAtOnce(
    feedbackWork(runAtOnce(featureSpaceWork(texts, recipeFor(texts.length))), first),
  );
  return judged.map(({ verdicts }, row) => ({ score: scores[row] as number, verdicts }));
}
