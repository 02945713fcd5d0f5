/** The direction of a result sentence against that of the paper's own conclusion. Pure. */
import type { Check } from "../../../api/schemas/ledger.ts";
import { inquiryOf, type Inquiry } from "../results/context.ts";
import { outcomeLikeness, type Question } from "../results/likeness.ts";
import type { Paper } from "../../../api/schemas/extraction.ts";
import { directionIn } from "./answer.ts";

/** Below this belief in a sentence's direction nothing is held against it. */
const sure = 0.6;

/** Both sides where both are plain; undefined where the conclusion does not speak of the outcome. */
export function checkAgainstConclusion(
  paper: Paper,
  question: Question,
  result: string,
): Check | undefined {
  const inquiry = inquiryOf(paper, question);
  const conclusion = conclusionOf(inquiry);
  if (conclusion === undefined || conclusion === result) return undefined;
  const [said, concluded] = [directionIn(inquiry, result), directionIn(inquiry, conclusion)];
  if (said.belief < sure || concluded.belief < sure) return undefined;
  return {
    name: "direction against conclusion",
    ok: said.direction === concluded.direction,
    message: `result: ${said.direction}; the paper concludes ${concluded.direction}: “${short(conclusion)}”`,
  };
}

function conclusionOf({ reading, outcome, terms, weightOf }: Inquiry): string | undefined {
  const [best] = reading.sentences
    .filter(
      ({ role, section, text }) =>
        role === "conclusion" ||
        /^conclusions?\b/i.test(section) ||
        /^conclusions?\s*[:.]/i.test(text),
    )
    .map(({ text }) => ({ text, score: outcomeLikeness(outcome, terms(text), weightOf) }))
    .filter(({ score }) => score > 0.2)
    .toSorted((a, b) => b.score - a.score);
  return best?.text;
}

const short = (text: string): string => (text.length > 160 ? `${text.slice(0, 159)}…` : text);
