/** Web of Science / ISI field-tagged text (`FN … VR … PT … ER … EF`), also BIOSIS and Zoological Record. */
import { cleanLine } from "../normalise.ts";
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

const carried = new Set(["PT", "TI", "AB", "AF", "SO", "PY", "VL", "IS", "LA", "DI", "PM"]);
/** Each continuation line of these is another person. */
const people = new Set(["AU", "AF", "BE", "ED", "CA", "GP"]);
const tagged = /^([A-Z][A-Z0-9])(?: (.*))?$/;

export function openIsi(sink: Sink): LineReader {
  let tags: Tags = new Map();
  let start = 0;
  let last = "";
  let broken = "";

  function finish(): void {
    if (start > 0) {
      const record = isiRecord(tags, start);
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
        if (start === 0 || last === "" || text.trim() === "") return;
        if (people.has(last)) addTag(tags, last, text.trim());
        else continueTag(tags, last, text.trim(), " ");
        return;
      }
      const tag = found[1] ?? "";
      if (tag === "FN" || tag === "VR" || tag === "EF") return;
      if (tag === "ER") return finish();
      if (tag === "PT" && tags.has("PT") && tags.has("TI")) finish();
      if (start === 0) start = number;
      last = tag;
      addTag(tags, tag, (found[2] ?? "").trim());
    },
    overlong(number, characters) {
      if (start === 0) start = number;
      broken = `Line ${number} has ${characters} characters; the longest line read is 4,000,000.`;
    },
    end() {
      if (start > 0)
        sink.reject(start, broken || "The file ends inside this record: its ER line is missing.");
    },
  };
}

function isiRecord(tags: Tags, line: number): ImportedRecord {
  const record = emptyRecord(line);
  record.title = firstOf(tags, "TI");
  record.abstract = textOf(tags, "AB");
  const full = allOf(tags, "AF");
  record.authors = (full.length > 0 ? full : allOf(tags, "AU")).map((name) =>
    name.replace(/\s*\([^)]*@[^)]*\)\s*$/, ""),
  );
  if (record.authors.length === 0) record.authors = allOf(tags, "BE", "ED", "CA");
  record.year = yearOf(tags, "PY", "YR", "PD");
  record.journal = firstOf(tags, "SO", "JO", "JI", "J9");
  record.doi = doiOf(tags, "DI", "D2", "DO");
  record.pmid = pmidOf(tags, "PM");
  const type = firstOf(tags, "DT", "PT");
  if (type && type !== "-") record.type = type;
  const volume = firstOf(tags, "VL");
  if (volume) record.volume = volume;
  const issue = firstOf(tags, "IS");
  if (issue) record.issue = issue;
  const begin = firstOf(tags, "BP", "SP", "PS", "AR");
  const close = firstOf(tags, "EP");
  if (begin) record.pages = close ? `${begin}-${close}` : begin;
  const keywords = allOf(tags, "DE", "ID", "MC")
    .flatMap((words) => words.split(/\s*;\s*/))
    .map(cleanLine)
    .filter(Boolean);
  if (keywords.length > 0) record.keywords = keywords;
  const language = firstOf(tags, "LA");
  if (language) record.language = language;
  record.extra = extraOf(tags, carried);
  return record;
}
