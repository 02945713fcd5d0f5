/** What a cell of a table says as a value, with the columns and rows beside it that complete it. */
import type { TableCell } from "../../../api/schemas/extraction.ts";
import { cellValue, type CellValue, type Spread } from "./cell-value.ts";
import type { Matrix } from "./matrix.ts";

export type Place = { row: number; column: number };

const spreadHead = /^[\s(±]*(?:SD|S\.D\.?|standard deviation|SE|SEM|S\.E\.M?\.?|standard error)\b/i;
const errorHead = /^[\s(±]*(?:SE|SEM|S\.E|standard error)/i;
const sizeHead =
  /^\s*[([]?(?:n|N[a-d]?|no\.|obs\.?|observations|sample size|number of (?:patients|participants|subjects|clusters|women|children|eyes)|clusters|patients|participants|subjects)(?:\s*\(n\))?[)\]]?\s*$/;

const headOf = (matrix: Matrix, { row, column }: Place): string =>
  matrix.headsAt[row]?.[column]?.at(-1) ?? "";
const textAt = (matrix: Matrix, row: number, column: number): string =>
  matrix.cells[row]?.[column]?.text ?? "";

/** A column of sizes: headed "N", beside one of means or shares; "n" beside "%" holds counts. */
export function isSizeColumn(matrix: Matrix, place: Place): boolean {
  const head = headOf(matrix, place);
  if (!sizeHead.test(head)) return false;
  const next = headOf(matrix, { row: place.row, column: place.column + 1 });
  if (/^\s*\(?%\)?\s*$/.test(next)) return false;
  return /mean|median|average|percent|%|SD|score|proportion|prevalence|n\/N/i.test(
    (matrix.headsAt[place.row] ?? []).map((heads) => heads.at(-1) ?? "").join(" | "),
  );
}

const numberIn = (text: string): number =>
  Number(
    text
      .replaceAll(/[±()%[\]]|\+\/-/g, "")
      .replaceAll(/[−–]/g, "-")
      .replace("·", ".")
      .replace(/[*†‡§¶#a-e]+\s*$/, "")
      .trim() || Number.NaN,
  );

/** Where a column's other cells are counts with percentages, a lone whole number is a count as well. */
function countsColumn(matrix: Matrix, { row, column }: Place): boolean {
  const texts = matrix.cells
    .slice(matrix.headerRows)
    .map((cells) => cells[column]?.text ?? "")
    .filter((text) => /\d/.test(text));
  const counts = texts.filter((text) =>
    /^\s*\d+\s*(?:\/\s*\d+)?\s*[([]\s*\d[\d.]*\s*%?\s*[)\]]/.test(text),
  ).length;
  const whole = texts.every((text) => /^\s*\d+[a-e*†‡]?\s*(?:[([/].*)?$/.test(text));
  if (counts > 0 && (whole || counts >= 0.3 * texts.length)) return true;
  const around = `${matrix.table.caption} ${matrix.table.footnotes.join(" ")} ${headOf(matrix, { row, column })} ${(matrix.labels[row] ?? []).join(" ")}`;
  return (
    /\bn\s*\(%\)|number of (?:patients|participants|subjects|cases|women|children|infants|events|adverse)|number \(?%|\bNo\.? (?:of|\(%\))|adverse (?:events|effects|reactions)|side effects|complications|\(n\)\s*$/i.test(
      around,
    ) && !/\bmean\b|\bSD\b|median/.test(around)
  );
}

/** What the words about a cell say of its kind: its heads and labels, then caption and notes. */
export function surroundOf(matrix: Matrix, { row, column }: Place): string[] {
  return [
    (matrix.headsAt[row]?.[column] ?? []).join(" "),
    (matrix.labels[row] ?? []).toReversed().join(" "),
    matrix.table.caption,
    matrix.table.footnotes.join(" "),
  ];
}

/** The value at a place; undefined where there is none, or only a size, a spread or a test. */
export function valueAt(matrix: Matrix, place: Place, cell: TableCell): CellValue | undefined {
  const around = surroundOf(matrix, place);
  const near = around.slice(0, 2).join(" ");
  const head = headOf(matrix, place);
  if (isSizeColumn(matrix, place) || spreadHead.test(head)) return undefined;
  // "1.2 (68)" under "mean score (n)" is a mean with the size behind it.
  const meanAndSize = /\bmean\b[^()]*\(\s*n\s*\)/i.test(near)
    ? /^\s*([-−]?\d+(?:\.\d+)?)\s*\(\s*(\d+)\s*\)/.exec(cell.text)
    : null;
  if (meanAndSize)
    return { kind: "mean", mean: numberIn(meanAndSize[1] ?? ""), spread: null, of: "unknown" };
  const value = cellValue(cell.text, around);
  if (value === undefined || (value.kind !== "number" && value.kind !== "percent")) return value;
  const spread = spreadBeside(matrix, place);
  const number = value.kind === "percent" ? value.percent : value.number;
  if (spread) return { kind: "mean", mean: number, spread: spread.value, of: spread.of };
  if (value.kind === "percent") return percentWithCount(matrix, place, value.percent);
  return loneNumber(matrix, place, number, near);
}

function spreadBeside(
  matrix: Matrix,
  { row, column }: Place,
): { value: number; of: Spread } | undefined {
  const nextHead = headOf(matrix, { row, column: column + 1 });
  const beside = textAt(matrix, row, column + 1);
  const value = numberIn(beside);
  if (spreadHead.test(nextHead) && Number.isFinite(value))
    return { value, of: errorHead.test(nextHead) ? "se" : "sd" };
  if (
    /^\s*(?:±|\+\/-)\s*\d[\d.]*\s*$|^\(\s*\d[\d.]*\s*\)$/.test(beside) &&
    Number.isFinite(value)
  ) {
    const says = surroundOf(matrix, { row, column }).join(" ");
    if (/\bn\s*\(?%|\(%\)/.test(says)) return undefined;
    return { value, of: /\bSEM?\b|standard error/.test(says) ? "se" : "sd" };
  }
  const below = matrix.labels[row + 1]?.at(-1) ?? "";
  const under = numberIn(textAt(matrix, row + 1, column));
  return spreadHead.test(below) && Number.isFinite(under)
    ? { value: under, of: errorHead.test(below) ? "se" : "sd" }
    : undefined;
}

/** "%" beside "n": the count stands in the column before. */
function percentWithCount(matrix: Matrix, { row, column }: Place, percent: number): CellValue {
  return /^\s*\(?%\)?\s*$/.test(headOf(matrix, { row, column })) &&
    /^\s*\d+\s*$/.test(textAt(matrix, row, column - 1)) &&
    /^n|no/i.test(headOf(matrix, { row, column: column - 1 }))
    ? { kind: "count", events: Number(textAt(matrix, row, column - 1)), total: null, percent }
    : { kind: "percent", percent };
}

function loneNumber(
  matrix: Matrix,
  place: Place,
  number: number,
  near: string,
): CellValue | undefined {
  const { row, column } = place;
  const head = headOf(matrix, place);
  const nextHead = headOf(matrix, { row, column: column + 1 });
  const next = numberIn(textAt(matrix, row, column + 1));
  const whole = Number.isInteger(number) && number >= 0;
  if (/^(?:p|p[- ]?value)$/i.test(head)) return undefined;
  if (whole && /^\s*\(?%\)?\s*$/.test(nextHead) && Number.isFinite(next))
    return { kind: "count", events: number, total: null, percent: next };
  const ends = `${head} | ${(matrix.labels[row] ?? []).at(-1) ?? ""}`;
  const saysPercent =
    (/\(?%\)?\s*$|, %/.test(ends.split(" | ").find((part) => part.includes("%")) ?? "") &&
      !/\bn\s*,?\s*\(\s*%|mean|\bSD\b|change/i.test(ends)) ||
    (/%|\b(?:percent|percentage|proportion)\b/.test(near) &&
      !/\bn\s*,?\s*\(\s*%|mean|\bSD\b|change|reduction/i.test(near));
  if (whole && !(saysPercent && !/\bn\b/.test(near)) && countsColumn(matrix, place))
    return { kind: "count", events: number, total: null, percent: null };
  if (/^(?:n|no\.?|number|events?|cases)$/i.test(head) && whole)
    return { kind: "count", events: number, total: null, percent: null };
  if (saysPercent && number >= 0 && number <= 100) return { kind: "percent", percent: number };
  return { kind: "number", number };
}
