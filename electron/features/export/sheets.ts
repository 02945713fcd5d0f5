/** CSV and XLSX writers that a spreadsheet cannot be tricked with. */
import { neutralise } from "../../api/spreadsheet.ts";
import type { CharacteristicsTable, ProvenanceRow } from "./cells.ts";

/** RFC 4180 with a byte-order mark, so that Excel reads it as UTF-8. */
export function toCsv(rows: string[][]): string {
  const line = (row: string[]): string =>
    row.map((cell) => `"${neutralise(cell).replaceAll('"', '""')}"`).join(",");
  return `\uFEFF${rows.map(line).join("\r\n")}\r\n`;
}

export const provenanceColumns: { key: keyof ProvenanceRow; name: string; width: number }[] = [
  { key: "study", name: "Study", width: 22 },
  { key: "field", name: "Field", width: 22 },
  { key: "arm", name: "Arm", width: 16 },
  { key: "value", name: "Value", width: 40 },
  { key: "state", name: "State", width: 14 },
  { key: "suggestedValue", name: "Suggested value", width: 40 },
  { key: "quote", name: "Source quote", width: 60 },
  { key: "page", name: "Page", width: 7 },
  { key: "suggestedBy", name: "Suggested by", width: 24 },
  { key: "proof", name: "Proof", width: 14 },
  { key: "decidedBy", name: "Decided by", width: 18 },
  { key: "decidedAt", name: "Decided at", width: 24 },
];

export function provenanceRows(provenance: ProvenanceRow[]): string[][] {
  return [
    provenanceColumns.map((column) => column.name),
    ...provenance.map((row) => provenanceColumns.map((column) => row[column.key])),
  ];
}

/** A workbook with the table and, on its second sheet, where every value came from. */
export async function toXlsx(
  table: CharacteristicsTable,
  about: { title: string },
): Promise<Uint8Array> {
  const { default: excel } = await import("exceljs");
  const workbook = new excel.Workbook();
  workbook.creator = "Evidesk";
  workbook.title = about.title;
  const sheets: [string, string[][], number[]][] = [
    [
      "Characteristics",
      [table.columns, ...table.rows],
      table.columns.map((_, index) => (index < 4 ? 22 : 34)),
    ],
    [
      "Provenance",
      provenanceRows(table.provenance),
      provenanceColumns.map((column) => column.width),
    ],
  ];
  for (const [name, rows, widths] of sheets) {
    const sheet = workbook.addWorksheet(name, {
      views: [{ state: "frozen", ySplit: 1, xSplit: 1 }],
    });
    sheet.columns = widths.map((width) => ({
      width,
      style: { alignment: { wrapText: true, vertical: "top" } },
    }));
    sheet.addRows(rows.map((row) => row.map(neutralise)));
    sheet.getRow(1).font = { bold: true };
  }
  return new Uint8Array(await workbook.xlsx.writeBuffer());
}
