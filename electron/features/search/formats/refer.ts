/** Refer / EndNote tagged import (`%T title`, .enw). */
import { emptyRecord, type ImportedRecord, type LineReader, type Sink } from "../record.ts";
import { TaggedRecord } from "./tagged-record.ts";
import { allOf, doiOf, extraOf, firstOf, pmidOf, textOf, yearOf, type Tags } from "./tags.ts";

const carried = new Set(["0", "T", "X", "A", "D", "V", "N", "P", "K", "G"]);
const tagged = /^%([0-9A-Z@!#$&()*+=<>[\]~^?])(?: (.*)|)$/;
const listed = new Set(["A", "K", "E"]);

/** Records are parted by a blank line, or by a tag that a record has once (%0, or %T as some begin with the title). */
export function openRefer(sink: Sink): LineReader {
  const record = new TaggedRecord(sink, referRecord);
  return {
    line(text, number) {
      const { tags } = record;
      const found = tagged.exec(text.trimEnd());
      if (found === null) {
        if (text.trim() !== "") record.more(text.trim(), listed, record.last === "X" ? "\n" : " ");
        else if (tags.has("T") || tags.has("A")) record.finish();
        return;
      }
      const tag = found[1] ?? "";
      if ((tag === "0" && tags.has("0")) || (tag === "T" && tags.has("T"))) record.finish();
      record.add(tag, (found[2] ?? "").trim(), number);
    },
    overlong: (number, characters) => record.overlong(number, characters),
    end() {
      record.finish();
    },
  };
}

function referRecord(tags: Tags, line: number): ImportedRecord {
  const record = emptyRecord(line);
  record.title = firstOf(tags, "T");
  record.abstract = textOf(tags, "X");
  record.authors = allOf(tags, "A").map((name) => name.replace(/,$/, ""));
  if (record.authors.length === 0) record.authors = allOf(tags, "E", "Y");
  record.year = yearOf(tags, "D", "8");
  record.journal = firstOf(tags, "J", "B");
  record.doi = doiOf(tags, "R", "U", "M");
  const database = firstOf(tags, "W", "~");
  record.pmid =
    /medline|pubmed|nlm/i.test(database) || /pubmed/i.test(firstOf(tags, "U"))
      ? pmidOf(tags, "M", "U")
      : "";
  const assign = (
    field: "type" | "volume" | "issue" | "pages" | "language" | "url",
    tag: string,
  ): void => {
    const value = firstOf(tags, tag);
    if (value) record[field] = value;
  };
  assign("type", "0");
  assign("volume", "V");
  assign("issue", "N");
  assign("pages", "P");
  assign("language", "G");
  assign("url", "U");
  const keywords = allOf(tags, "K");
  if (keywords.length > 0) record.keywords = keywords;
  record.extra = extraOf(tags, carried);
  return record;
}
