/**
 * Criteria read by a generation pack, record by record: the model says, the record must bear it out.
 * Score as in LEADS (doi 10.1038/s41467-025-62058-5), with weights: yes 1, partial 0.5, uncertain 0,
 * no -1, turned round for exclusion criteria, as a weighted mean.
 */
import { z } from "zod";
import type { Generated } from "../../api/schemas/generation.ts";
import type { Criterion } from "../../api/schemas/review.ts";
import type { Verdict } from "../../api/schemas/screening.ts";

type Text = { title: string; abstract: string };
export type ModelVerdict = Verdict & {
  /** The quote was not in the record and was dropped. */
  unsupported?: true;
};
export type ModelJudged = {
  score: number;
  verdicts: ModelVerdict[];
  /** What went wrong, when the model gave no usable answer: nothing is known of the record then. */
  failed?: string;
};
/** Asks the prompt "screening" with these values. */
export type AskScreening = (values: { criteria: string; record: string }) => Promise<Generated>;

const answerSchema = z.object({
  evaluations: z.array(
    z.object({
      criterion: z.int(),
      quote: z.string(),
      verdict: z.enum(["yes", "partial", "no", "uncertain"]),
    }),
  ),
});
const worth = { yes: 1, partial: 0.5, uncertain: 0, no: -1 };

/** The values of the prompt. Marks that fence the record cannot come from the record. */
export function screeningValues(
  criteria: readonly Criterion[],
  { title, abstract }: Text,
): { criteria: string; record: string } {
  return {
    criteria: criteria.map(({ kind, text }, index) => `${index + 1}. (${kind}) ${text}`).join("\n"),
    record: `${title}\n\n${abstract}`.replaceAll(/<<<|>>>/g, ""),
  };
}

/** Reads an answer against the record; a list of another length or order is a failure, not a guess. */
export function readJudgement(
  answer: Generated,
  criteria: readonly Criterion[],
  record: Text,
): ModelJudged {
  if (!answer.ok) return unknown(criteria, `${answer.failure}: ${answer.message}`);
  const parsed = answerSchema.safeParse(answer.value);
  const evaluations = parsed.success ? parsed.data.evaluations : [];
  if (
    evaluations.length !== criteria.length ||
    evaluations.some(({ criterion }, index) => criterion !== index + 1)
  )
    return unknown(
      criteria,
      `wrongShape: ${evaluations.length} evaluations for ${criteria.length} criteria, or in another order.`,
    );
  const text = plain(`${record.title} ${record.abstract}`);
  const verdicts = criteria.map((criterion, index): ModelVerdict => {
    const { quote = "", verdict = "uncertain" } = evaluations[index] ?? {};
    const known = quote.trim() === "" || text.includes(plain(quote));
    return {
      criterionId: criterion.id,
      criterion: criterion.text,
      verdict,
      quote: known ? quote.trim() : "",
      ...(known ? {} : { unsupported: true }),
    };
  });
  return { score: scoreOf(criteria, verdicts), verdicts };
}

function scoreOf(criteria: readonly Criterion[], verdicts: readonly Verdict[]): number {
  let [sum, weights] = [0, 0];
  for (const [index, { kind, weight, muted }] of criteria.entries()) {
    if (muted) continue;
    const value = worth[verdicts[index]?.verdict ?? "uncertain"];
    sum += weight * (kind === "inclusion" ? value : -value);
    weights += weight;
  }
  return weights === 0 ? 0 : sum / weights;
}

function unknown(criteria: readonly Criterion[], failed: string): ModelJudged {
  const verdicts = criteria.map(({ id, text }): ModelVerdict => ({
    criterionId: id,
    criterion: text,
    verdict: "uncertain",
    quote: "",
  }));
  return { score: 0, verdicts, failed };
}

const plain = (text: string): string => text.replaceAll(/\s+/g, " ").trim().toLowerCase();

/** Asks for every record, so many at a time, in order of the input; the first thrown error ends it. */
export async function judgeAll(
  records: readonly Text[],
  criteria: readonly Criterion[],
  ask: AskScreening,
  { inFlight, told }: { inFlight: number; told: (done: number) => void },
): Promise<ModelJudged[]> {
  const judged: ModelJudged[] = [];
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    for (let row = next++; row < records.length; row = next++) {
      const record = records[row];
      if (record === undefined) return;
      judged[row] = readJudgement(await ask(screeningValues(criteria, record)), criteria, record);
      told((done += 1));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return judged;
}
