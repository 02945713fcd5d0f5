/** Chunks of a table region to a grid of cells: columns are the strips between empty strips. Pure. */
import { chunksOf, type Chunk } from "./chunks.ts";
import type { Rule } from "./pdf-paint.ts";

export type GridCellChunks = {
  chunks: Chunk[];
  header: boolean;
  columnSpan: number;
  column: number;
};
type Row = { baseline: number; cells: GridCellChunks[]; header: boolean; band: number };

export function gridOf(body: Chunk[], rules: Rule[]): GridCellChunks[][] {
  const chunks = chunksOf(
    body.flatMap((chunk) => chunk.items),
    0.5,
  );
  const lines = linesOf(chunks);
  const headerFoot = headerBottom(rules, lines);
  const columns = columnsOf(lines, headerFoot);
  const rows = lines.map((line): Row => {
    const baseline = line[0]?.baseline ?? 0;
    return {
      baseline,
      header: baseline < headerFoot,
      band: rules.filter((rule) => rule.y0 < baseline).length,
      cells: cellsOf(line, columns, baseline < headerFoot),
    };
  });
  return spreadHeads(mergeRows(rows, columns, rules), columns).map((row) =>
    fill(row.cells, columns.length, row.header),
  );
}

function linesOf(chunks: Chunk[]): Chunk[][] {
  const lines: Chunk[][] = [];
  for (const chunk of chunks.toSorted((a, b) => a.baseline - b.baseline)) {
    const last = lines.at(-1);
    if (last && chunk.baseline - (last[0]?.baseline ?? 0) < 0.4 * chunk.size) last.push(chunk);
    else lines.push([chunk]);
  }
  return lines.map((line) => line.toSorted((a, b) => a.x0 - b.x0));
}

/** The first rule with rows on both sides parts the header from the data; without one, the first line is it. */
function headerBottom(rules: Rule[], lines: Chunk[][]): number {
  const baselines = lines.map((line) => line[0]?.baseline ?? 0);
  const [first = 0, second = first] = baselines;
  const widest = Math.max(0, ...rules.map((rule) => rule.x1 - rule.x0));
  const inner = rules
    .filter((rule) => rule.x1 - rule.x0 > 0.8 * widest)
    .map((rule) => rule.y0)
    .toSorted((a, b) => a - b)
    .find((y) => y > first && y < (baselines.at(-1) ?? 0));
  const position = baselines.filter((baseline) => inner !== undefined && baseline < inner).length;
  return inner !== undefined && position <= Math.max(6, lines.length / 2)
    ? inner
    : (first + second) / 2;
}

export type Column = { x0: number; x1: number };

/** Strips where hardly any line has ink part the columns; lines of a single chunk do not vote. */
export function columnsOf(lines: Chunk[][], headerFoot: number): Column[] {
  const data = lines.filter((line) => line.length > 1 && (line[0]?.baseline ?? 0) > headerFoot);
  const voters = data.length >= 2 ? data : lines.filter((line) => line.length > 1);
  const all = voters.flat();
  if (all.length === 0)
    return [
      {
        x0: Math.min(...lines.flat().map((chunk) => chunk.x0)),
        x1: Math.max(...lines.flat().map((chunk) => chunk.x1)),
      },
    ];
  const left = Math.floor(Math.min(...all.map((chunk) => chunk.x0)));
  const right = Math.ceil(Math.max(...all.map((chunk) => chunk.x1)));
  const ink = Array.from({ length: right - left + 1 }, () => 0);
  for (const chunk of all) {
    for (let x = Math.floor(chunk.x0) - left; x < Math.ceil(chunk.x1) - left; x += 1)
      ink[x] = (ink[x] ?? 0) + 1;
  }
  const tolerated = voters.length > 12 ? Math.floor(0.04 * voters.length) : 0;
  const columns: Column[] = [];
  for (let x = 0; x < ink.length; x += 1) {
    if ((ink[x] ?? 0) <= tolerated) continue;
    const last = columns.at(-1);
    if (last && left + x - last.x1 <= 1) last.x1 = left + x + 1;
    else columns.push({ x0: left + x, x1: left + x + 1 });
  }
  return columns;
}

function cellsOf(line: Chunk[], columns: Column[], header: boolean): GridCellChunks[] {
  const cells: GridCellChunks[] = [];
  for (const chunk of line) {
    const over = columns.map((column, index) => ({
      index,
      shared: Math.min(column.x1, chunk.x1) - Math.max(column.x0, chunk.x0),
    }));
    const touched = over.filter(
      ({ index, shared }) =>
        shared > 0.4 * ((columns[index]?.x1 ?? 0) - (columns[index]?.x0 ?? 0)) ||
        shared > 0.6 * (chunk.x1 - chunk.x0),
    );
    const nearest = over.reduce(
      (best, one) => (one.shared > best.shared ? one : best),
      over[0] ?? { index: 0, shared: 0 },
    );
    const first = header ? (touched[0]?.index ?? nearest.index) : nearest.index;
    const last = header ? (touched.at(-1)?.index ?? nearest.index) : nearest.index;
    const same = cells.find((cell) => cell.column === first);
    if (same) same.chunks.push(chunk);
    else cells.push({ chunks: [chunk], header, column: first, columnSpan: last - first + 1 });
  }
  return cells;
}

/** Lines that are one row: between the same two rules of a fully ruled table, or wrapped words of one cell. */
function mergeRows(rows: Row[], columns: Column[], rules: Rule[]): Row[] {
  const bands = Map.groupBy(
    rows.filter((row) => !row.header),
    (row) => row.band,
  );
  const ruled = rules.length > 4;
  const oneRow = new Set(
    [...bands].filter(([, band]) => ruled && isOneRow(band)).map(([key]) => key),
  );
  const merged: Row[] = [];
  for (const row of rows) {
    const last = merged.at(-1);
    if (
      last &&
      last.header === row.header &&
      ((!row.header && last.band === row.band && oneRow.has(row.band)) ||
        continues(last, row, columns))
    )
      absorb(last, row);
    else merged.push(row);
  }
  return merged;
}

/** Between two rules stands one row, unless several of its lines are full rows themselves. */
function isOneRow(band: Row[]): boolean {
  const fullest = Math.max(...band.map((row) => row.cells.length));
  return (
    band.length < 8 &&
    band.filter((row) => row.cells.length >= Math.max(2, 0.6 * fullest)).length < 2
  );
}

function continues(last: Row, row: Row, columns: Column[]): boolean {
  const size = row.cells[0]?.chunks[0]?.size ?? 0;
  const lowest = Math.max(
    ...last.cells.flatMap((cell) => cell.chunks.map((chunk) => chunk.baseline)),
  );
  if (row.baseline - lowest > 1.45 * size) return false;
  if (row.header) {
    const spans = [...last.cells, ...row.cells].some((cell) => cell.columnSpan > 1);
    return (
      !spans &&
      row.band === last.band &&
      !(
        row.cells.length > last.cells.length &&
        last.cells.some((cell) => standsBetween(cell, columns))
      )
    );
  }
  if (row.cells.every((cell) => cell.column !== 0))
    return row.cells.length === 1 && columns.length > 2 && isTail(row);
  const label = last.cells.find((cell) => cell.column === 0);
  const next = row.cells.find((cell) => cell.column === 0);
  if (!label || !next) return false;
  if (row.cells.length > 1 && last.cells.length > 1) return false;
  return wraps(label.chunks.at(-1), next.chunks[0], columns[0]);
}

/** A label wraps when the next line's first word would not have fitted, or plainly goes on in lower case. */
function wraps(
  label: Chunk | undefined,
  next: Chunk | undefined,
  column: Column | undefined,
): boolean {
  if (!label || !next || !column) return false;
  const firstWord = next.text.split(" ")[0]?.length ?? 0;
  const letterWidth = (next.x1 - next.x0) / Math.max(1, next.text.length);
  const full = label.x1 + (firstWord + 1) * letterWidth > column.x1;
  return (
    full ||
    (/^[a-z(]/.test(next.text) &&
      !/^[a-z]\)/.test(next.text) &&
      next.x0 > label.x0 + 2 &&
      /[,(]$|\b(of|and|the|in|for|with|per|to)$/.test(label.text))
  );
}

const isTail = (row: Row): boolean => /^[(a-z]/.test(row.cells[0]?.chunks[0]?.text ?? "");

function absorb(last: Row, row: Row): void {
  for (const cell of row.cells) {
    const same = last.cells.find((other) => other.column === cell.column);
    if (same) same.chunks.push(...cell.chunks);
    else last.cells.push(cell);
  }
}

/** A head whose middle is in no column of its own stands over several. */
function standsBetween(cell: GridCellChunks, columns: Column[]): boolean {
  const column = columns[cell.column];
  if (!column || cell.column === 0) return false;
  const middle =
    (Math.min(...cell.chunks.map((chunk) => chunk.x0)) +
      Math.max(...cell.chunks.map((chunk) => chunk.x1))) /
    2;
  return middle < column.x0 - 1 || middle > column.x1 + 1;
}

/** A head set over several columns covers those that are nearer to it than to any other head of its line. */
function spreadHeads(rows: Row[], columns: Column[]): Row[] {
  const heads = rows.filter((row) => row.header);
  for (const [index, row] of heads.entries()) {
    const below = heads[index + 1];
    const cells = row.cells
      .filter((cell) => cell.column > 0)
      .toSorted((a, b) => a.column - b.column);
    if (
      !below ||
      cells.length === 0 ||
      below.cells.filter((cell) => cell.column > 0).length <= cells.length
    )
      continue;
    const middles = cells.map((cell) => {
      const [x0, x1] = [
        Math.min(...cell.chunks.map((chunk) => chunk.x0)),
        Math.max(...cell.chunks.map((chunk) => chunk.x1)),
      ];
      return (x0 + x1) / 2;
    });
    const owner = columns.map((column, at) =>
      at === 0 || !below.cells.some((cell) => cell.column === at)
        ? -1
        : nearestOf(middles, (column.x0 + column.x1) / 2),
    );
    for (const [at, cell] of cells.entries()) {
      const owned = owner.flatMap((one, column) => (one === at ? [column] : []));
      const [first, last] = [owned[0], owned.at(-1)];
      if (
        first === undefined ||
        last === undefined ||
        !owned.includes(cell.column) ||
        last - first + 1 !== owned.length
      )
        continue;
      cell.column = first;
      cell.columnSpan = owned.length;
    }
  }
  return rows;
}

function nearestOf(middles: number[], x: number): number {
  return middles.reduce(
    (best, middle, at) => (Math.abs(middle - x) < Math.abs((middles[best] ?? 0) - x) ? at : best),
    0,
  );
}

function fill(cells: GridCellChunks[], columns: number, header: boolean): GridCellChunks[] {
  const sorted = cells.toSorted((a, b) => a.column - b.column);
  const row: GridCellChunks[] = [];
  let column = 0;
  for (const cell of sorted) {
    while (column < cell.column) {
      row.push({ chunks: [], header, columnSpan: 1, column });
      column += 1;
    }
    row.push(cell);
    column = cell.column + cell.columnSpan;
  }
  while (column < columns) {
    row.push({ chunks: [], header, columnSpan: 1, column });
    column += 1;
  }
  return row;
}
