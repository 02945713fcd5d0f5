/** Reference formats of the included (or all decided) records, decisions carried along. */
import type { Decision } from "../../api/schemas/ledger.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";

import { annotationLines } from "../review/annotations.ts";

export type DecidedRecord = { record: ReviewRecord; decision: Decision | undefined };

const clean = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** RIS (the field list of Reference Manager); the decision goes into C5 and its reason into C6. */
export function toRis(records: DecidedRecord[]): string {
  const blocks = records.map(({ record, decision }) => {
    const lines: [string, string][] = [
      ["TY", "JOUR"],
      ["ID", record.id],
      ["TI", record.title],
      ...record.authors.map((author): [string, string] => ["AU", author]),
      ["T2", record.journal],
      ["PY", record.year === null ? "" : String(record.year)],
      ["AB", record.abstract],
      ["DO", record.doi],
      ["AN", record.pmid],
      ["DB", record.source],
      ["C5", decision ? `${decision.action} by ${decision.reviewer} at ${decision.at}` : ""],
      ["C6", decision?.reason ?? ""],
      ...annotationLines(record).map((line): [string, string] => ["N1", line]),
    ];
    return [
      ...lines
        .filter(([, value]) => clean(value) !== "")
        .map(([tag, value]) => `${tag}  - ${clean(value)}`),
      "ER  - ",
    ].join("\r\n");
  });
  return `${blocks.join("\r\n\r\n")}\r\n`;
}

/** CSL-JSON 1.0 as citation processors and Zotero read it. */
export function toCslJson(records: DecidedRecord[]): string {
  const items = records.map(({ record, decision }) => ({
    id: record.id,
    type: "article-journal",
    title: record.title,
    author: record.authors.map((name) => {
      const [family, given] = name.split(",").map((part) => part.trim());
      return given ? { family, given } : { literal: name };
    }),
    ...(record.year === null ? {} : { issued: { "date-parts": [[record.year]] } }),
    "container-title": record.journal,
    abstract: record.abstract,
    DOI: record.doi,
    PMID: record.pmid,
    ...(decision
      ? {
          note: `Evidesk decision: ${decision.action}${decision.reason ? ` (${decision.reason})` : ""}`,
        }
      : {}),
  }));
  return JSON.stringify(items, null, 1);
}

export function toBibtex(records: DecidedRecord[]): string {
  const escape = (text: string): string =>
    clean(text)
      .replaceAll(/[\\{}]/g, " ")
      .replaceAll(/([%&#_$])/g, "\\$1");
  return records
    .map(({ record, decision }) => {
      const fields: [string, string][] = [
        ["title", record.title],
        ["author", record.authors.join(" and ")],
        ["journal", record.journal],
        ["year", record.year === null ? "" : String(record.year)],
        ["doi", record.doi],
        ["abstract", record.abstract],
        ["note", decision ? `Decision: ${decision.action}` : ""],
      ];
      const body = fields
        .filter(([, value]) => value !== "")
        .map(([key, value]) => `  ${key} = {${escape(value)}}`);
      return `@article{evidesk${record.id},\n${body.join(",\n")}\n}\n`;
    })
    .join("\n");
}

/** Every record with what both stages came to, its tags and notes; the importer reads it back. */
export function recordRows(
  records: readonly ReviewRecord[],
  fullTextOf: (recordId: string) => Decision | undefined,
): string[][] {
  const columns =
    "id title abstract authors year journal doi pmid decision reason fullText fullTextReason fullTextCriterion fullTextQuote fullTextPage notes";
  const rows = records.map((record) => [
    record.id,
    record.title,
    record.abstract,
    record.authors.join("; "),
    record.year === null ? "" : String(record.year),
    record.journal,
    record.doi,
    record.pmid,
    record.decision ?? "",
    record.reason,
    record.fullText ?? "",
    record.fullTextReason,
    ...groundsOf(fullTextOf(record.id)),
    annotationLines(record).join("\n"),
  ]);
  return [columns.split(" "), ...rows];
}

/** The criterion, the passage and the page that a full-text decision rests on. */
function groundsOf(decision: Decision | undefined): [string, string, string] {
  const value = decision?.value;
  if (value === null || typeof value !== "object" || Array.isArray(value)) return ["", "", ""];
  const { criterion, quote, page } = value;
  return [String(criterion ?? ""), String(quote ?? ""), String(page ?? "")];
}
