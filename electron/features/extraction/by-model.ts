/**
 * Fields read by a generation pack. The paper goes to it whole, in numbered passages; when that is
 * too long for the model, in halves of halves, so that no part is dropped unseen. What it says counts
 * only as far as the paper bears it out: the same verification as for every other method.
 */
import { z } from "zod";
import type { Generated } from "../../api/schemas/generation.ts";
import type { Field, Paper } from "../../api/schemas/extraction.ts";
import { verify, type Verdict } from "./evidence.ts";
import { kindOf } from "./fields/kinds.ts";
import { readingOf, type Reading } from "./fields/reading.ts";
import type { Proposal } from "./suggest.ts";

export type Passage = { number: number; text: string; start: number };
/** Asks the prompt "study-characteristics" with these values. */
export type AskFields = (values: { fields: string; passages: string }) => Promise<Generated>;

const answerSchema = z.object({
  fields: z.array(
    z.object({
      field: z.int(),
      value: z.string().nullable(),
      quote: z.string(),
      passage: z.int().nullable(),
    }),
  ),
});
type Read = z.infer<typeof answerSchema>["fields"];
/** What one run of passages gave: values in the fields' order, or why there are none. */
type Outcome = { passages: Passage[]; read: Read; model: string; failed?: string };

/** Paragraphs, captions and tables in their order; references are no evidence of the study. */
export function passagesOf(paper: Paper): Passage[] {
  return paper.blocks
    .filter(({ kind }) => kind !== "reference")
    .map(({ start, end }, index) => ({
      number: index + 1,
      text: paper.text.slice(start, end).trim(),
      start,
    }))
    .filter(({ text }) => text !== "");
}

/** Passages with their numbers, as prompts take them; what could end their marks is taken out. */
export const promptText = (passages: readonly Passage[]): string =>
  passages.map(({ number, text }) => `[${number}] ${text.replaceAll(/<<<|>>>/g, "")}`).join("\n\n");

export async function proposeByModel(
  paper: Paper,
  fields: Field[],
  ask: AskFields,
): Promise<Proposal[]> {
  const passages = passagesOf(paper);
  const outcomes = await readAll(passages, fields, ask);
  const reading = readingOf(paper);
  return fields.map((field, index) => proposalOf(reading, field, index, outcomes, passages.length));
}

async function readAll(passages: Passage[], fields: Field[], ask: AskFields): Promise<Outcome[]> {
  const answer = await ask({
    fields: fields.map((field, index) => `${index + 1}. ${wordsOf(field)}`).join("\n"),
    passages: promptText(passages),
  });
  if (!answer.ok && answer.failure === "contextOverflow" && passages.length > 1) {
    const half = Math.ceil(passages.length / 2);
    return [
      ...(await readAll(passages.slice(0, half), fields, ask)),
      ...(await readAll(passages.slice(half), fields, ask)),
    ];
  }
  const model = `${answer.model}, prompt ${answer.prompt}`;
  if (!answer.ok)
    return [{ passages, read: [], model, failed: `${answer.failure}: ${answer.message}` }];
  const parsed = answerSchema.safeParse(answer.value);
  const read = parsed.success ? parsed.data.fields : [];
  const whole =
    read.length === fields.length && read.every(({ field }, index) => field === index + 1);
  return whole
    ? [{ passages, read, model }]
    : [
        {
          passages,
          read: [],
          model,
          failed: `wrongShape: ${read.length} values for ${fields.length} fields, or in another order`,
        },
      ];
}

function wordsOf({ name, description, type, unit, options, outcome }: Field): string {
  const more = [
    description,
    type === "text" ? "" : `as ${type}`,
    unit === undefined ? "" : `in ${unit}`,
    options === undefined ? "" : `one of: ${options.join(", ")}`,
    outcome === undefined ? "" : `for the outcome ${outcome}`,
  ].filter((part) => part !== "");
  return more.length === 0 ? name : `${name}: ${more.join("; ")}`;
}

/** The same doubts as for rules, on the whole sentence that a model's quote is cut from. */
function doubtOn(
  reading: Reading,
  field: Field,
  value: string,
  { evidence }: Verdict,
): string | undefined {
  const place = evidence.start ?? -1;
  const sentence = reading.sentences.find(({ start, end }) => start <= place && place < end);
  const quote = sentence?.text ?? evidence.quote;
  const candidate = {
    value,
    quote,
    near: sentence?.start ?? place,
    score: 0,
    method: "",
    words: (text: string) => text.includes(value),
  };
  return kindOf(field)?.doubt?.({ candidate, field, reading });
}

/** The first verified value, else the first that was given at all, else what was searched. */
function proposalOf(
  reading: Reading,
  field: Field,
  index: number,
  outcomes: Outcome[],
  total: number,
): Proposal {
  const failures = outcomes.flatMap(({ failed }) => (failed === undefined ? [] : [failed]));
  const unread = outcomes
    .filter(({ failed }) => failed !== undefined)
    .reduce((sum, { passages }) => sum + passages.length, 0);
  const coverage = {
    name: "all passages read",
    ok: unread === 0,
    message: `${total - unread} of ${total} passages in ${outcomes.length} ${outcomes.length === 1 ? "part" : "parts"}${failures.length > 0 ? `; ${failures[0]}` : ""}`,
  };
  const given = outcomes.flatMap(({ read, passages, model }) => {
    const one = read[index];
    if (one === undefined || one.value === null || one.value.trim() === "") return [];
    const near = passages.find(({ number }) => number === one.passage)?.start;
    const verdict = verify(reading.paper, one.value, one.quote, near === undefined ? {} : { near });
    const value = one.value.trim();
    const doubt =
      verdict.status === "verified" ? doubtOn(reading, field, value, verdict) : undefined;
    return [{ value, verdict, doubt, model }];
  });
  const base = { fieldId: field.id, name: field.name, score: 0 };
  const proved = ({ verdict, doubt }: (typeof given)[number]): boolean =>
    verdict.status === "verified" && doubt === undefined;
  const best = given.find(proved) ?? given[0];
  if (best === undefined)
    return {
      ...base,
      value: null,
      status: unread === total ? "failed" : "notReported",
      method: outcomes[0]?.model ?? "",
      checks: [coverage],
    };
  const others = [...new Set(given.map(({ value }) => value))].filter(
    (value) => value !== best.value,
  );
  return {
    ...base,
    value: best.value,
    ...(field.unit === undefined ? {} : { unit: field.unit }),
    status: proved(best) ? "verified" : "unsupported",
    evidence: best.verdict.evidence,
    method: best.model,
    checks: [
      {
        name: "quote and numbers",
        ok: best.verdict.status === "verified",
        message: best.verdict.reason,
      },
      ...(best.doubt === undefined ? [] : [{ name: "sense", ok: false, message: best.doubt }]),
      coverage,
      ...(others.length > 0
        ? [
            {
              name: "same value throughout",
              ok: false,
              message: `Other parts of the paper gave ${others.join("; ")}`,
            },
          ]
        : []),
    ],
  };
}
