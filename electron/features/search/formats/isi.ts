/** Web of Science / ISI field-tagged text (`FN … VR … PT … ER … EF`), also BIOSIS and Zoological Record. */
import { cleanLine } from "../normalise.ts";
import { emptyRecord, type ImportedRecord, type LineReader, type Sink } from "../record.ts";
import { TaggedRecord } from "./tagged-record.ts";
import { allOf, doiOf, extraOf, firstOf, pmidOf, textOf, yearOf, type Tags } from "./tags.ts";

const carried = new Set(["PT", "TI", "AB", "AF", "SO", "PY", "VL", "IS", "LA", "DI", "PM"]);
/** Each continuation line of these is another person. */
const people = new Set(["AU", "AF", "BE", "ED", "CA", "GP"]);
const tagged = /^([A-Z][A-Z0-9])(?: (.*))?$/;

export function openIsi(sink: Sink): LineReader {
  const record = new TaggedRecord(sink, isiRecord);
  return {
    line(text, number) {
      const found = tagged.exec(text.trimEnd());
      if (found === null) {
        if (record.start > 0 && text.trim() !== "") record.more(text.trim(), people, " ");
        return;
      }
      const tag = found[1] ?? "";
      if (tag === "FN" || tag === "VR" || tag === "EF") return;
      if (tag === "ER") {
        record.finish();
        return;
      }
      if (tag === "PT" && record.tags.has("PT") && record.tags.has("TI")) record.finish();
      record.add(tag, (found[2] ?? "").trim(), number);
    },
    overlong: (number, characters) => record.overlong(number, characters),
    end() {
      record.finish("The file ends inside this record: its ER line is missing.");
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
