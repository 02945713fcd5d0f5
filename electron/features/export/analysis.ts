/**
 * Tables for meta-analysis, folded from decided cells alone: one row an arm, and one row a
 * comparison with the columns that `evidesk meta` and metafor read. What cannot stand in such a
 * table is listed with its reason, never filled in.
 */
import { studyLabel, type ExportField, type ProvenanceRow } from "./cells.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";
import { measuredBy, readValue, type Quantity } from "./result-values.ts";

type ArmResult = {
  study: string;
  recordId: string;
  outcome: string;
  arm: string;
  comparator: boolean;
  note: string;
} & Record<Quantity, number | null>;
export type Comparison = {
  study: string;
  outcome: string;
  kind: "binary" | "continuous";
  experimental: ArmResult;
  control: ArmResult;
  note: string;
};
type LeftOut = { study: string; outcome: string; arm: string; reason: string };
export type Analysis = { arms: ArmResult[]; comparisons: Comparison[]; leftOut: LeftOut[] };

/** Study names that are told apart: two reports named "Doe 2020" become "Doe 2020a" and "Doe 2020b". */
export function distinctLabels(records: readonly ReviewRecord[]): Map<string, string> {
  const labels = records.map(studyLabel);
  const seen = new Map<string, number>();
  return new Map(
    records.map((record, index) => {
      const label = labels[index] ?? "";
      if (labels.filter((other) => other === label).length === 1) return [record.id, label];
      const nth = seen.get(label) ?? 0;
      seen.set(label, nth + 1);
      return [record.id, `${label}${suffix(nth)}`];
    }),
  );
}

/** a … z, then aa, ab and so on. */
function suffix(nth: number): string {
  const letter = String.fromCharCode(97 + (nth % 26));
  return nth < 26 ? letter : suffix(Math.floor(nth / 26) - 1) + letter;
}

const controlName =
  /\b(?:placebo|control|sham|usual care|standard (?:care|treatment|therapy)|treatment as usual|no (?:treatment|intervention)|wait(?:ing)?[- ]?list|vehicle)\b/i;
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

export function analysisOf(input: {
  records: readonly ReviewRecord[];
  fields: readonly ExportField[];
  provenance: readonly ProvenanceRow[];
}): Analysis {
  const labels = distinctLabels(input.records);
  const analysis: Analysis = { arms: [], comparisons: [], leftOut: [] };
  for (const record of input.records) {
    const mine = input.provenance.filter(
      (row) =>
        row.recordId === record.id && row.state !== "rejected" && row.state !== "not reported",
    );
    const study = labels.get(record.id) ?? "";
    const comparators = comparatorsOf(mine);
    const arms = armsOf({ study, record, fields: input.fields, rows: mine, comparators }, analysis);
    analysis.arms.push(...arms);
    for (const outcome of new Set(arms.map((arm) => arm.outcome)))
      compare(
        arms.filter((arm) => arm.outcome === outcome),
        analysis,
      );
  }
  return analysis;
}

/** The arms that a person named as comparator; empty when nobody did. */
function comparatorsOf(rows: readonly ProvenanceRow[]): string[] {
  return rows
    .filter((row) => row.arm === "" && /^(?:comparators?|controls?|comparison)\b/i.test(row.field))
    .flatMap((row) => row.value.split(";").map(plain))
    .filter((name) => name !== "");
}

function isComparator(arm: string, named: readonly string[]): boolean {
  const name = plain(arm);
  if (named.length === 0) return controlName.test(arm);
  return named.some(
    (one) => one === name || ` ${name} `.includes(` ${one} `) || ` ${one} `.includes(` ${name} `),
  );
}

type Study = {
  study: string;
  record: ReviewRecord;
  fields: readonly ExportField[];
  rows: readonly ProvenanceRow[];
  comparators: readonly string[];
};

function armsOf({ study, record, fields, rows, comparators }: Study, to: Analysis): ArmResult[] {
  const sizes = new Map<string, number>();
  const arms = new Map<string, ArmResult>();
  for (const field of fields) {
    const measured = measuredBy(field);
    if (measured === undefined) continue;
    for (const row of rows.filter((one) => one.fieldId === field.id && one.arm !== "")) {
      const read = readValue(measured.kind, row.value);
      if (!read.ok) {
        to.leftOut.push({ study, outcome: measured.outcome, arm: row.arm, reason: read.reason });
        continue;
      }
      if (measured.outcome === "") {
        if (read.numbers.n !== undefined) sizes.set(row.arm, read.numbers.n);
        else
          to.leftOut.push({
            study,
            outcome: "",
            arm: row.arm,
            reason: `The field "${field.name}" names no outcome.`,
          });
        continue;
      }
      const key = JSON.stringify([measured.outcome, row.arm]);
      const arm = arms.get(key) ?? {
        study,
        recordId: record.id,
        outcome: measured.outcome,
        arm: row.arm,
        comparator: isComparator(row.arm, comparators),
        note: "",
        ...{ events: null, n: null, mean: null, sd: null, se: null },
      };
      arms.set(key, { ...arm, ...read.numbers });
    }
  }
  return [...arms.values()].map((arm) => complete(arm, sizes.get(arm.arm)));
}

/** The group's size where the outcome has no denominator of its own, and the SD from the SE. */
function complete(arm: ArmResult, size: number | undefined): ArmResult {
  const notes: string[] = [];
  const done = { ...arm };
  if (done.n === null && size !== undefined) {
    done.n = size;
    notes.push("n is the group size");
  }
  // SD = SE × √n: Cochrane Handbook for Systematic Reviews of Interventions, section 6.5.2.2.
  if (done.sd === null && done.se !== null && done.n !== null) {
    done.sd = Number((done.se * Math.sqrt(done.n)).toPrecision(10));
    notes.push("SD from SE");
  }
  return { ...done, note: notes.join("; ") };
}

function compare(arms: readonly ArmResult[], to: Analysis): void {
  const controls = arms.filter((arm) => arm.comparator);
  const [control] = controls;
  const first = arms[0];
  if (first === undefined) return;
  const { study, outcome } = first;
  if (control === undefined || controls.length > 1 || arms.length < 2) {
    const reason =
      arms.length < 2
        ? "Only one arm has a value."
        : `Which arm is the comparator cannot be told: ${controls.length === 0 ? "none" : controls.map((arm) => arm.arm).join(", ")} of ${arms.map((arm) => arm.arm).join(", ")} matches.`;
    to.leftOut.push({ study, outcome, arm: "", reason });
    return;
  }
  const others = arms.filter((arm) => arm !== control);
  for (const experimental of others) {
    const kind = experimental.events !== null || control.events !== null ? "binary" : "continuous";
    const problem = lacking(kind, experimental) ?? lacking(kind, control);
    if (problem) {
      to.leftOut.push({ study, outcome, arm: problem.arm, reason: problem.reason });
      continue;
    }
    const shared =
      others.length > 1
        ? `${control.arm} is the comparator of ${others.length} rows: not independent`
        : "";
    const note = [...new Set([experimental.note, control.note, shared])].filter(Boolean).join("; ");
    to.comparisons.push({ study, outcome, kind, experimental, control, note });
  }
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0;

function lacking(
  kind: Comparison["kind"],
  arm: ArmResult,
): { arm: string; reason: string } | undefined {
  const because = (reason: string) => ({ arm: arm.arm, reason });
  if (arm.n === null) return because("The number of participants is missing.");
  if (!isCount(arm.n) || arm.n === 0) return because(`n = ${arm.n} is not a number of people.`);
  if (kind === "binary") {
    if (arm.events === null) return because("The number of events is missing.");
    if (!isCount(arm.events)) return because(`${arm.events} is not a number of events.`);
    return arm.events > arm.n ? because(`${arm.events} events in ${arm.n} people.`) : undefined;
  }
  if (arm.mean === null) return because("The mean is missing.");
  if (arm.sd === null) return because("The SD is missing.");
  return arm.sd > 0 ? undefined : because(`An SD of ${arm.sd} is not above 0.`);
}
