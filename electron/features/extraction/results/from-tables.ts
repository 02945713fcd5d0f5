/** Reads the asked comparison out of tables: arms side by side in columns, or one under the other in rows. */
import type { TableCell } from "../../../api/schemas/extraction.ts";
import { cellValue, type CellValue } from "./cell-value.ts";
import type { Inquiry } from "./context.ts";
import { armLikeness, comparesTimes, hasTerm, namesOutcome, outcomeLikeness } from "./likeness.ts";
import type { Matrix } from "./matrix.ts";
import { impliedSize, sizeBeside, sizeOfColumn, sizeOfRow, type Size } from "./sizes.ts";

export type Arm = {
  value: CellValue;
  size: Size | undefined;
  /** The size with which the counts and percentages around agree. */
  implied?: number | undefined;
  quote: string;
  near: number;
};
export type Found = {
  intervention: Arm;
  comparator: Arm;
  score: number;
  armScore: number;
  outcomeScore: number;
  /** Whether every telling word of the outcome stands beside the numbers. */
  outcomeNamed: boolean;
  /** Whether it is plain which number is whose: its own column or row, or words that bind it to the arm. */
  bound: boolean;
  from: "table" | "sentence";
};

type Place = { row: number; column: number };

export function resultsInTables(inquiry: Inquiry): Found[] {
  return inquiry.matrices
    .flatMap((matrix) => [
      ...arranged(inquiry, matrix, "columns"),
      ...arranged(inquiry, matrix, "rows"),
    ])
    .toSorted((a, b) => b.score - a.score);
}

type Line = {
  index: number;
  path: string;
  terms: string[];
  own: number;
  other: number;
  first: string;
};

/** Pairs of lines (columns or rows) that fit the two arms and otherwise say the same. */
function arranged(inquiry: Inquiry, matrix: Matrix, by: "columns" | "rows"): Found[] {
  const { intervention, comparator } = inquiry;
  const lines = linesOf(inquiry, matrix, by);
  const found: Found[] = [];
  for (const a of lines) {
    if (a.own < 0.25) continue;
    for (const b of lines) {
      if (a.index === b.index || b.other < 0.25) continue;
      const rest = restDifference(inquiry, a, b);
      const armScore =
        a.own + b.other - Math.max(0, a.other) * 0.3 - Math.max(0, b.own) * 0.3 - rest;
      if (
        armScore < 0.5 ||
        (by === "rows" &&
          matrix.labels[a.index]?.[0] !== matrix.labels[b.index]?.[0] &&
          (matrix.labels[a.index]?.length ?? 0) > 1 &&
          sectionDiffers(
            matrix,
            a.index,
            b.index,
            [...intervention.terms, ...comparator.terms],
            inquiry,
          ))
      )
        continue;
      found.push(...cellsFor(inquiry, matrix, by, a, b, armScore));
    }
  }
  return found;
}

function linesOf(inquiry: Inquiry, matrix: Matrix, by: "columns" | "rows"): Line[] {
  const count = by === "columns" ? matrix.heads.length : matrix.cells.length;
  const from = by === "columns" ? 1 : matrix.headerRows;
  const lines: Line[] = [];
  for (let index = from; index < count; index += 1) {
    const parts = by === "columns" ? matrix.heads[index] : matrix.labels[index];
    const path = (parts ?? []).join(" | ");
    if (path === "" || (by === "columns" && notArm.test(path))) continue;
    const terms = inquiry.terms(path);
    const own = armLikeness(path, terms, inquiry.intervention, inquiry.comparator);
    const other = armLikeness(path, terms, inquiry.comparator, inquiry.intervention);
    lines.push({ index, path, terms, own, other, first: parts?.[0] ?? "" });
  }
  return by === "columns" ? complemented(lines) : lines;
}

const notArm =
  /^(?:p|p[- ]?values?|sig\w*|t|f|z|χ2|statistic|effect|difference|total|overall|all|rr|or|hr)\b/i;

/** Of exactly two arm heads, the one that is plainly one arm leaves the other to the other. */
function complemented(lines: Line[]): Line[] {
  const heads = [...new Set(lines.map((line) => line.first))];
  if (heads.length !== 2) return lines;
  const best = (head: string, side: "own" | "other"): number =>
    Math.max(...lines.filter((line) => line.first === head).map((line) => line[side]));
  for (const [a = "", b = ""] of [heads, heads.toReversed()]) {
    if (
      best(a, "other") >= 0.45 &&
      best(a, "own") < 0.2 &&
      best(b, "own") < 0.3 &&
      best(b, "other") < 0.2
    ) {
      return lines.map((line) => (line.first === b ? { ...line, own: 0.4 } : line));
    }
    if (
      best(a, "own") >= 0.45 &&
      best(a, "other") < 0.2 &&
      best(b, "other") < 0.3 &&
      best(b, "own") < 0.2
    ) {
      return lines.map((line) => (line.first === b ? { ...line, other: 0.4 } : line));
    }
  }
  return lines;
}

/** Rows of two sections are only comparable when the sections themselves name the arms. */
function sectionDiffers(
  matrix: Matrix,
  a: number,
  b: number,
  armTerms: string[],
  inquiry: Inquiry,
): boolean {
  const terms = new Set(armTerms);
  const named = [a, b].every((row) =>
    inquiry.terms(matrix.labels[row]?.[0] ?? "").some((term) => hasTerm(terms, term)),
  );
  return !named;
}

/** What the two lines say besides the arms must agree: the same week, the same measure. */
function restDifference(inquiry: Inquiry, a: Line, b: Line): number {
  const rest = (line: Line): Set<string> => {
    const bare = line.path.replaceAll(/\(?\s*\b[nN]\s*[=:]\s*\d[\d,]*\s*\)?/g, " ");
    return new Set(
      inquiry
        .terms(bare)
        .filter(
          (term) =>
            !hasTerm(inquiry.intervention.terms, term) && !hasTerm(inquiry.comparator.terms, term),
        ),
    );
  };
  const [one, two] = [rest(a), rest(b)];
  const times = comparesTimes(inquiry.intervention, inquiry.comparator);
  const differing = [...one]
    .filter((term) => !two.has(term))
    .concat([...two].filter((term) => !one.has(term)));
  const numbers = times ? 0 : differing.filter((term) => /^\d/.test(term)).length;
  return Math.min(
    1.5,
    0.05 * (differing.length - numbers) +
      0.4 * numbers +
      (!times &&
      differsIn(a.path, b.path, /baseline|before|pre\b|change|difference|follow|post|after/i)
        ? 0.6
        : 0) +
      (differsIn(a.path, b.path, /\bSD\b|\bmean\b|%|\bn\b(?!\s*=)/i) ? 0.6 : 0),
  );
}

function differsIn(a: string, b: string, words: RegExp): boolean {
  const all = new RegExp(words, "gi");
  const list = (text: string): string =>
    [...new Set(text.toLowerCase().match(all) ?? [])].toSorted().join();
  return list(a.replaceAll(/\bn\s*=/gi, "")) !== list(b.replaceAll(/\bn\s*=/gi, ""));
}

function cellsFor(
  inquiry: Inquiry,
  matrix: Matrix,
  by: "columns" | "rows",
  a: Line,
  b: Line,
  armScore: number,
): Found[] {
  const count = by === "columns" ? matrix.cells.length : matrix.heads.length;
  const from = by === "columns" ? matrix.headerRows : matrix.labelColumns;
  const found: Found[] = [];
  for (let index = from; index < count; index += 1) {
    const at = (line: Line): Place =>
      by === "columns" ? { row: index, column: line.index } : { row: line.index, column: index };
    const [one, two] = [armAt(inquiry, matrix, at(a), by), armAt(inquiry, matrix, at(b), by)];
    if (!one || !two || one.value.kind !== two.value.kind) continue;
    const outcomeScore = outcomeAt(inquiry, matrix, at(a), a);
    const complete = one.value.kind === "mean" ? 0.15 : one.value.kind === "count" ? 0.15 : 0;
    const score =
      armScore * 0.6 + outcomeScore * 2.2 + complete + timePreference(inquiry, matrix, at(a));
    found.push({
      intervention: one,
      comparator: two,
      score,
      armScore,
      outcomeScore,
      outcomeNamed: !aboutBaseline(inquiry, matrix) && outcomeNamed(inquiry, matrix, at(a)),
      bound: true,
      from: "table",
    });
  }
  return found;
}

const baselineTable = /\b(?:baseline|demographics?|characteristics)\b/i;

/** A table of how people were at the start; a table that gives later values beside them is none. */
function aboutBaseline(inquiry: Inquiry, matrix: Matrix): boolean {
  const { caption } = matrix.table;
  return (
    baselineTable.test(caption) &&
    !early.test(inquiry.outcome.text) &&
    !comparesTimes(inquiry.intervention, inquiry.comparator) &&
    !/\b(?:change|after|post|end|outcomes?|results|follow-?up|weeks? \d|months? \d)\b/i.test(
      caption,
    )
  );
}

/** "Weight (kg)" does not name "stool weight": all telling words of the outcome must be in row, heads or caption. */
function outcomeNamed(inquiry: Inquiry, matrix: Matrix, { row, column }: Place): boolean {
  const parts = [...(matrix.labels[row] ?? []), ...(matrix.heads[column] ?? [])];
  const terms = inquiry.terms([...parts, matrix.table.caption].join(" | "));
  return namesOutcome(inquiry.outcome, terms, inquiry.aliases);
}

/** What the cell is about, arms aside: its row, its heads, its section, a little of its caption. */
function outcomeAt(inquiry: Inquiry, matrix: Matrix, { row, column }: Place, line: Line): number {
  const arms = new Set(
    line.terms.filter(
      (term) =>
        hasTerm(inquiry.intervention.terms, term) || hasTerm(inquiry.comparator.terms, term),
    ),
  );
  const near = [...(matrix.labels[row] ?? []), ...(matrix.heads[column] ?? [])]
    .join(" | ")
    .replaceAll(/\b[nN]\s*[=:]\s*\d+/g, " ");
  const nearTerms = inquiry
    .terms(near)
    .filter((term) => !arms.has(term) || inquiry.outcome.terms.has(term));
  const far = inquiry.terms(matrix.table.caption);
  const close = outcomeLikeness(inquiry.outcome, nearTerms, inquiry.weightOf);
  const withCaption = outcomeLikeness(
    inquiry.outcome,
    [...nearTerms, ...far.filter((term) => inquiry.outcome.terms.has(term))],
    inquiry.weightOf,
  );
  return 0.5 * close + 0.5 * withCaption;
}

const early =
  /\b(baseline|before|pre-?(?:treatment|test|intervention|op(?:erative)?|trial)?|week 0|day 0|month 0|initial|admission|entry|T0)\b/i;
const change =
  /\b(change|difference|delta|improvement|reduction|decrease|increase|gain|loss|drop)\b|Δ/i;

/** Without a word about time, reviews want the end of the trial; changes only when asked for. */
function timePreference(inquiry: Inquiry, matrix: Matrix, { row, column }: Place): number {
  const path = [...(matrix.labels[row] ?? []), ...(matrix.heads[column] ?? [])].join(" | ");
  const asked = inquiry.outcome.text;
  let score =
    0.04 * (column / Math.max(1, matrix.heads.length)) +
    0.02 * (row / Math.max(1, matrix.cells.length));
  if (
    early.test(path) &&
    !early.test(asked) &&
    !comparesTimes(inquiry.intervention, inquiry.comparator)
  )
    score -= 0.35;
  if (change.test(path) !== change.test(asked) && change.test(path)) score -= 0.3;
  if (aboutBaseline(inquiry, matrix)) score -= 0.5;
  if (/\b(total|all patients|overall)\b/i.test(path)) score += 0.12;
  return score;
}

function armAt(
  inquiry: Inquiry,
  matrix: Matrix,
  { row, column }: Place,
  by: "columns" | "rows",
): Arm | undefined {
  const cell = matrix.cells[row]?.[column];
  if (!cell || cell.text === "") return undefined;
  const around = [
    (matrix.heads[column] ?? []).join(" "),
    (matrix.labels[row] ?? []).join(" "),
    matrix.table.caption,
    matrix.table.footnotes.join(" "),
  ];
  const value = completed(matrix, { row, column }, cell, around);
  if (!value) return undefined;
  const size =
    sizeBeside(matrix, row, column) ??
    (by === "columns" ? sizeOfColumn(matrix, column, row) : sizeOfRow(matrix, row));
  const line =
    by === "columns"
      ? matrix.cells.slice(matrix.headerRows).map((one) => one[column]?.text ?? "")
      : (matrix.cells[row] ?? []).map((one) => one?.text ?? "");
  const implied = impliedSize([cell.text, ...line]);
  const first = matrix.cells[row]?.find((one) => one !== undefined);
  const last = matrix.cells[row]?.findLast((one) => one !== undefined);
  return {
    value,
    size,
    implied,
    quote: inquiry.paper.text.slice(
      Math.min(first?.start ?? cell.start, cell.start),
      Math.max(last?.end ?? cell.end, cell.end),
    ),
    near: Math.min(first?.start ?? cell.start, cell.start),
  };
}

/** Where a column's other cells are counts with percentages, a lone whole number is a count as well. */
function countsColumn(matrix: Matrix, column: number): boolean {
  const texts = matrix.cells
    .slice(matrix.headerRows)
    .map((row) => row[column]?.text ?? "")
    .filter((text) => /\d/.test(text));
  const counts = texts.filter((text) =>
    /^\s*\d+\s*(?:\/\s*\d+)?\s*[([]\s*\d[\d.]*\s*%?\s*[)\]]/.test(text),
  ).length;
  const around = `${matrix.table.caption} ${matrix.heads[column]?.join(" ") ?? ""}`;
  const whole = texts.every((text) => /^\s*\d+\s*(?:[([/].*)?$/.test(text));
  if (counts > 0 && (whole || counts >= 0.3 * texts.length)) return true;
  return (
    /\bn\s*\(%\)|number of (?:patients|participants|subjects)|\bNo\.? of/i.test(around) &&
    !/mean|SD/.test(around)
  );
}

/** A lone mean takes its SD, and a lone count its percentage, from the column or row beside it. */
function completed(
  matrix: Matrix,
  { row, column }: Place,
  cell: TableCell,
  around: string[],
): CellValue | undefined {
  const value = cellValue(cell.text, around);
  if (value?.kind !== "number") return value;
  const head = matrix.heads[column]?.at(-1) ?? "";
  const beside = matrix.cells[row]?.[column + 1];
  const nextHead = matrix.heads[column + 1]?.at(-1) ?? "";
  const number = (text: string | undefined): number =>
    Number(
      (text ?? "")
        .replaceAll(/[±()%]/g, "")
        .replaceAll("−", "-")
        .trim() || Number.NaN,
    );
  const next = number(beside?.text);
  if (
    /^(?:\(|±)?\s*(?:SD|S\.D\.|standard deviation|SE|SEM)\b/i.test(nextHead) &&
    Number.isFinite(next)
  )
    return {
      kind: "mean",
      mean: value.number,
      spread: next,
      of: /^(?:\(|±)?\s*(?:SE|SEM)\b/i.test(nextHead) ? "se" : "sd",
    };
  if (
    /^±?\(?\s*\d[\d.]*\)?$/.test(beside?.text ?? "") &&
    /^[±(]/.test(beside?.text ?? "") &&
    Number.isFinite(next)
  )
    return { kind: "mean", mean: value.number, spread: next, of: "sd" };
  const below = matrix.cells[row + 1];
  if (
    /^(?:SD|S\.D\.|standard deviation|SE|SEM)$/i.test(matrix.labels[row + 1]?.at(-1) ?? "") &&
    Number.isFinite(number(below?.[column]?.text))
  )
    return { kind: "mean", mean: value.number, spread: number(below?.[column]?.text), of: "sd" };
  if (Number.isInteger(value.number) && value.number >= 0 && countsColumn(matrix, column))
    return { kind: "count", events: value.number, total: null, percent: null };
  if (/^(?:n|no\.?|number|events?|cases)$/i.test(head) && Number.isInteger(value.number))
    return {
      kind: "count",
      events: value.number,
      total: null,
      percent: /%/.test(nextHead) && Number.isFinite(next) ? next : null,
    };
  if (
    /%|\b(?:percent|percentage)\b/.test(around.slice(0, 2).join(" ")) &&
    !/\bn\s*,?\s*\(\s*%|mean|\bSD\b|change/i.test(around.slice(0, 2).join(" ")) &&
    value.number >= 0 &&
    value.number <= 100
  )
    return { kind: "percent", percent: value.number };
  return /^(?:SD|S\.D\.|p|p[- ]?value)$/i.test(head) ? undefined : value;
}
