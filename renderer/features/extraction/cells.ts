/** Where the focus is in the grid of studies by fields, and how it moves. Pure. */
import { neutralise } from "../../../electron/api/spreadsheet.ts";
import {
  extractedValueSchema,
  type ExtractedValue,
  type Grid,
  type GridCell,
} from "../../../electron/api/schemas/extraction.ts";
import type { Decision } from "../../../electron/api/schemas/ledger.ts";

export type Study = Grid["studies"][number];
export type Place = { study: Study; cell: GridCell };
export type Step = "up" | "down" | "left" | "right";

/** The cells of one field of a study, arms in the order of the grid. */
export function cellsOfField(study: Study, fieldId: string): GridCell[] {
  return study.cells.filter((cell) => cell.fieldId === fieldId);
}

export function findPlace(grid: Grid, subject: string | null): Place | null {
  if (subject === null) return null;
  for (const study of grid.studies) {
    const cell = study.cells.find((one) => one.subject === subject);
    if (cell) return { study, cell };
  }
  return null;
}

/** The subject one step away: down and up walk through arms, then to the next study of the same field. */
export function stepFrom(grid: Grid, place: Place, step: Step): string {
  const fieldIds = grid.fields.map(({ id }) => id);
  const { study, cell } = place;
  const row = grid.studies.indexOf(study);
  const own = cellsOfField(study, cell.fieldId);
  const inCell = own.findIndex(({ subject }) => subject === cell.subject);
  if (step === "down" || step === "up") {
    const by = step === "down" ? 1 : -1;
    const arm = own[inCell + by];
    if (arm) return arm.subject;
    for (let at = row + by; at >= 0 && at < grid.studies.length; at += by) {
      const other = grid.studies[at];
      const cells = other ? cellsOfField(other, cell.fieldId) : [];
      const target = by > 0 ? cells[0] : cells.at(-1);
      if (target) return target.subject;
    }
    return cell.subject;
  }
  const by = step === "right" ? 1 : -1;
  for (let at = fieldIds.indexOf(cell.fieldId) + by; at >= 0 && at < fieldIds.length; at += by) {
    const cells = cellsOfField(study, fieldIds[at] ?? "");
    const target = cells[Math.min(inCell, cells.length - 1)];
    if (target) return target.subject;
  }
  return cell.subject;
}

/** What a person selected in the paper for a decision, if anything. */
export function sourceOf(decision: Decision | null | undefined): ExtractedValue["source"] {
  return extractedValueSchema.safeParse(decision?.value).data?.source;
}

/** Subjects of the cells on which two extractors differ, in the order of the grid. */
export function conflictsIn(grid: Grid): string[] {
  return grid.studies.flatMap((study) =>
    study.cells.filter(({ state }) => state === "conflict").map(({ subject }) => subject),
  );
}

/** Undecided cells whose quote and number were found: what may be accepted in one act. */
export function verifiedOpen(grid: Grid, fieldId: string): number {
  return grid.studies.reduce(
    (sum, study) =>
      sum + cellsOfField(study, fieldId).filter(({ state }) => state === "verified").length,
    0,
  );
}

/** The whole grid as tab-separated text; arms of a cell are joined by a semicolon. */
export function toTsv(grid: Grid): string {
  const clean = (text: string): string => text.replace(/[\t\r\n]+/g, " ");
  const head = ["Study", ...grid.fields.map(({ name }) => name)];
  const rows = grid.studies.map((study) => [
    study.label,
    ...grid.fields.map(({ id }) =>
      cellsOfField(study, id)
        .filter(({ value }) => value !== null)
        .map(({ arm, value, unit }) =>
          [arm ? `${arm}:` : "", value ?? "", unit ?? ""].filter(Boolean).join(" "),
        )
        .join("; "),
    ),
  ]);
  return [head, ...rows]
    .map((row) => row.map((text) => neutralise(clean(text))).join("\t"))
    .join("\n");
}

/** A stored value as one line of text; empty where there is none. */
export function textOf(value: unknown): string {
  const parsed = extractedValueSchema.safeParse(value).data;
  if (!parsed || parsed.value === null) return "";
  return parsed.unit ? `${parsed.value} ${parsed.unit}` : parsed.value;
}
