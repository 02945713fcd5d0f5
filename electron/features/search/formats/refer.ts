/** Refer / EndNote tagged import (`%T title`, .enw). */
import {
  emptyRecord,
  saysSomething,
  type ImportedRecord,
  type LineReader,
  type Sink,
} from "../record.ts";
import {
  addTag,
  allOf,
  continueTag,
  doiOf,
  extraOf,
  firstOf,
  pmidOf,
  textOf,
  yearOf,
  type Tags,
} from "./tags.ts";

const carried = new Set(["0", "T", "X", "A", "D", "V", "N", "P", "K", "G"]);
const tagged = /^%([0-9A-Z@!#$&()*+=<>[\]~^?])(?: (.*)|)$/;
const listed = new Set(["A", "K", "E"]);

/** Records are parted by a blank line, or by a tag that a record has once (%0, or %T as some begin with the title). */
export function openRefer(sink: Sink): LineReader {
  let tags: Tags = new Map();
  let start = 0;
  let last = "";
  let broken = "";

  function finish(): void {
    if (start > 0) {
      const record = referRecord(tags, start);
      if (broken !== "") sink.reject(start, broken);
      else if (saysSomething(record)) sink.record(record);
      else sink.reject(start, "The record has no title, abstract, authors, DOI or PMID.");
    }
    tags = new Map();
    start = 0;
    last = "";
    broken = "";
  }

  return {
    line(text, number) {
      const found = tagged.exec(text.trimEnd());
      if (found === null) {
        if (text.trim() === "") {
          if (tags.has("T") || tags.has("A")) finish();
        } else if (last !== "") {
          if (listed.has(last)) addTag(tags, last, text.trim());
          else continueTag(tags, last, text.trim(), last === "X" ? "\n" : " ");
        }
        return;
      }
      const tag = found[1] ?? "";
      if ((tag === "0" && tags.has("0")) || (tag === "T" && tags.has("T"))) finish();
      if (start === 0) start = number;
      last = tag;
      addTag(tags, tag, (found[2] ?? "").trim());
    },
    overlong(number, characters) {
      if (start === 0) start = number;
      broken = `Line ${number} has ${characters} characters; the longest line read is 4,000,000.`;
    },
    end: finish,
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
