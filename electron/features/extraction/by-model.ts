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
/** Asks one of the prompts with these values. */
export type AskPrompt = (
  prompt: "study-characteristics" | "arm-design" | "participant-statistics",
  values: Record<string, string>,
) => Promise<Generated>;

const row = { value: z.string().nullable(), quote: z.string(), passage: z.int().nullable() };
const answerSchema = z.object({ fields: z.array(z.object({ field: z.int(), ...row })) });
const armsSchema = z.object({
  arms: z.array(z.object({ label: z.string(), quote: z.string(), passage: z.int().nullable() })),
});
const groupsSchema = z.object({ results: z.array(z.object({ group: z.int(), ...row })) });
/** What was said of the thing of this number, counted from 1 in the order in which it was asked. */
type Row = { number: number; value: string | null; quote: string; passage: number | null };
export type Part = { passages: Passage[]; answer: Generated };
/** What one run of passages gave: rows in the order asked, or why there are none. */
type Outcome = { passages: Passage[]; read: Row[]; model: string; failed?: string };

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
const promptText = (passages: readonly Passage[]): string =>
  passages.map(({ number, text }) => `[${number}] ${text.replaceAll(/<<<|>>>/g, "")}`).join("\n\n");

/** One proposal for a field; for a field per arm, one for each arm that the model found in the paper. */
export async function proposeByModel(
  paper: Paper,
  fields: Field[],
  ask: AskPrompt,
): Promise<Proposal[]> {
  const passages = passagesOf(paper);
  const reading = readingOf(paper);
  const arms = fields.some(({ perArm }) => perArm) ? await armsOf(paper, passages, ask) : [];
  const whole = fields.filter(({ perArm }) => !perArm || arms.length === 0);
  const listed = whole.map((field, index) => `${index + 1}. ${wordsOf(field)}`).join("\n");
  const parts =
    whole.length === 0
      ? []
      : await askInParts(passages, (text) =>
          ask("study-characteristics", { fields: listed, passages: text }),
        );
  const outcomes = parts.map((part) =>
    outcomeOf(part, { count: whole.length, of: "fields" }, (value) =>
      answerSchema
        .safeParse(value)
        .data?.fields.map(({ field, ...said }) => ({ number: field, ...said })),
    ),
  );
  const proposals: Proposal[] = [];
  for (const field of fields) {
    const index = whole.indexOf(field);
    if (index >= 0) {
      const one = proposalOf(reading, field, index, outcomes, passages.length);
      proposals.push(field.perArm ? { ...one, checks: [...one.checks, noArms] } : one);
    } else proposals.push(...(await byArms(reading, field, { arms, passages, ask })));
  }
  return proposals;
}

const noArms = {
  name: "arms",
  ok: false,
  message: "The model named no arm whose words stand in the paper: this is one value for the trial",
};

/** Labels of the arms whose words stand in the paper, each once; ClinicalTrials.gov's vocabulary is asked for. */
async function armsOf(paper: Paper, passages: Passage[], ask: AskPrompt): Promise<string[]> {
  const parts = await askInParts(passages, (text) => ask("arm-design", { passages: text }));
  const labels = new Map<string, string>();
  for (const { passages: read, answer } of parts) {
    const arms = answer.ok ? (armsSchema.safeParse(answer.value).data?.arms ?? []) : [];
    for (const { label, quote, passage } of arms) {
      const near = read.find(({ number }) => number === passage)?.start;
      const { status } = verify(paper, label, quote, near === undefined ? {} : { near });
      if (status === "verified" && !labels.has(label.toLowerCase()))
        labels.set(label.toLowerCase(), label.trim());
    }
  }
  return [...labels.values()];
}

async function byArms(
  reading: Reading,
  field: Field,
  { arms, passages, ask }: { arms: string[]; passages: Passage[]; ask: AskPrompt },
): Promise<Proposal[]> {
  const values = {
    measure: wordsOf(field),
    kind: field.type,
    unit: field.unit ?? "as printed",
    groups: arms.map((label, index) => `${index + 1}. ${label}`).join("\n"),
  };
  const parts = await askInParts(passages, (text) =>
    ask("participant-statistics", { ...values, passages: text }),
  );
  const outcomes = parts.map((part) =>
    outcomeOf(part, { count: arms.length, of: "arms" }, (value) =>
      groupsSchema
        .safeParse(value)
        .data?.results.map(({ group, ...said }) => ({ number: group, ...said })),
    ),
  );
  return arms.map((arm, index) =>
    ofArm(proposalOf(reading, field, index, outcomes, passages.length), arm, arms),
  );
}

/** Words that name another arm and not this one bear out nothing about this one. */
function ofArm(proposal: Proposal, arm: string, arms: readonly string[]): Proposal {
  const quote = proposal.evidence?.quote.toLowerCase() ?? "";
  const names = (label: string): boolean => quote.includes(label.toLowerCase());
  const other = names(arm) ? undefined : arms.find(names);
  if (proposal.status !== "verified" || other === undefined) return { ...proposal, arm };
  const message = `The quote names "${other}", not "${arm}"`;
  const checks = [...proposal.checks, { name: "arm", ok: false, message }];
  return { ...proposal, arm, checks, status: "unsupported" };
}

/** The whole paper at once, or in halves of halves where it is too long for the model, so that all of it is read. */
export async function askInParts(
  passages: Passage[],
  ask: (passages: string) => Promise<Generated>,
): Promise<Part[]> {
  const answer = await ask(promptText(passages));
  if (answer.ok || answer.failure !== "contextOverflow" || passages.length <= 1)
    return [{ passages, answer }];
  const half = Math.ceil(passages.length / 2);
  return [
    ...(await askInParts(passages.slice(0, half), ask)),
    ...(await askInParts(passages.slice(half), ask)),
  ];
}

function outcomeOf(
  { passages, answer }: Part,
  asked: { count: number; of: string },
  rowsOf: (value: unknown) => Row[] | undefined,
): Outcome {
  const model = `${answer.model}, prompt ${answer.prompt}`;
  if (!answer.ok)
    return { passages, read: [], model, failed: `${answer.failure}: ${answer.message}` };
  const read = rowsOf(answer.value) ?? [];
  if (read.length === asked.count && read.every(({ number }, index) => number === index + 1))
    return { passages, read, model };
  const failed = `wrongShape: ${read.length} values for ${asked.count} ${asked.of}, or in another order`;
  return { passages, read: [], model, failed };
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
