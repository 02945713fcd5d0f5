/** A table as a matrix: spans spread out, heads above each column, labels before each row. Pure. */
import type { Table, TableCell } from "../../../api/schemas/extraction.ts";

export type Matrix = {
  table: Table;
  cells: (TableCell | undefined)[][];
  headerRows: number;
  labelColumns: number;
  /** Header texts above a column, outermost first. */
  heads: string[][];
  /** The same for each row: an inner line of heads changes what stands above the rows below it. */
  headsAt: string[][][];
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
    headsAt: headsByRow(cells, headerRows, labelColumns),
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
  const [first] = cells;
  // A table without a head begins with a row of values.
  if (first?.slice(1).some((cell) => /^\s*[-−]?\d[\d.,]*\s*(?:±|[([]\s*\d)/.test(cell?.text ?? "")))
    return 0;
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
export const sizeAlone = /^\s*[([]?\s*[nN][a-z]?\s*=\s*\d[\d,]*\s*[)\]]?\s*[*†‡]?$/;

type Row = (TableCell | undefined)[];
type SectionStyle = "spanned" | "sized" | "bare";

/** Whether a row names what the rows below it are about: nothing but a label, a label over all columns, or a label with sizes. */
function sectionStyle(row: Row, labelColumns: number): SectionStyle | undefined {
  const label = row[0]?.text ?? "";
  const filled = new Set(row.filter((cell) => cell !== undefined && cell.text !== ""));
  if (filled.size === 0 || label === "" || looksNumeric(label)) return undefined;
  if (filled.size === 1) return new Set(row).size === 1 && row.length > 1 ? "spanned" : "bare";
  const data = row.slice(labelColumns).map((cell) => cell?.text ?? "");
  const others = [...filled].slice(1);
  if (others.every((cell) => sizeAlone.test(cell?.text ?? ""))) return "sized";
  // "Sex, n (%) |  |  | 0.70": only the test that stands at the row's end.
  const [end] = data.slice(-1);
  return data.length >= 3 &&
    new Set(row.slice(0, labelColumns)).size === 1 &&
    data.slice(0, -1).every((text) => text === "") &&
    /^[<>=]?\s*[<>]?\s*(?:0?[.·]\d+|1[.·]0*|n\.?s\.?)[*a-z]?$/i.test(end ?? "")
    ? "bare"
    : undefined;
}

/**
 * Sections nest: a section directly below another belongs to it, one of another kind (over all
 * columns, with sizes, bare) closes those of its own kind and what stands under them.
 */
function labelsOf(cells: Row[], headerRows: number, labelColumns: number): string[][] {
  let open: { text: string; style: SectionStyle }[] = [];
  let current: string[] = [];
  let afterSection = false;
  return cells.map((row, index) => {
    if (index < headerRows) return [];
    const style = sectionStyle(row, labelColumns);
    if (style !== undefined) {
      const same = open.findIndex((section) => section.style === style);
      if (same >= 0) open = open.slice(0, afterSection ? same + 1 : same);
      open.push({ text: row[0]?.text ?? "", style });
      current = [];
      afterSection = true;
      return distinct(open.map((section) => section.text));
    }
    afterSection = false;
    // A label holds for the rows below until one stands in its column or before it.
    for (const [column, cell] of row.slice(0, labelColumns).entries()) {
      const text = cell?.text ?? "";
      if (text !== "" && (column === 0 || cell !== row[column - 1]))
        current = [...current.slice(0, column), ...blank(column - current.length), text];
    }
    return distinct([...open.map((section) => section.text), ...current]);
  });
}

const blank = (count: number): string[] => Array.from({ length: Math.max(0, count) }, () => "");

const headWords =
  /\bn\b|%|\bmean\b|\bSD\b|\bSE\b|median|\bp\b|p[- ]?value|week|month|day|baseline|\bgroup\b|number|change|difference|\bCI\b|ratio|proportion|percent|value|score/i;

/** A line of heads in the middle of a table: words in at least two columns, none of them a value. */
function isInnerHead(row: Row, labelColumns: number): boolean {
  const texts = [
    ...new Set(
      row
        .slice(labelColumns)
        .filter((cell) => cell !== undefined)
        .map((cell) => cell.text)
        .filter((text) => text !== ""),
    ),
  ];
  return (
    texts.length >= 2 &&
    texts.every((text) => !looksNumeric(text) && /\p{L}|%/u.test(text) && !sizeAlone.test(text)) &&
    texts.filter((text) => headWords.test(text)).length >= Math.max(1, texts.length / 2)
  );
}

/** Heads above each cell of each row: those of the table's top, of which an inner line of heads replaces the lowest. */
function headsByRow(cells: Row[], headerRows: number, labelColumns: number): string[][][] {
  const width = Math.max(0, ...cells.map((row) => row.length));
  const top = Array.from({ length: width }, (_, column) =>
    cells.slice(0, headerRows).map((row) => row[column]?.text ?? ""),
  );
  let current = top.map(distinct);
  return cells.map((row, index) => {
    if (index >= headerRows && isInnerHead(row, labelColumns)) {
      current = top.map((heads, column) => {
        const text = row[column]?.text ?? "";
        const kept = heads.length > 1 ? heads.slice(0, -1) : text === "" ? heads : [];
        return distinct([...kept, ...(text === "" && heads.length > 1 ? heads.slice(-1) : [text])]);
      });
    }
    return current;
  });
}

const distinct = (texts: string[]): string[] => [
  ...new Set(texts.filter((text) => text.trim() !== "")),
];
