/** How many people stand behind a cell of a table: in the cell, beside it, in its heads, or in a row or column of sizes. */
import type { TableCell } from "../../../api/schemas/extraction.ts";
import { sizeAlone, type Matrix } from "./matrix.ts";

export type Size = {
  size: number;
  quote: string;
  near: number;
  score: number;
  /** How it was worked out, when it is not printed. */
  derived?: string;
};

const inHead =
  /\b[nN][a-z]?\s*[=:]\s*(\d[\d,]*)|\(\s*(\d{1,5})\s*(?:patients|participants|subjects|women|men|children|people|eyes|cases)\s*\)/;

export const sizeIn = (text: string): number | undefined => {
  const match = inHead.exec(text);
  const digits = match?.[1] ?? match?.[2];
  return digits === undefined ? undefined : Number(digits.replaceAll(",", ""));
};

const wholeNumber = (text: string | undefined): number | undefined => {
  const digits = /^\s*(\d[\d,]*)\s*[a-d*†]?\s*$/.exec(text ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits.replaceAll(",", ""));
};
const sized = (cell: TableCell, size: number, score: number): Size => ({
  size,
  quote: cell.text,
  near: cell.start,
  score,
});

const sizeLabel =
  /^(?:n[a-d]?|no\.(?: of (?:patients|participants|subjects|women|children))?|total(?: number)?(?: of (?:patients|participants|subjects))?|number(?: of (?:patients|participants|subjects|women|children|men|cases|individuals|eyes))?(?:\s*(?:recruited|analy[sz]ed|randomi[sz]ed|included))?(?:,?\s*\(?n\)?)?|number interviewed \(n\)|(?:patients|participants|subjects|women|children)(?:\s*(?:recruited|analy[sz]ed|randomi[sz]ed|included))?(?:\s*,?\s*\(?n\)?)?|total n|sample size|clusters)$/i;

/** "3 (0 to 8) [n = 21]": the size stands in the cell itself. */
export function sizeInCell(cell: TableCell): Size | undefined {
  const size = /\bn\s*=\s*\d/i.test(cell.text) ? sizeIn(cell.text) : undefined;
  return size === undefined ? undefined : sized(cell, size, 4);
}

/** Sizes that the table itself gives for a column: in the section that holds row `from`, in its heads, or in a row named N. */
export function sizeOfColumn(matrix: Matrix, column: number, from = 0): Size | undefined {
  const { cells, headerRows, labels } = matrix;
  for (let row = from - 1; row >= headerRows; row -= 1) {
    const cell = cells[row]?.[column];
    if (!cell || !sizeAlone.test(cell.text)) continue;
    const holds =
      (cells[row]?.[0]?.text ?? "") === "" ||
      (labels[row] ?? []).every((label) => labels[from]?.includes(label));
    if (holds) return sized(cell, sizeIn(cell.text) ?? 0, 3.2);
  }
  for (const head of headCells(matrix, column, from)) {
    const size = sizeIn(head.text);
    if (size !== undefined) return sized(head, size, 3);
  }
  for (let row = headerRows; row < cells.length; row += 1) {
    const cell = cells[row]?.[column];
    if (!cell || !sizeLabel.test((labels[row]?.at(-1) ?? "").trim())) continue;
    const size = wholeNumber(cell.text);
    if (size !== undefined) return sized(cell, size, 2.5);
  }
  return undefined;
}

/** Head cells above a place, the nearest first. */
function headCells(
  { cells, headerRows, headsAt }: Matrix,
  column: number,
  from: number,
): TableCell[] {
  const found: TableCell[] = [];
  for (let row = Math.max(headerRows, from) - 1; row >= 0; row -= 1) {
    const cell = cells[row]?.[column];
    // An inner line of heads counts while it is above the place.
    if (cell && (row < headerRows || headsAt[from]?.[column]?.includes(cell.text)))
      found.push(cell);
  }
  return found.filter((cell) => sizeIn(cell.text) !== undefined);
}

const sizeHead =
  /^(?:n[a-d]?|no\.|total|obs\.?|observations|sample size|clusters|number|patients \(n\))$/i;

/**
 * The column named N of the same arm, in the same row: "N | Mean" under each arm. Of several, the one that
 * shares most heads with the value (arm and time), then the nearest, a column before it first.
 */
export function sizeBeside(matrix: Matrix, row: number, column: number): Size | undefined {
  const heads = matrix.headsAt[row] ?? [];
  const arm = heads[column]?.[0];
  if (arm === undefined || (heads[column]?.length ?? 0) < 2) return undefined;
  const found: { at: number; shared: number; size: Size }[] = [];
  for (let at = matrix.labelColumns; at < heads.length; at += 1) {
    const cell = matrix.cells[row]?.[at];
    const own = heads[at] ?? [];
    if (at === column || own[0] !== arm || !sizeHead.test(own.at(-1) ?? "")) continue;
    const size = wholeNumber(cell?.text);
    if (size === undefined || !cell) continue;
    const shared = own.filter((head, level) => heads[column]?.[level] === head).length;
    found.push({ at, shared, size: sized(cell, size, 3.5) });
  }
  const away = (at: number): number => (at < column ? column - at : at - column + 0.5);
  return found.toSorted((a, b) => b.shared - a.shared || away(a.at) - away(b.at))[0]?.size;
}

/** Sizes that a row gives: in its label, or in a column named n. */
export function sizeOfRow(matrix: Matrix, row: number): Size | undefined {
  const { cells, labels, labelColumns } = matrix;
  const label = labels[row]?.findLast((text) => sizeIn(text) !== undefined);
  const first = cells[row]?.[0];
  if (label !== undefined && first)
    return { size: sizeIn(label) ?? 0, quote: label, near: first.start, score: 3 };
  for (let column = 1; column < (cells[row]?.length ?? 0); column += 1) {
    const cell = cells[row]?.[column];
    const head = matrix.headsAt[row]?.[column]?.at(-1) ?? "";
    const top = matrix.headsAt[row]?.[column]?.[0] ?? "";
    if (
      !cell ||
      (column > labelColumns + 1 && !/^total/i.test(head)) ||
      !(sizeHead.test(head) || sizeHead.test(top))
    )
      continue;
    const size = wholeNumber(cell.text);
    if (size !== undefined) return sized(cell, size, 3);
  }
  return undefined;
}

const printedPair = /^\s*(\d+)\s*[([]\s*(\d+(?:[.·]\d+)?)\s*%?\s*[)\]]/;

/**
 * The one size with which every printed count and percentage of the cells agrees (within rounding):
 * n lies in 100·count / (percent ± half a unit of its last digit) for each of them.
 */
export function impliedSize(texts: string[]): number | undefined {
  let [low, high, used] = [1, Number.POSITIVE_INFINITY, 0];
  for (const text of texts) {
    const match = printedPair.exec(text);
    const [count, percent] = [Number(match?.[1]), Number((match?.[2] ?? "").replace("·", "."))];
    if (!match || count === 0 || percent <= 0 || percent > 100 || count < 0.005 * percent) continue;
    const half = 0.5 * 10 ** -((match[2] ?? "").split(/[.·]/)[1]?.length ?? 0);
    const [from, to] = [
      (100 * count) / (percent + half) - 1e-9,
      percent - half > 0 ? (100 * count) / (percent - half) + 1e-9 : Number.POSITIVE_INFINITY,
    ];
    // Subgroup rows have their own denominator: what does not fit the rest is left out.
    if (from > high || to < low) continue;
    [low, high, used] = [Math.max(low, from), Math.min(high, to), used + 1];
  }
  const [first, last] = [Math.ceil(low), Math.floor(high)];
  return used > 0 && last >= first && last - first <= Math.max(0, 0.02 * first)
    ? Math.round((first + last) / 2)
    : undefined;
}
