/** An imported record as de-duplication sees it. */
import type { ImportedRecord } from "./record.ts";
import type { Comparable } from "./similarity.ts";

const nothing = /^(?:na|n\/a|null|none|unknown|nan)$/i;
const known = (text: string | undefined): string =>
  text === undefined || nothing.test(text.trim()) ? "" : text;

/** Takes the record's own id, or the 0-based `index` of its row. */
export function toComparable(record: ImportedRecord, index: number): Comparable {
  return {
    id: record.id ?? String(index),
    title: known(record.title),
    abstract: known(record.abstract),
    authors: record.authors.filter((author) => known(author) !== ""),
    year: record.year,
    journal: known(record.journal),
    doi: record.doi,
    pmid: record.pmid,
    volume: known(record.volume),
    issue: known(record.issue),
    pages: known(record.pages),
  };
}
