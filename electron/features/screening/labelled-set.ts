/** A labelled or unlabelled review as CSV (or .csv.gz): id, title, abstract and, for simulations, label_included. */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { AppError } from "../../api/errors.ts";

export type LabelledRecord = {
  id: string;
  title: string;
  abstract: string;
  relevant: boolean | null;
};

const idColumns = ["id", "ID", "record_id"];
const labelColumns = ["label_included", "included", "label"];

export async function readLabelledSet(path: string): Promise<LabelledRecord[]> {
  const bytes = await readFile(path).catch(() => {
    throw new AppError("notFound", `There is no file "${path}".`, { path });
  });
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString(
    "utf8",
  );
  let rows: Record<string, string>[];
  try {
    rows = parse(text, {
      columns: true,
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
    });
  } catch (thrown) {
    throw new AppError(
      "badFile",
      `"${path}" cannot be read as CSV: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
    );
  }
  const columns = Object.keys(rows[0] ?? {});
  if (!columns.includes("title"))
    throw new AppError(
      "badFile",
      `"${path}" has no column "title" (it has ${columns.join(", ") || "none"}).`,
    );
  const idColumn = idColumns.find((name) => columns.includes(name));
  const labelColumn = labelColumns.find((name) => columns.includes(name));
  return rows.map((row, index) => ({
    id: idColumn === undefined ? String(index) : (row[idColumn] ?? ""),
    title: row["title"] ?? "",
    abstract: row["abstract"] ?? "",
    relevant:
      labelColumn === undefined
        ? null
        : row[labelColumn] === "1" || row[labelColumn] === "1.0"
          ? true
          : row[labelColumn] === "0" || row[labelColumn] === "0.0"
            ? false
            : null,
  }));
}
