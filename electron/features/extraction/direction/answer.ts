/**
 * Evidence sentences for a comparison, and the direction that they give: which of increased, decreased
 * and no difference a classifier trained on evidence_inference (development half) finds in the best of
 * them. Pure.
 */
import type { Paper } from "../../../api/schemas/extraction.ts";
import { linearScores, softmax, type LinearModel } from "../linear/linear.ts";
import { inquiryOf, type Inquiry } from "../results/context.ts";
import { findEvidence, type Direction, type EvidenceSentence } from "../results/direction.ts";
import type { Question } from "../results/likeness.ts";
import { directionFeatures } from "./features.ts";
import weights from "./weights.json" with { type: "json" };

const model: LinearModel = weights;
/** Below this share of belief no direction is named (three are possible). */
const least = 0.4;

export type EvidenceAnswer = {
  direction: Direction;
  /** The classifier's own belief in each, 0..1, not calibrated. */
  beliefs: Record<string, number>;
  sentences: EvidenceSentence[];
};

/** The direction of one sentence, and how much the classifier believes it. */
export function directionIn(inquiry: Inquiry, text: string): { direction: string; belief: number } {
  const beliefs = softmax(linearScores(model, directionFeatures(inquiry, [{ text, score: 1 }])));
  const belief = Math.max(...beliefs);
  return { direction: model.labels[beliefs.indexOf(belief)] ?? "uncertain", belief };
}

/** Sentences best first; `uncertain` when none speaks of the outcome or the beliefs are too even. */
export function answerFrom(paper: Paper, question: Question): EvidenceAnswer {
  const { sentences } = findEvidence(paper, question);
  if (sentences.length === 0) return { direction: "uncertain", beliefs: {}, sentences };
  const beliefs = softmax(
    linearScores(model, directionFeatures(inquiryOf(paper, question), sentences)),
  );
  const best = Math.max(...beliefs);
  const name = model.labels[beliefs.indexOf(best)];
  return {
    direction: best >= least && name !== undefined ? (name as Direction) : "uncertain",
    beliefs: Object.fromEntries(
      model.labels.map((label, index) => [label, Number((beliefs[index] ?? 0).toFixed(3))]),
    ),
    sentences,
  };
}
