/** One result of a trial as numbers per arm, with where they stand; a number that is not known is null. */
import type { Paper } from "../../../api/schemas/extraction.ts";
import type { Check } from "../../../api/schemas/ledger.ts";
import { checkEventsWithin, checkPercent, checkSpread } from "../checks.ts";
import { locate } from "../evidence.ts";
import { containsNumber } from "../numbers.ts";
import { boxesOf, pageOf } from "../paper-builder.ts";
import type { CellValue } from "./cell-value.ts";
import { inquiryOf, type Inquiry } from "./context.ts";
import { resultsInSentences } from "./from-sentences.ts";
import { resultsInTables, type Arm, type Found } from "./from-tables.ts";
import { outcomeLikeness, type Question } from "./likeness.ts";
import { sizesOfArm, type Size } from "./sizes.ts";

export type ArmNumbers = {
  events: number | null;
  n: number | null;
  mean: number | null;
  sd: number | null;
};
export type ResultEvidence = {
  quote: string;
  page?: number;
  start?: number;
  end?: number;
  boxes?: ReturnType<typeof boxesOf>;
};
export type TrialResult = {
  kind: "binary" | "continuous";
  intervention: ArmNumbers;
  comparator: ArmNumbers;
  status: "verified" | "unsupported" | "notReported" | "figureOnly";
  evidence: ResultEvidence[];
  checks: Check[];
  confidence: number;
};

const countWords =
  /\b(rates?|incidence|number of (?:patients|participants|subjects|women|people|events)|mortality|death|deaths|died|survival|events?|adverse|complications?|response|responders?|remission|recurrence|relapse|success|failure|proportion|percent(?:age)?|prevalence|occurrence|infections?|pregnan(?:cy|cies)|live births?|vomiting|nausea|bleeding|withdrawals?|dropouts?|cure|abstinence|hospitali[sz]ations?|cessation|need for|requirement for)\b/i;

const nothing: ArmNumbers = { events: null, n: null, mean: null, sd: null };

/** Confidence from which a found result counts as known; below it, it is shown as unsupported. */
const sureFrom = { arm: 1.0, outcome: 0.62 };

export function findResult(paper: Paper, question: Question): TrialResult {
  const inquiry = inquiryOf(paper, question);
  const found = [
    ...resultsInTables(inquiry).slice(0, 40),
    ...resultsInSentences(inquiry).slice(0, 20),
  ].toSorted((a, b) => b.score - a.score);
  const best = found.find((one) => one.outcomeScore > 0.3);
  const sizes = {
    intervention: sizesOfArm(inquiry, "intervention"),
    comparator: sizesOfArm(inquiry, "comparator"),
  };
  if (!best) return withoutValues(inquiry, question, sizes);
  return fromFound(inquiry, best, sizes, rivalOf(best, found));
}

type Sizes = Record<"intervention" | "comparator", Size[]>;

/** Another reading that says something else and fits nearly as well. */
function rivalOf(best: Found, found: Found[]): Found | undefined {
  const say = (one: Found): string =>
    JSON.stringify([one.intervention.value, one.comparator.value]);
  return found.find(
    (one) =>
      one !== best &&
      one.score > best.score - rivalWithin &&
      say(one) !== say(best) &&
      one.outcomeScore > 0.3,
  );
}

const rivalWithin = 0.25;

const inWords = ({ value }: Arm): string =>
  Object.values(value)
    .filter((part) => typeof part === "number")
    .join("/");

function fromFound(
  inquiry: Inquiry,
  best: Found,
  sizes: Sizes,
  rival: Found | undefined,
): TrialResult {
  const kind =
    best.intervention.value.kind === "mean" ||
    (best.intervention.value.kind === "number" && !countWords.test(inquiry.outcome.text))
      ? "continuous"
      : "binary";
  const one = armNumbers(best.intervention, sizes.intervention, kind);
  const two = armNumbers(best.comparator, sizes.comparator, kind);
  const sources = [
    best.intervention,
    best.comparator,
    ...[one.size, two.size].filter((size) => size !== undefined),
  ];
  const evidence = evidenceOf(inquiry.paper, sources);
  const computed = one.computed || two.computed;
  const numbers = [...Object.values(one.numbers), ...Object.values(two.numbers)].filter(
    (number) => number !== null,
  );
  const main = (arm: ArmNumbers): number | null => (kind === "binary" ? arm.events : arm.mean);
  const stated = [one.numbers, two.numbers].every(
    (arm) => main(arm) !== null && arm.n !== null && (kind === "binary" || arm.sd !== null),
  );
  const quoted = numbers.every((number) =>
    evidence.some(({ quote }) => containsNumber(quote, number)),
  );
  const placed = evidence.every((piece) => piece.start !== undefined);
  const sure = best.armScore >= sureFrom.arm && best.outcomeScore >= sureFrom.outcome;
  const checks: Check[] = [
    {
      name: "quote and numbers",
      ok: quoted && placed && !computed,
      message: computed
        ? "some numbers are worked out from others, not printed"
        : quoted
          ? "every number stands in a quote"
          : "a number is not in the quotes",
    },
    {
      name: "match",
      ok: sure,
      message: `arms ${best.armScore.toFixed(2)}, outcome ${best.outcomeScore.toFixed(2)}`,
    },
    {
      name: "one reading",
      ok: rival === undefined,
      message: rival
        ? `${inWords(best.intervention)} against ${inWords(best.comparator)} here; ${inWords(rival.intervention)} against ${inWords(rival.comparator)} in "${rival.intervention.quote.replaceAll(/\s+/g, " ").slice(0, 120)}"`
        : "nothing else fits nearly as well",
    },
    ...numberChecks(one.numbers, best.intervention.value),
    ...numberChecks(two.numbers, best.comparator.value),
  ];
  return {
    kind,
    intervention: one.numbers,
    comparator: two.numbers,
    evidence,
    checks,
    confidence: Math.min(1, Math.max(0, (best.armScore + 2 * best.outcomeScore) / 4)),
    status: checks.every((check) => check.ok) && stated ? "verified" : "unsupported",
  };
}

type Read = { numbers: ArmNumbers; size: Size | undefined; computed: boolean };

function armNumbers(arm: Arm, elsewhere: Size[], kind: TrialResult["kind"]): Read {
  const { value } = arm;
  const ownTotal = value.kind === "count" ? value.total : null;
  const size = ownTotal === null ? fittingSize(arm, elsewhere) : undefined;
  const n = ownTotal ?? size?.size ?? arm.implied ?? null;
  const computed = ownTotal === null && size === undefined && n !== null;
  if (kind === "continuous") {
    const read = continuous(value, n);
    return { ...read, size, computed: read.computed || computed };
  }
  if (value.kind === "count")
    return { numbers: { ...nothing, events: value.events, n }, size, computed };
  if (value.kind === "percent" && n !== null) {
    return {
      numbers: { ...nothing, events: Math.round((value.percent * n) / 100), n },
      size,
      computed: true,
    };
  }
  const events = value.kind === "number" && Number.isInteger(value.number) ? value.number : null;
  return { numbers: { ...nothing, events, n }, size, computed };
}

/** The arm's size, unless count and percentage rule it out: then the first known size that fits them. */
function fittingSize(arm: Arm, elsewhere: Size[]): Size | undefined {
  const known = [...(arm.size ? [arm.size] : []), ...elsewhere];
  const { value } = arm;
  if (value.kind !== "count" || value.percent === null || value.events === 0) return known[0];
  const { events, percent } = value;
  const fits = known.find(
    ({ size }) => checkPercent(events, size, percent, Math.min(1, decimals(percent))).ok,
  );
  return fits ?? (arm.implied === undefined ? known[0] : undefined);
}

/** SD from SE (SE·√n) and from a 95 % CI ((high − low)·√n / 3.92), Cochrane Handbook 6.5.2; medians give no mean. */
function continuous(
  value: CellValue,
  n: number | null,
): { numbers: ArmNumbers; computed: boolean } {
  if (value.kind === "number")
    return { numbers: { ...nothing, mean: value.number, n }, computed: false };
  if (value.kind !== "mean" || value.of === "iqr" || value.of === "range")
    return { numbers: { ...nothing, n }, computed: false };
  if (value.of === "se" && value.spread !== null && n !== null)
    return {
      numbers: { ...nothing, mean: value.mean, sd: rounded(value.spread * Math.sqrt(n)), n },
      computed: true,
    };
  if (value.of === "ci" && value.low !== undefined && value.high !== undefined && n !== null)
    return {
      numbers: {
        ...nothing,
        mean: value.mean,
        sd: rounded(((value.high - value.low) * Math.sqrt(n)) / 3.92),
        n,
      },
      computed: true,
    };
  return { numbers: { ...nothing, mean: value.mean, sd: value.spread, n }, computed: false };
}

const rounded = (value: number): number => Number(value.toFixed(2));

function numberChecks(numbers: ArmNumbers, value: CellValue): Check[] {
  const checks: Check[] = [];
  if (numbers.events !== null && numbers.n !== null)
    checks.push(checkEventsWithin(numbers.events, numbers.n));
  if (
    value.kind === "count" &&
    value.percent !== null &&
    numbers.n !== null &&
    numbers.events !== null
  )
    checks.push(
      checkPercent(numbers.events, numbers.n, value.percent, Math.min(1, decimals(value.percent))),
    );
  if (numbers.mean !== null && numbers.sd !== null)
    checks.push(checkSpread(numbers.mean, numbers.sd));
  return checks;
}

const decimals = (value: number): number => (String(value).split(".")[1] ?? "").length;

function evidenceOf(paper: Paper, sources: { quote: string; near: number }[]): ResultEvidence[] {
  const distinct = sources.filter(
    (one, index) => sources.findIndex((other) => other.quote === one.quote) === index,
  );
  return distinct.map(({ quote, near }) => {
    const place = locate(paper, quote, near);
    if (!place) return { quote };
    const page = pageOf(paper, place.start, place.end);
    return {
      quote,
      ...place,
      ...(page === undefined ? {} : { page }),
      boxes: boxesOf(paper, place.start, place.end),
    };
  });
}

/** No numbers for the outcome: sizes may still be known, and a figure may be where the numbers are. */
function withoutValues(inquiry: Inquiry, question: Question, sizes: Sizes): TrialResult {
  const figure = inquiry.paper.figures.find(
    (one) => outcomeLikeness(inquiry.outcome, inquiry.terms(one.caption), inquiry.weightOf) > 0.5,
  );
  const kind = countWords.test(question.outcome) ? "binary" : "continuous";
  const known = [sizes.intervention[0], sizes.comparator[0]].filter((size) => size !== undefined);
  const evidence = evidenceOf(inquiry.paper, [
    ...known,
    ...(figure ? [{ quote: figure.caption, near: figure.start }] : []),
  ]);
  return {
    kind,
    evidence,
    confidence: 0,
    intervention: { ...nothing, n: sizes.intervention[0]?.size ?? null },
    comparator: { ...nothing, n: sizes.comparator[0]?.size ?? null },
    status: figure ? "figureOnly" : "notReported",
    checks: [
      {
        name: "searched",
        ok: true,
        message: `${inquiry.matrices.length} tables and ${inquiry.reading.sentences.length} sentences for "${question.outcome}"`,
      },
    ],
  };
}
