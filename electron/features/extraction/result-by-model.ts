/**
 * One result of a trial read by a generation pack. What it says counts only as far as the paper bears it out: every
 * quote stands in the paper, every number in a quote, the quotes speak of the outcome, and the arithmetic holds.
 */
import { z } from "zod";
import type { Generated } from "../../api/schemas/generation.ts";
import type { Paper } from "../../api/schemas/extraction.ts";
import type { Check } from "../../api/schemas/ledger.ts";
import { askInParts, passagesOf, type Part as Asked, type Passage } from "./by-model.ts";
import { containsNumber } from "./numbers.ts";
import { inquiryOf, type Inquiry } from "./results/context.ts";
import { outcomeLikeness, type Question } from "./results/likeness.ts";
import { nothing } from "./results/arm-numbers.ts";
import {
  evidenceOf,
  numberChecks,
  type ResultEvidence,
  type TrialResult,
} from "./results/result.ts";

/** Asks the prompt "trial-result" with these values. */
export type AskResult = (values: Record<string, string>) => Promise<Generated>;

const arm = z.object({
  events: z.number().nullable(),
  n: z.number().nullable(),
  mean: z.number().nullable(),
  sd: z.number().nullable(),
});
const answerSchema = z.object({
  kind: z.enum(["binary", "continuous"]),
  intervention: arm,
  comparator: arm,
  quotes: z.array(z.object({ quote: z.string(), passage: z.int().nullable() })),
});
type Answer = z.infer<typeof answerSchema>;
/** What one run of passages gave, or why it gave nothing. */
type Part = { passages: Passage[]; answer: Answer | null; failed?: string };

/** As much as a quote, with what its table says above it, must share with the outcome that was asked for. */
const leastOutcome = 0.25;

export async function findResultByModel(
  paper: Paper,
  question: Question,
  ask: AskResult,
): Promise<TrialResult> {
  const passages = passagesOf(paper);
  const { intervention, comparator, outcome } = question;
  const asked = { intervention, comparator, outcome, timePoint: "the last one reported" };
  const parts = (await askInParts(passages, (text) => ask({ ...asked, passages: text }))).map(
    partOf,
  );
  const inquiry = inquiryOf(paper, question);
  const unread = parts.flatMap(({ failed }) => failed ?? []);
  const read = parts
    .filter(({ answer }) => answer !== null && given(answer) > 0)
    .map((part) => resultOf(inquiry, part as Part & { answer: Answer }));
  // Parts of a long paper may each give one: a verified one first, else the fullest.
  const [best] = read.toSorted(
    (a, b) =>
      Number(b.status === "verified") - Number(a.status === "verified") ||
      b.confidence - a.confidence,
  );
  const coverage: Check = {
    name: "all passages read",
    ok: unread.length === 0,
    message: `${passages.length} passages in ${parts.length} ${parts.length === 1 ? "part" : "parts"}${unread.length > 0 ? `; ${unread[0]}` : ""}`,
  };
  if (best) return { ...best, checks: [...best.checks, coverage] };
  return {
    kind: parts.find(({ answer }) => answer !== null)?.answer?.kind ?? "continuous",
    intervention: nothing,
    comparator: nothing,
    evidence: [],
    checks: [coverage],
    confidence: 0,
    status: unread.length === parts.length ? "unsupported" : "notReported",
  };
}

function partOf({ passages, answer }: Asked): Part {
  if (!answer.ok) return { passages, answer: null, failed: `${answer.failure}: ${answer.message}` };
  const parsed = answerSchema.safeParse(answer.value);
  return parsed.success
    ? { passages, answer: parsed.data }
    : { passages, answer: null, failed: "wrongShape: the answer is no result" };
}

const numbersOf = ({ intervention, comparator }: Answer): number[] =>
  [...Object.values(intervention), ...Object.values(comparator)].filter((one) => one !== null);
const given = (answer: Answer): number => numbersOf(answer).length;

function resultOf(inquiry: Inquiry, { passages, answer }: Part & { answer: Answer }): TrialResult {
  const { kind, intervention, comparator } = answer;
  const evidence = evidenceOf(
    inquiry.paper,
    answer.quotes
      .filter(({ quote }) => quote.trim() !== "")
      .map(({ quote, passage }) => ({
        quote: quote.trim(),
        near: passages.find(({ number }) => number === passage)?.start ?? 0,
      })),
  );
  const placed = evidence.filter(({ start }) => start !== undefined);
  const missing = numbersOf(answer).filter(
    (number) => !placed.some(({ quote }) => containsNumber(quote, number)),
  );
  const likeness = Math.max(0, ...placed.map((piece) => speaksOf(inquiry, piece)));
  const full = [intervention, comparator].every(
    (one) =>
      one.n !== null &&
      (kind === "binary" ? one.events !== null : one.mean !== null && one.sd !== null),
  );
  const checks: Check[] = [
    {
      name: "quote and numbers",
      ok: evidence.length > 0 && placed.length === evidence.length && missing.length === 0,
      message:
        placed.length < evidence.length
          ? `${evidence.length - placed.length} of ${evidence.length} quotes are not in the paper`
          : missing.length > 0
            ? `${missing.join(", ")} stands in no quote`
            : "every number stands in a quote",
    },
    {
      name: "match",
      ok: likeness >= leastOutcome,
      message: `outcome ${likeness.toFixed(2)}${likeness < leastOutcome ? "; no quote speaks of the outcome" : ""}`,
    },
    ...numberChecks(intervention),
    ...numberChecks(comparator),
  ];
  return {
    kind,
    intervention,
    comparator,
    evidence,
    checks,
    confidence: given(answer) / 8,
    status: full && checks.every(({ ok }) => ok) ? "verified" : "unsupported",
  };
}

/** A row says little by itself: its table's caption counts with it. */
function speaksOf(inquiry: Inquiry, { quote, start = -1 }: ResultEvidence): number {
  const table = inquiry.paper.tables.find((one) => one.start <= start && start < one.end);
  const text = `${table?.caption ?? ""} ${quote}`;
  return outcomeLikeness(inquiry.outcome, inquiry.terms(text), inquiry.weightOf);
}
