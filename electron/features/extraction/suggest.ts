/** Fields to suggestions: the best candidates, each verified against the text and checked. Pure. */
import type { Check, Evidence, SuggestionStatus } from "../../api/schemas/ledger.ts";
import type { Field, Paper } from "../../api/schemas/extraction.ts";
import { quoteChecks } from "./arithmetic.ts";
import { checkArmTotal } from "./checks.ts";
import { checkAgainstConclusion } from "./direction/conclusion.ts";
import { verify } from "./evidence.ts";
import { comparators, findArms, interventions, total } from "./fields/arms.ts";
import { primaryOutcome, primaryResult } from "./fields/outcomes.ts";
import { sampleSize as findSampleSize } from "./fields/people.ts";
import { nearest } from "./fields/generic.ts";
import { kindOf } from "./fields/kinds.ts";
import { named } from "./fields/sense/outcomes.ts";
import { readingOf, type Candidate, type Mark, type Reading } from "./fields/reading.ts";
import { findNumbers } from "./numbers.ts";

export type Proposal = {
  fieldId: string;
  name: string;
  arm?: string;
  value: string | null;
  unit?: string;
  status: Exclude<SuggestionStatus, "suggested">;
  evidence?: Evidence;
  method: string;
  checks: Check[];
  score: number;
};

/** One or, for lists and per-arm fields, several proposals for each field, in the fields' order. */
export function suggestFields(paper: Paper, fields: Field[], marks: Mark[] = []): Proposal[] {
  const reading = readingOf(paper, marks);
  return fields.flatMap((field) => suggestField(reading, field)).map((one) => onScan(paper, one));
}

/** A recogniser mistakes digits: what stands on a scan is never called found in the source unseen. */
function onScan(paper: Paper, proposal: Proposal): Proposal {
  const page = paper.pages.find(({ number }) => number === proposal.evidence?.page);
  if (page?.state !== "recognised") return proposal;
  return {
    ...proposal,
    status: proposal.status === "verified" ? "unsupported" : proposal.status,
    checks: [
      ...proposal.checks,
      {
        name: "text of its own",
        ok: false,
        message: `page ${page.number} was read from a scan: compare the value with the picture`,
      },
    ],
  };
}

/** Scores that far below the best still fit the field (they count words, about one a point). */
const nearlyAsGood = 2;
const daysIn = { day: 1, week: 7, month: 30.4, year: 365 };

/** A length of time in days; 0 where it names none. */
function daysOf({ value }: Candidate): number {
  const unit = /(day|week|month|year)/i.exec(value)?.[1]?.toLowerCase();
  const number = findNumbers(value)[0]?.value ?? 0;
  return unit === undefined ? 0 : number * daysIn[unit as keyof typeof daysIn];
}

/** So many of the best candidates are looked at for one without a doubt; what comes after them fits by chance. */
const depth = 8;

function suggestField(reading: Reading, field: Field): Proposal[] {
  const kind = kindOf(field);
  const doubtOf = (candidate: Candidate): string | undefined =>
    (kind ? kind.doubt : named)?.({ candidate, field, reading });
  const found = (kind ? kind.finder(reading) : nearest(reading, field)).map((candidate) => ({
    candidate,
    doubt: doubtOf(candidate),
  }));
  const sound = found.slice(0, kind?.depth ?? depth).filter(({ doubt }) => doubt === undefined);
  // What answers the question comes before what only looks like it; that is shown, but never as verified.
  if (kind?.longest) {
    const fits = (sound[0]?.candidate.score ?? 0) - nearlyAsGood;
    const days = ({ candidate }: (typeof sound)[number]): number =>
      candidate.score >= fits ? daysOf(candidate) : 0;
    sound.sort((a, b) => days(b) - days(a));
  }
  const chosen = (sound.length > 0 && !kind?.whole ? sound : found).slice(
    0,
    kind?.many ? undefined : 1,
  );
  if (chosen.length === 0) return [notFound(reading, field, kind?.looksFor)];
  const verified = chosen.map(({ candidate, doubt }) => {
    const proposal = doubted(proposalFrom(reading, field, candidate), doubt);
    return kind?.contested && proposal.status === "verified"
      ? {
          ...proposal,
          checks: [
            ...proposal.checks,
            ...otherAnswers(
              reading,
              candidate,
              sound.map((one) => one.candidate),
            ),
          ],
        }
      : proposal;
  });
  return kind?.many && !field.perArm && field.type !== "text"
    ? [asList(field, verified)].flat()
    : verified.slice(0, field.perArm ? 8 : 1);
}

/** A value whose words are in the paper, but on something else than the field, is not verified. */
function doubted(proposal: Proposal, doubt: string | undefined): Proposal {
  const checks = [
    ...proposal.checks,
    {
      name: "sense",
      ok: doubt === undefined,
      message: doubt ?? "the quote speaks of what is asked",
    },
  ];
  return proposal.status === "verified" && doubt !== undefined
    ? { ...proposal, status: "unsupported", checks }
    : { ...proposal, checks };
}

function proposalFrom(reading: Reading, field: Field, candidate: Candidate): Proposal {
  const verdict = verify(reading.paper, candidate.value, candidate.quote, {
    near: candidate.near,
    ...(candidate.words ? { words: candidate.words } : {}),
  });
  return {
    fieldId: field.id,
    name: field.name,
    value: candidate.value,
    status: verdict.status,
    evidence: verdict.evidence,
    method: candidate.method,
    score: candidate.score,
    checks: [
      { name: "quote and numbers", ok: verdict.status === "verified", message: verdict.reason },
      ...sizeChecks(reading, field, candidate),
      ...quoteChecks(candidate.value, candidate.quote, sizeOf(reading)),
      ...conclusionChecks(reading, field, candidate),
    ],
    ...(candidate.unit === undefined ? {} : { unit: candidate.unit }),
    ...(candidate.arm === undefined ? {} : { arm: candidate.arm }),
  };
}

/** An answer nearly as fitting as the chosen one counts as said too. */
const nearlyAsFitting = 0.85;

/** Other numbers that the paper gives as plainly for the same field: shown beside the value, for a person to choose. */
function otherAnswers(
  reading: Reading,
  chosen: Candidate,
  candidates: readonly Candidate[],
): Check[] {
  const number = ({ value }: Candidate): number | undefined => findNumbers(value ?? "")[0]?.value;
  const own = number(chosen);
  if (own === undefined) return [];
  const others = new Map<number, Candidate>();
  for (const other of candidates) {
    const value = number(other);
    if (value === undefined || value === own || others.has(value)) continue;
    if (other.unit !== chosen.unit || other.arm !== chosen.arm) continue;
    if (other.score < nearlyAsFitting * chosen.score) continue;
    others.set(value, other);
  }
  return [...others.values()].slice(0, 2).flatMap((other): Check[] => {
    const { status, evidence } = verify(reading.paper, other.value, other.quote, {
      near: other.near,
      ...(other.words ? { words: other.words } : {}),
    });
    if (status !== "verified" || !evidence) return [];
    const place = evidence.page === undefined ? "" : ` on page ${evidence.page}`;
    return [
      {
        name: "said otherwise too",
        ok: false,
        message: `the paper also gives ${other.value}${place}: \u201c${shortened(evidence.quote)}\u201d`,
      },
    ];
  });
}

function shortened(quote: string): string {
  const line = quote.replaceAll(/\s+/g, " ");
  return line.length > 160 ? `${line.slice(0, 159)}\u2026` : line;
}

/** The trial's size as the paper gives it, once for all fields of a paper. */
function sizeOf(reading: Reading): number | null {
  const known = sizes.get(reading);
  if (known !== undefined) return known;
  const text = findSampleSize(reading)[0]?.value ?? "";
  const size = findNumbers(text)[0]?.value ?? null;
  sizes.set(reading, size);
  return size;
}
const sizes = new WeakMap<Reading, number | null>();

/** The result of the primary outcome, where arms and outcome are known, against the paper's conclusion. */
function conclusionChecks(reading: Reading, field: Field, { quote }: Candidate): Check[] {
  if (kindOf(field)?.finder !== primaryResult) return [];
  const [intervention, comparator, outcome] = [interventions, comparators, primaryOutcome].map(
    (find) => find(reading)[0]?.value,
  );
  if (comparator === undefined || outcome === undefined) return [];
  const check = checkAgainstConclusion(
    reading.paper,
    { intervention: intervention ?? otherArm(reading, comparator), comparator, outcome },
    quote,
  );
  return check ? [check] : [];
}

/** The arm that is not the comparator; what is compared has that name even where no rule calls it an intervention. */
const otherArm = (reading: Reading, comparator: string): string =>
  findArms(reading).find(({ name }) => name !== comparator)?.name ?? "intervention";

/** The arms' sizes against the trial's, shown on both: on the whole and on each arm. */
function sizeChecks(reading: Reading, field: Field, candidate: Candidate): Check[] {
  if (candidate.unit !== "participants") return [];
  const arms = findArms(reading);
  const isArm = field.perArm || candidate.arm !== undefined;
  const whole = isArm
    ? kindOf({ ...field, name: "Sample size" })?.finder(reading)[0]?.value
    : candidate.value;
  const value = findNumbers(whole ?? "")[0]?.value;
  return total(arms) === null || value === undefined || arms.length < 2
    ? []
    : [
        checkArmTotal(
          arms.map((arm) => arm.size ?? 0),
          value,
        ),
      ];
}

/** A list in one cell: several values with the evidence of the first; verified only when each one is. */
function asList(field: Field, proposals: Proposal[]): Proposal[] {
  const [first] = proposals;
  if (!first || proposals.length === 1) return proposals;
  const sameQuote = proposals.filter((one) => one.evidence?.quote === first.evidence?.quote);
  const status = sameQuote.every((one) => one.status === "verified") ? "verified" : "unsupported";
  return [
    {
      ...first,
      fieldId: field.id,
      value: sameQuote.map((one) => one.value).join("; "),
      status,
      checks: sameQuote.flatMap((one) => one.checks.slice(0, 1)),
    },
  ];
}

/** "Not reported" says what was looked through; when only a figure speaks of it, it says that. */
function notFound(reading: Reading, field: Field, looksFor: string | undefined): Proposal {
  const { paper, sentences } = reading;
  const unread = paper.pages.filter(
    (page) => page.state === "unread" || page.state === "noTextLayer",
  );
  const searched = `${sentences.length} sentences, ${paper.tables.length} tables and ${paper.figures.length} figure captions for ${looksFor ?? `words of "${field.name}"`}`;
  const figure = looksFor
    ? undefined
    : paper.figures.find((one) =>
        field.name
          .toLowerCase()
          .split(/\s+/)
          .every((word) => one.caption.toLowerCase().includes(word)),
      );
  const checks: Check[] = [{ name: "searched", ok: true, message: searched }];
  if (unread.length > 0)
    checks.push({
      name: "all pages read",
      ok: false,
      message: `${unread.length} of ${paper.pages.length} pages hold no readable text`,
    });
  const base = { fieldId: field.id, name: field.name, value: null, checks, score: 0 };
  if (paper.text.trim() === "") return { ...base, status: "failed", method: "no readable text" };
  if (!figure) return { ...base, status: "notReported", method: "rules" };
  const verdict = verify(paper, figure.caption, figure.caption, { near: figure.start });
  return { ...base, status: "figureOnly", method: "figure caption", evidence: verdict.evidence };
}
