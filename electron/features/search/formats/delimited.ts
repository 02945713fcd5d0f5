/** CSV and TSV exports: rows found across quoted line ends, cells parsed by csv-parse, columns by their names. */
import { parse } from "csv-parse/sync";
import { AppError } from "../../../api/errors.ts";
import type { LineReader, Sink } from "../record.ts";
import { columnsOf, rowRecord, type Columns } from "./columns.ts";

/** Longest row that is kept, in characters, over all its lines. */
const rowCeiling = 4_000_000;
const batchSize = 400;

type Row = { text: string; line: number };

/**
 * Gathers whole rows (a quoted cell may hold line ends), parses them in batches, and on a broken row
 * falls back to one at a time so that only that row is rejected.
 */
export function openDelimited(sink: Sink, delimiter: string): LineReader {
  let pending: string[] = [];
  let pendingLength = 0;
  let pendingLine = 0;
  let open = false;
  let batch: Row[] = [];
  let columns: Columns | undefined;

  function push(text: string, line: number): void {
    if (columns === undefined && text.trim() === "") return;
    if (columns === undefined) {
      columns = columnsOf(cells(text, delimiter)[0] ?? []);
      if (columns === undefined) {
        throw new AppError(
          "badFile",
          `The first row names no column of a reference export (looked for title, abstract, authors, doi, pmid). It reads: "${text.slice(0, 120)}".`,
        );
      }
      return;
    }
    batch.push({ text, line });
    if (batch.length >= batchSize) flush();
  }

  function flush(): void {
    const rows = batch;
    batch = [];
    if (rows.length === 0) return;
    try {
      const parsed = cells(rows.map((row) => row.text).join("\n"), delimiter);
      if (parsed.length === rows.length)
        return parsed.forEach((values, index) => take(values, rows[index]?.line ?? 0));
    } catch {
      // One row is broken: find which below.
    }
    for (const row of rows) takeAlone(row);
  }

  function takeAlone(row: Row): void {
    try {
      for (const values of cells(row.text, delimiter)) take(values, row.line);
    } catch (thrown) {
      sink.reject(
        row.line,
        `The row cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      );
    }
  }

  function take(values: string[], line: number): void {
    if (columns === undefined || values.every((value) => value.trim() === "")) return;
    const width = columns.names.length;
    if (values.length > width && values.slice(width).some((value) => value.trim() !== "")) {
      return sink.reject(
        line,
        `The row has ${values.length} cells; the header names ${width} columns.`,
      );
    }
    const record = rowRecord(columns, values, line);
    if (record === undefined)
      sink.reject(line, "The row has no title, abstract, authors, DOI or PMID.");
    else sink.record(record);
  }

  /** A quote that never closes: its first line is at fault, the lines after it are read again. */
  function giveUp(reason: string): void {
    const lines = pending;
    const from = pendingLine;
    pending = [];
    pendingLength = 0;
    open = false;
    sink.reject(from, reason);
    for (const [index, text] of lines.entries()) if (index > 0) line(text, from + index);
  }

  function line(text: string, number: number): void {
    if (pending.length === 0) pendingLine = number;
    pending.push(text);
    pendingLength += text.length + 1;
    open = quoteOpenAfter(text, delimiter, open);
    if (!open) {
      const row = pending.length === 1 ? text : pending.join("\n");
      const at = pendingLine;
      pending = [];
      pendingLength = 0;
      push(row, at);
    } else if (pendingLength > rowCeiling || pending.length > 5000)
      giveUp("A quotation mark opens a cell in this row and never closes it.");
  }

  return {
    line,
    overlong(number, characters) {
      const at = pending.length === 0 ? number : pendingLine;
      pending = [];
      pendingLength = 0;
      open = false;
      sink.reject(
        at,
        `Line ${number} has ${characters} characters; the longest line read is ${rowCeiling}.`,
      );
    },
    end() {
      if (pending.length > 0) giveUp("The file ends inside this row: a quoted cell is not closed.");
      if (pending.length > 0) giveUp("The file ends inside this row: a quoted cell is not closed.");
      flush();
      if (columns === undefined) sink.reject(1, "The file has no header row.");
    },
  };
}

function cells(text: string, delimiter: string): string[][] {
  return parse(text, {
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: false,
    bom: false,
  });
}

/**
 * Whether a quoted cell is open after `text`, given whether one was open before it. A quote opens only
 * at the start of a cell, so an inch sign inside a plain cell does no harm.
 */
function quoteOpenAfter(text: string, delimiter: string, open: boolean): boolean {
  let inside = open;
  let at = text.indexOf('"');
  while (at >= 0) {
    if (inside) {
      if (text.charCodeAt(at + 1) === 34) at += 1;
      else inside = false;
    } else {
      const before = text[at - 1];
      if (at === 0 || before === delimiter) inside = true;
    }
    at = text.indexOf('"', at + 1);
  }
  return inside;
}
