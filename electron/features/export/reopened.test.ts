/** Every table that leaves is opened again by another reader than its writer, with values that would run as formulas. */
import { parse } from "csv-parse/sync";
import excel from "exceljs";
import { strFromU8, unzipSync } from "fflate";
import { beforeAll, expect, test } from "vitest";
import type { Field } from "../../api/schemas/extraction.ts";
import type { ExportFormat } from "../../api/schemas/export.ts";
import { openDesk } from "../team/team-desk.ts";

/** One for each sign that a spreadsheet takes for a formula's beginning, and what stays as it is. */
const evil = [
  "=1+1",
  "+cmd|' /C calc'!A0",
  "-2+3",
  "@SUM(A1:A9)",
  "\t=1+1",
  "\r=1+1",
  " =1+1",
  "\uFF1D1+1",
];
const harmless = ["-0.4", "+3", "12 %", "a=b", "41 (3.2)"];
const values = [...evil, ...harmless];
const fields: Field[] = values.map((_, at) => ({
  id: `f${at}`,
  name: at === 0 ? "=Field" : `Field ${at}`,
  description: "",
  type: "text",
  perArm: false,
}));
const shown = (value: string): string => (evil.includes(value) ? `'${value}` : value);
const runs = /^\s*[=+\-@\uFF1D](?![\d.,]+\s*%?$)/;

let archive: (format: "csv" | "bundle") => Promise<[string, Uint8Array][]>;
let files: (format: ExportFormat) => Promise<Map<string, Uint8Array>>;
beforeAll(async () => {
  const desk = await openDesk('title,authors,year,doi\n=A trial,"=Doe, J",2020,10.1/a\n');
  const { reviewId } = desk;
  const ana = desk.as("Ana");
  await ana("extraction.setFields", { reviewId, fields });
  await ana("screening.decide", { reviewId, recordId: "1", action: "include" });
  for (const [at, value] of values.entries())
    await ana("extraction.decide", {
      reviewId,
      recordId: "1",
      fieldId: `f${at}`,
      arm: null,
      action: "correct",
      value: { value },
      note: "=note",
    });
  archive = async (format) => {
    const made = await ana("export.create", { reviewId, format, archive: true });
    return Promise.all(
      made.files.map(
        async ({ name, assetId }) => [name, await desk.app.assets.get(assetId)] as const,
      ),
    ).then((all) => all.map(([name, bytes]): [string, Uint8Array] => [name, bytes]));
  };
  files = async (format) => {
    const made = await ana("export.create", { reviewId, format });
    const opened = new Map<string, Uint8Array>();
    for (const { name, assetId } of made.files)
      opened.set(name, await desk.app.assets.get(assetId));
    return opened;
  };
});

test.each(["csv", "revman", "prisma-csv"] as const)(
  "%s: no cell runs, every value is there",
  async (format) => {
    const opened = await files(format);
    expect(opened.size).toBeGreaterThan(0);
    const all: string[] = [];
    for (const [name, bytes] of opened) {
      const rows: string[][] = parse(strFromU8(bytes), { bom: true, relax_column_count: true });
      for (const cell of rows.flat()) {
        if (runs.test(cell)) throw new Error(`${name}: "${cell}" would run`);
        all.push(cell);
      }
    }
    if (format === "csv") for (const value of values) expect(all).toContain(shown(value));
  },
);

test("xlsx: another look at the file finds text cells only, and no formula in its XML", async () => {
  const [bytes] = (await files("xlsx")).values();
  if (!bytes) throw new Error("a workbook is written");
  const book = new excel.Workbook();
  await book.xlsx.load(bytes.slice().buffer);
  const cells: string[] = [];
  book.eachSheet((sheet) =>
    sheet.eachRow((row) =>
      row.eachCell((cell) => {
        expect(cell.type).not.toBe(excel.ValueType.Formula);
        cells.push(cell.text);
      }),
    ),
  );
  // XML gives a carriage return back as a line feed: white space is compared as such.
  const flat = (text: string): string => text.replaceAll(/\s/g, " ").trim();
  for (const value of values) expect(cells.map(flat)).toContain(flat(shown(value)));
  const parts = Object.entries(unzipSync(bytes)).filter(([name]) => name.includes("worksheets/"));
  expect(parts.length).toBeGreaterThan(1);
  for (const [name, part] of parts) {
    const xml = strFromU8(part);
    expect(/<f[\s>/]|t="str"/.test(xml), name).toBe(false);
    expect(xml).not.toMatch(/<hyperlink/i);
  }
});

test("docx: the text holds the values as they are, and no field code", async () => {
  const [bytes] = (await files("docx")).values();
  if (!bytes) throw new Error("a document is written");
  const xml = strFromU8(unzipSync(bytes)["word/document.xml"] ?? new Uint8Array());
  const text = [...xml.matchAll(/<w:t(?:\s[^>]*)?>([^<]*)<\/w:t>/g)]
    .map(([, words]) => words)
    .join("\n");
  for (const value of ["=1+1", "@SUM(A1:A9)", "-0.4", "41 (3.2)"]) expect(text).toContain(value);
  expect(xml).not.toMatch(/<w:(instrText|fldSimple)/);
});

test("json: values stay exactly as they were decided, with who decided", async () => {
  const [bytes] = (await files("json")).values();
  const review = JSON.parse(strFromU8(bytes ?? new Uint8Array())) as {
    decisions: { kind: string; value?: { value?: string }; reviewer: string }[];
  };
  const decided = review.decisions.filter(({ kind }) => kind === "extract");
  expect(decided.map(({ value }) => value?.value)).toEqual(values);
  expect(new Set(decided.map(({ reviewer }) => reviewer))).toEqual(new Set(["Ana"]));
});

test("several files come as one ZIP where they are asked for so, each byte as apart", async () => {
  const [[name, bytes] = ["", new Uint8Array()], ...more] = await archive("csv");
  expect([name, more]).toEqual(["characteristics-and-results.zip", []]);
  const apart = await files("csv");
  expect(
    new Map(Object.entries(unzipSync(bytes)).map(([part, held]) => [part, strFromU8(held)])),
  ).toEqual(new Map([...apart].map(([part, held]) => [part, strFromU8(held)])));
  const [[everything, all] = ["", new Uint8Array()]] = await archive("bundle");
  expect(everything).toBe("everything.zip");
  expect(Object.keys(unzipSync(all))).toEqual(
    expect.arrayContaining(["characteristics.xlsx", "review.json", "prisma.svg", "manifest.json"]),
  );
});
