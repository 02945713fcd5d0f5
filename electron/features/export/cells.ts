/**
 * The characteristics table and its provenance, folded from decisions. A cell without a decision
 * stays empty: a suggestion alone is never exported as a value.
 */
import { extractedValueSchema } from "../../api/schemas/extraction.ts";
import { parseSubject } from "../../api/subjects.ts";
import type { Decision, Evidence, Suggestion } from "../../api/schemas/ledger.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";
import type { CellOutcome } from "../review/cell-outcomes.ts";

/** `outcome` names what a per-arm result field measures, where its name does not say so. */
export type ExportField = {
  id: string;
  name: string;
  outcome?: string | undefined;
  timePoint?: string | undefined;
};

export type ProvenanceRow = {
  study: string;
  recordId: string;
  fieldId: string;
  field: string;
  arm: string;
  value: string;
  state: "accepted" | "corrected" | "not reported" | "rejected" | "entered";
  suggestedValue: string;
  quote: string;
  page: string;
  suggestedBy: string;
  proof: string;
  decidedBy: string;
  decidedAt: string;
};

export type CharacteristicsTable = {
  columns: string[];
  rows: string[][];
  provenance: ProvenanceRow[];
};

/** First author and year, as review tables name a study; the title when both are missing. */
export function studyLabel(record: ReviewRecord): string {
  const author = record.authors[0]?.split(",")[0]?.trim();
  const label = [author, record.year === null ? "" : String(record.year)].filter(Boolean).join(" ");
  return label || record.title;
}

/** A stored value as one cell of text: lists are joined, units follow their number. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(cellText).join("; ");
  if (typeof value === "object") {
    const { value: inner, unit } = value as { value?: unknown; unit?: unknown };
    if (inner !== undefined) return [cellText(inner), cellText(unit)].filter(Boolean).join(" ");
    return Object.entries(value)
      .map(([key, part]) => `${key}: ${cellText(part)}`)
      .join("; ");
  }
  return String(value);
}

const states = {
  accept: "accepted",
  correct: "corrected",
  notReported: "not reported",
  reject: "rejected",
} as const;

export function characteristicsTable(input: {
  records: ReviewRecord[];
  fields: ExportField[];
  decisions: Decision[];
  /** Names of all who stand behind a decision, by its id, where that is more than its reviewer. */
  decidedBy?: ReadonlyMap<string, string>;
  suggestions: Suggestion[];
}): CharacteristicsTable {
  const suggestionById = new Map(
    input.suggestions.map((suggestion) => [suggestion.id, suggestion]),
  );
  const recordById = new Map(input.records.map((record) => [record.id, record]));
  const fieldById = new Map(input.fields.map((field) => [field.id, field]));
  const provenance: ProvenanceRow[] = [];
  for (const decision of input.decisions) {
    const { recordId, fieldId, arm } = parseSubject(decision.subject);
    const record = recordById.get(recordId ?? "");
    if (record === undefined || fieldId === undefined) continue;
    const suggestion = suggestionById.get(decision.suggestionId ?? "");
    provenance.push({
      ...provenanceOf(decision, suggestion),
      decidedBy: input.decidedBy?.get(decision.id) ?? decision.reviewer,
      study: studyLabel(record),
      recordId: record.id,
      fieldId,
      field: fieldById.get(fieldId)?.name ?? fieldId,
      arm: arm ?? "",
    });
  }
  const columns = ["Study", "Title", "DOI", "PMID", ...input.fields.map((field) => field.name)];
  const rows = input.records.map((record) => {
    const mine = provenance.filter((row) => row.recordId === record.id && row.state !== "rejected");
    const cells = input.fields.map((field) =>
      mine
        .filter((row) => row.fieldId === field.id)
        .map((row) => (row.arm ? `${row.arm}: ${row.value}` : row.value))
        .join("; "),
    );
    return [studyLabel(record), record.title, record.doi, record.pmid, ...cells];
  });
  return { columns, rows, provenance };
}

function provenanceOf(
  decision: Decision,
  suggestion: Suggestion | undefined,
): Omit<ProvenanceRow, "study" | "recordId" | "fieldId" | "field" | "arm" | "decidedBy"> {
  const evidence = suggestion?.evidence[0];
  // What a person selected in the paper is that person's own evidence.
  const selected = extractedValueSchema.safeParse(decision.value).data?.source;
  const decided =
    decision.action === "accept" ? (decision.value ?? suggestion?.value) : decision.value;
  const state =
    decision.action in states ? states[decision.action as keyof typeof states] : "entered";
  return {
    value:
      decision.action === "notReported"
        ? "Not reported"
        : decision.action === "reject"
          ? ""
          : cellText(decided),
    state: state === "corrected" && suggestion === undefined ? "entered" : state,
    suggestedValue: cellText(suggestion?.value),
    quote: selected?.quote ?? quoteOf(evidence),
    page: String(selected?.page ?? evidence?.page ?? ""),
    suggestedBy: suggestion === undefined ? "" : `${suggestion.model}@${suggestion.modelVersion}`,
    proof: suggestion?.status ?? "",
    decidedAt: decision.at,
  };
}

/** Words of a paper stand by themselves, with their page; those of a registry's record with their place in it. */
function quoteOf(evidence: Evidence | undefined): string {
  const isAsset = /^[0-9a-f]{64}$/.test(evidence?.source ?? "");
  const place = evidence?.source && !isAsset ? ` (${evidence.source})` : "";
  return `${evidence?.quote ?? ""}${place}`;
}

/** Cells of two extractors that no table holds, with what each waits for: first row the heading. */
export function unsettledRows(
  outcomes: ReadonlyMap<string, CellOutcome>,
  records: readonly ReviewRecord[],
  fields: readonly ExportField[],
): string[][] {
  const waits: Partial<Record<CellOutcome["state"], string>> = {
    waiting: "waits for a second extractor",
    conflict: "two extractors differ",
  };
  const rows = [...outcomes].flatMap(([subject, { state }]) => {
    const { recordId, fieldId, arm = "" } = parseSubject(subject);
    const record = records.find(({ id }) => id === recordId);
    const why = waits[state];
    if (record === undefined || why === undefined || fieldId === undefined) return [];
    const field = fields.find(({ id }) => id === fieldId)?.name ?? fieldId;
    return [[studyLabel(record), field, arm, why]];
  });
  return [["Study", "Field", "Arm", "Why it is in no table"], ...rows];
}
