/** What the review file needs of this feature: records in its shape, and the duplicate rule. */
import { findDuplicates } from "./deduplicate.ts";
import { parseReferences } from "./parse.ts";
import type { ImportedRecord } from "./record.ts";

/** A record as the review file keeps it; all that its columns do not hold goes into `extra`. */
export function toNewRecord(record: ImportedRecord, source: string) {
  const {
    title,
    abstract,
    authors,
    year,
    journal,
    doi,
    pmid,
    extra: tags,
    line: _line,
    ...rest
  } = record;
  return { title, abstract, authors, year, journal, doi, pmid, source, extra: { ...rest, tags } };
}

export const importer = {
  async parse(content: AsyncIterable<Uint8Array>, { fileName }: { fileName: string }) {
    const { format, records, rejected } = await parseReferences(content, { fileName });
    return { format, records: records.map((record) => toNewRecord(record, fileName)), rejected };
  },
  findDuplicates,
};
