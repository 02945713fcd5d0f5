/** A table as a matrix: spans spread out, heads above each column, labels before each row. Pure. */
import type { Table, TableCell } from "../../../api/schemas/extraction.ts";

export type Matrix = {
  table: Table;
  cells: (TableCell | undefined)[][];
  headerRows: number;
  labelColumns: number;
  /** Header texts above a column, outermost first. */
  heads: string[][];
  /** Section labels and row labels of a row, outermost first. */
  labels: string[][];
};

const hasDigit = (text: string): boolean => /\d/.test(text);
const looksNumeric = (text: string): boolean =>
  /^[\s<>≤≥~=±(−–-]*\d/.test(text) && (text.match(/\p{L}/gu) ?? []).length < 12;

export function matrixOf(table: Table): Matrix {
  const cells = spread(withSpans(table));
  const headerRows = headerCount(table, cells);
  const labelColumns = labelCount(cells, headerRows);
  const width = Math.max(0, ...cells.map((row) => row.length));
  const heads = Array.from({ length: width }, (_, column) =>
    distinct(cells.slice(0, headerRows).map((row) => row[column]?.text ?? "")),
  );
  return {
    table,
    cells,
    headerRows,
    labelColumns,
    heads,
    labels: labelsOf(cells, headerRows, labelColumns),
  };
}

/** Heads that lost their spans: where the line below repeats itself ("Mean, SD, Mean, SD"), each head covers one repeat. */
function withSpans(table: Table): Table {
  const [top, sub] = table.rows;
  if (!top || !sub || !top.every((cell) => cell.header) || !sub.every((cell) => cell.header))
    return table;
  const blocked = top.filter((cell) => cell.rowSpan > 1).length;
  const named = top.filter((cell) => cell.rowSpan === 1 && cell.text !== "");
  const below = sub.filter((cell) => cell.text !== "").map((cell) => cell.text);
  const period = below.findIndex((text, index) => index > 0 && text === below[0]);
  if (
    named.length < 2 ||
    period < 2 ||
    named.some((cell) => cell.columnSpan > 1) ||
    blocked + named.length * period > blocked + below.length + 1
  )
    return table;
  const widened = top.map((cell) =>
    named.includes(cell) ? { ...cell, columnSpan: period } : cell,
  );
  return { ...table, rows: [widened, ...table.rows.slice(1)] };
}

function spread(table: Table): (TableCell | undefined)[][] {
  const rows: (TableCell | undefined)[][] = table.rows.map(() => []);
  for (const [index, row] of table.rows.entries()) {
    let column = 0;
    for (const cell of row) {
      while (rows[index]?.[column] !== undefined) column += 1;
      for (let down = 0; down < cell.rowSpan; down += 1) {
        for (let right = 0; right < cell.columnSpan; right += 1) {
          const target = rows[index + down];
          if (target) target[column + right] = cell;
        }
      }
      column += cell.columnSpan;
    }
  }
  return rows;
}

function headerCount(table: Table, cells: (TableCell | undefined)[][]): number {
  let marked = 0;
  while (
    marked < table.rows.length &&
    (table.rows[marked] ?? []).every((cell) => cell.header) &&
    (table.rows[marked]?.length ?? 0) > 0
  )
    marked += 1;
  if (marked > 0 && marked < table.rows.length) {
    // A second header line is often set as data: no numbers but sizes, and no row label.
    while (marked < cells.length - 1 && marked < 4 && isHeadLike(cells[marked] ?? [])) marked += 1;
    return marked;
  }
  let count = 0;
  while (count < Math.min(4, cells.length - 1) && (count === 0 || isHeadLike(cells[count] ?? [])))
    count += 1;
  return count;
}

function isHeadLike(row: (TableCell | undefined)[]): boolean {
  const texts = row.slice(1).map((cell) => cell?.text ?? "");
  const filled = texts.filter((text) => text !== "");
  return (
    filled.length >= 2 &&
    (row[0]?.text ?? "") === "" &&
    new Set(row).size > 2 &&
    filled.every(
      (text) =>
        !hasDigit(text) ||
        /\bn\s*=|week|month|day|year|hour|min|\bT\d|baseline|group|mg|visit/i.test(text),
    ) &&
    !filled.every(looksNumeric)
  );
}

function labelCount(cells: (TableCell | undefined)[][], headerRows: number): number {
  const body = cells.slice(headerRows);
  const width = Math.max(0, ...cells.map((row) => row.length));
  let count = 1;
  while (count < width - 1) {
    const column = body.map((row) => row[count]?.text ?? "").filter((text) => text !== "");
    if (column.length === 0 || column.filter(looksNumeric).length > 0.25 * column.length) break;
    count += 1;
  }
  return Math.min(count, Math.max(1, width - 1));
}

/** A cell that says nothing but how many: "n = 18". */
export const sizeAlone = /^\s*[([]?\s*n\s*=\s*\d+\s*[)\]]?\s*$/i;

function labelsOf(
  cells: (TableCell | undefined)[][],
  headerRows: number,
  labelColumns: number,
): string[][] {
  let section = "";
  let last = "";
  return cells.map((row, index) => {
    if (index < headerRows) return [];
    const filled = new Set(row.filter((cell) => cell !== undefined && cell.text !== ""));
    const onlySizes = [...filled].slice(1).every((cell) => sizeAlone.test(cell?.text ?? ""));
    if (
      filled.size > 0 &&
      onlySizes &&
      (row[0]?.text ?? "") !== "" &&
      !looksNumeric(row[0]?.text ?? "")
    ) {
      section = row[0]?.text ?? "";
      last = "";
      return [section];
    }
    const own = row.slice(0, labelColumns).map((cell) => cell?.text ?? "");
    if ((own[0] ?? "") !== "") last = own[0] ?? "";
    return distinct([section, last, ...own.slice(1)]);
  });
}

const distinct = (texts: string[]): string[] => [
  ...new Set(texts.filter((text) => text.trim() !== "")),
];
