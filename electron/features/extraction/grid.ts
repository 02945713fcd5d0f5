/** The extraction grid folded from suggestions and decisions. Pure. */
import { cellSubject } from "../../api/subjects.ts";
import type { Decision, Suggestion } from "../../api/schemas/ledger.ts";
import type { DualCell, Field, Grid, GridCell } from "../../api/schemas/extraction.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";
import { valueOf } from "./extracted-value.ts";
import { againstRegistry } from "./registry/suggestions.ts";
import { standingOf } from "./registry/standing.ts";

export type Report = { recordId: string; assetId: string; name: string; matchedBy: string };

const decidedState = {
  accept: "accepted",
  correct: "corrected",
  reject: "rejected",
  notReported: "notReported",
} as const;

/** One cell: the decision in force rules; without one, the latest suggestion shows. */
export function cellOf(
  at: { recordId: string; fieldId: string; arm: string | null },
  /** Of this cell, oldest first. */
  suggestions: readonly Suggestion[],
  decision: Decision | undefined,
  dual: DualCell | null = null,
): GridCell {
  const { main, registry } = standingOf(suggestions);
  const compared = main && registry && main !== registry && againstRegistry(main, registry);
  const suggestion = compared ? { ...main, checks: [...main.checks, compared] } : main;
  const decidedValue = valueOf(decision?.value);
  const suggested = valueOf(suggestion?.value);
  const action = decision?.action;
  const state =
    dual?.state === "conflict"
      ? "conflict"
      : action !== undefined && action in decidedState
        ? decidedState[action as keyof typeof decidedState]
        : (suggestion?.status ?? "empty");
  const shown =
    decision === undefined
      ? suggested
      : action === "accept"
        ? (decidedValue ?? suggested)
        : action === "correct"
          ? decidedValue
          : undefined;
  return {
    fieldId: at.fieldId,
    arm: at.arm,
    subject: cellSubject(at.recordId, at.fieldId, at.arm ?? undefined),
    state,
    value: shown?.value ?? null,
    unit: shown?.unit ?? null,
    suggestion: suggestion ?? null,
    registry: registry ?? null,
    decision: decision ?? null,
    dual,
  };
}

function latestBySubject<T extends { subject: string }>(entries: T[]): Map<string, T> {
  return new Map(entries.map((entry) => [entry.subject, entry]));
}

/** A per-arm field has a cell for every arm that a suggestion or decision names, else one empty cell. */
export function foldGrid(input: {
  fields: Field[];
  records: ReviewRecord[];
  reports: Report[];
  suggestions: Suggestion[];
  /** In force, one a cell: whoever reads may see it. */
  decisions: Decision[];
  /** With two extractors, what of a cell the reader may see. */
  dualOf?: (subject: string) => DualCell;
}): Grid {
  const suggestions = Map.groupBy(input.suggestions, ({ subject }) => subject);
  const decisions = latestBySubject(input.decisions);
  const subjects = [...new Set([...suggestions.keys(), ...decisions.keys()])];
  const reports = new Map(input.reports.map((report) => [report.recordId, report]));
  const studies = input.records
    .filter((record) => record.decision === "include" || reports.has(record.id))
    .map((record) => {
      const report = reports.get(record.id);
      const cells = input.fields.flatMap((field) => {
        const prefix = `${cellSubject(record.id, field.id)}/arm:`;
        const arms = field.perArm
          ? subjects
              .filter((subject) => subject.startsWith(prefix))
              .map((subject) => subject.slice(prefix.length))
          : [];
        return (arms.length > 0 ? arms : [null]).map((arm) => {
          const subject = cellSubject(record.id, field.id, arm ?? undefined);
          return cellOf(
            { recordId: record.id, fieldId: field.id, arm },
            suggestions.get(subject) ?? [],
            decisions.get(subject),
            input.dualOf?.(subject) ?? null,
          );
        });
      });
      return {
        recordId: record.id,
        title: record.title,
        label: label(record),
        included: record.decision === "include" && record.fullText !== "exclude",
        cells,
        report: report
          ? { assetId: report.assetId, name: report.name, matchedBy: report.matchedBy }
          : null,
      };
    });
  // Studies that reach the tables first; papers of other records are read all the same.
  studies.sort((a, b) => Number(b.included) - Number(a.included));
  return { fields: input.fields, studies };
}

function label(record: ReviewRecord): string {
  const author = record.authors[0]?.split(/[,\s]/)[0] ?? "";
  return (
    [author, record.year === null ? "" : String(record.year)].filter(Boolean).join(" ") ||
    record.title.slice(0, 40)
  );
}
