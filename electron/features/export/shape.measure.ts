/**
 * Whether our tables can hold what published reviews print: each characteristics table of trialreviewbench
 * (MIT) is put in as a review (its columns as fields, its rows as studies, each cell as a decision), exported
 * as CSV and XLSX and opened again by csv-parse and exceljs. A table comes back whole when every row, column
 * and cell does (the apostrophe before what a spreadsheet would run aside). Also: the share of the columns
 * that the extraction's rules know by name. Run: `node electron/features/export/shape.measure.ts`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import excel from "exceljs";
import type { Decision } from "../../api/schemas/ledger.ts";
import type { Field } from "../../api/schemas/extraction.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";
import { cellSubject } from "../../api/subjects.ts";
import { kindOf } from "../extraction/fields/kinds.ts";
import { characteristicsTable } from "./cells.ts";
import { toCsv, toXlsx } from "./sheets.ts";

const archive = join(
  process.env["EVIDESK_SHARED"] ?? "../shared",
  "data/text/pico_results/trialreviewbench/dev/trialreviewbench.tar.gz",
);
/** Names of studies are the record's, not a field's. */
const ofRecord = /^(?:PMID|DOI|Year|Published year|Author|First[- ]author.*|Study|Trial|Name)$/i;
/** Study, title, DOI and PMID come before the fields. */
const before = 4;
const bare = (cell: string): string => cell.replace(/^'/, "").replaceAll(/\s+/g, " ").trim();

function asReview([head = [], ...rows]: string[][]) {
  const fields = head.map((name, at): Field => ({
    id: `field-${at}`,
    name,
    description: "",
    type: "text",
    perArm: false,
  }));
  const records = rows.map((_, at) => ({
    id: `record-${at}`,
    title: `Study ${at}`,
    authors: [],
    year: null,
    doi: "",
    pmid: "",
  })) as unknown as ReviewRecord[];
  const decisions = rows.flatMap((cells, row) =>
    fields.map(({ id }, column): Decision => ({
      id: `${row}-${column}`,
      sequence: 0,
      at: "2026-01-01T00:00:00.000Z",
      kind: "extract",
      subject: cellSubject(`record-${row}`, id),
      action: "correct",
      value: { value: cells[column] ?? "" },
      reviewer: "measure",
    })),
  );
  return { fields, table: characteristicsTable({ records, fields, decisions, suggestions: [] }) };
}

async function sheetOf(bytes: Uint8Array): Promise<string[][]> {
  const workbook = new excel.Workbook();
  await workbook.xlsx.load(Buffer.from(bytes) as never);
  const sheet = workbook.getWorksheet("Characteristics");
  const rows: string[][] = [];
  sheet?.eachRow((row) => {
    rows.push(Array.from({ length: sheet.columnCount }, (_, at) => row.getCell(at + 1).text));
  });
  return rows;
}

const same = (given: string[][], back: string[][]): boolean =>
  back.length === given.length &&
  given.every((row, at) =>
    row.every((cell, column) => bare(back[at]?.[column + before] ?? "") === bare(cell)),
  );

async function main(): Promise<void> {
  if (!existsSync(archive))
    return console.log(`skipped: no data at ${archive} (set EVIDESK_SHARED)`);
  const work = mkdtempSync(join(tmpdir(), "evidesk-shape-"));
  execFileSync("tar", ["xzf", archive, "-C", work]);
  const folder = join(work, "study_characteristics");
  let [tables, whole, studies, columns, known] = [0, 0, 0, 0, 0];
  for (const name of readdirSync(folder)) {
    const given: string[][] = parse(readFileSync(join(folder, name)), {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
    });
    const width = Math.max(...given.map((row) => row.length));
    const full = given.map((row) => Array.from({ length: width }, (_, at) => row[at] ?? ""));
    const { fields, table } = asReview(full);
    const csv: string[][] = parse(toCsv([table.columns, ...table.rows]), { bom: true });
    const xlsx = await sheetOf(await toXlsx(table, { title: name }));
    tables += 1;
    studies += full.length - 1;
    whole += Number(same(full, csv) && same(full, xlsx));
    const own = fields.filter((field) => !ofRecord.test(field.name) && field.name !== "");
    columns += own.length;
    known += own.filter((field) => kindOf(field) !== undefined).length;
  }
  rmSync(work, { recursive: true, force: true });
  console.log(
    `${tables} tables, ${studies} studies: come back whole from CSV and XLSX ${whole} of ${tables} (share ${(whole / tables).toFixed(3)}); columns that rules know ${known} of ${columns} (share ${(known / columns).toFixed(3)})`,
  );
}

await main();
