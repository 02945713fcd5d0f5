/** A paper made ready for questions: its sentences, its tables as rows, and what text packs marked. */
import type { Paper, Table } from "../../../api/schemas/extraction.ts";
import { sentencesOf, type Sentence } from "../sentences.ts";

/** A stretch of the paper's text that a text pack marked. */
export type Mark = {
  pack: string;
  label: string;
  text: string;
  start: number;
  end: number;
  score: number;
};

export type Reading = { paper: Paper; sentences: Sentence[]; marks: Mark[] };

/** Something that may be the answer; nothing is verified yet. */
export type Candidate = {
  value: string;
  unit?: string;
  arm?: string;
  quote: string;
  /** Where the quote stands, to find the right one of several alike. */
  near: number;
  /** Higher is better; only compared within one field. */
  score: number;
  method: string;
  /** When the value names a class: whether the quote bears it out. */
  words?: (quote: string) => boolean;
};

/** Answers for one field, best first; for per-arm fields and lists, several stand together. */
export type Finder = (reading: Reading) => Candidate[];

export function readingOf(paper: Paper, marks: Mark[] = []): Reading {
  return { paper, sentences: sentencesOf(paper), marks };
}

/** Weights of the parts of a paper for facts about how the study was done. */
export const roleWeight: Record<string, number> = {
  title: 1.5,
  abstract: 3,
  methods: 2.5,
  results: 2,
  other: 1,
  front: 1,
  introduction: -3,
  discussion: -2,
  conclusion: -1,
  registration: 1,
  funding: 0,
};

export const weightOf = (sentence: Sentence): number =>
  (roleWeight[sentence.role] ?? 0) + (sentence.kind === "caption" ? -1 : 0);

/** A table's rows as quotable lines; cells keep their columns. */
export type TableRow = {
  table: Table;
  index: number;
  cells: string[];
  header: boolean;
  quote: string;
  start: number;
};

export function tableRows(paper: Paper): TableRow[] {
  return paper.tables.flatMap((table) =>
    table.rows.map((row, index) => ({
      table,
      index,
      cells: row.map((cell) => cell.text),
      header: row.every((cell) => cell.header),
      quote: paper.text.slice(row[0]?.start ?? 0, row.at(-1)?.end ?? 0),
      start: row[0]?.start ?? 0,
    })),
  );
}

/** The row's label and what it says of the people: without empty cells and without the columns of tests. */
export function rowValue(row: TableRow): string {
  // Only heads with as many cells as the row say which of its cells is which.
  const heads = row.table.rows.filter(
    (cells) => cells.length === row.cells.length && cells.every(({ header }) => header),
  );
  const isTest = (at: number): boolean =>
    heads.some((cells) => /^\s*(?:t|F|z|χ\S*)\s*$/.test(cells[at]?.text ?? "")) ||
    heads.some((cells) =>
      /^\s*(?:p\s*[*†‡§a-d]?\s*$|p[- ]?values?|sig\b|χ)/i.test(cells[at]?.text ?? ""),
    );
  const kept = row.cells.filter((cell, at) => cell !== "" && (at === 0 || !isTest(at)));
  // A lone share of one after the arms' cells is a test's P, whatever its column is called.
  const last = kept.at(-1) ?? "";
  const others = kept.slice(1, -1);
  const isP =
    others.length >= 2 &&
    /^[<>=≤≥\s]*(?:0?\.\d{2,4}|1\.0+|ns)\*?$/i.test(last) &&
    !others.some((cell) => /^0?\.\d+$/.test(cell));
  return (isP ? kept.slice(0, -1) : kept).join("; ");
}

/** Best first, doubles (same value and arm) dropped. */
export function ranked(candidates: Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return candidates
    .toSorted((a, b) => b.score - a.score)
    .filter((one) => {
      const key = `${one.arm ?? ""}|${one.value.toLowerCase()}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}
