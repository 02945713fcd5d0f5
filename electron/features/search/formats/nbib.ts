/** MEDLINE display format (.nbib, "PubMed format" text), also as ERIC and others imitate it. */
import { cleanLine, normaliseDoi } from "../normalise.ts";
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
  extraOf,
  firstOf,
  pmidOf,
  textOf,
  yearOf,
  type Tags,
} from "./tags.ts";

const carried = new Set(["PMID", "TI", "AB", "FAU", "JT", "VI", "IP", "PG", "LA", "MH", "OT"]);
const tagged = /^([A-Z][A-Z0-9]{1,3}) {0,3}- ?(.*)$/;

/**
 * Tags take four columns, a dash and a blank; continuation lines are indented by six. Records are
 * parted by a blank line or begin with another PMID. The last record is cut off when its last line
 * breaks off before the closing tags that every MEDLINE record has (SO), though others had them.
 */
export function openNbib(sink: Sink): LineReader {
  let tags: Tags = new Map();
  let start = 0;
  let last = "";
  let broken = "";
  let closed = 0;

  function finish(atEnd: boolean): void {
    if (start === 0) return;
    const cut = atEnd && closed > 0 && tags.has("PMID") && !tags.has("SO");
    if (broken !== "") sink.reject(start, broken);
    else if (cut)
      sink.reject(start, "The file ends inside this record: its source line (SO) is missing.");
    else {
      const record = nbibRecord(tags, start);
      if (saysSomething(record)) sink.record(record);
      else sink.reject(start, "The record has no title, abstract, authors, DOI or PMID.");
    }
    if (tags.has("SO")) closed += 1;
    tags = new Map();
    start = 0;
    last = "";
    broken = "";
  }

  return {
    line(text, number) {
      if (text.trim() === "") {
        if (tags.size > 2) finish(false);
        return;
      }
      const found = text.charCodeAt(0) === 32 ? null : tagged.exec(text);
      if (found === null) {
        if (start > 0 && last !== "" && text.charCodeAt(0) === 32)
          continueTag(tags, last, text.trim(), " ");
        return;
      }
      const tag = found[1] ?? "";
      if (tag === "PMID" && tags.has("PMID")) finish(false);
      if (start === 0) start = number;
      last = tag;
      addTag(tags, tag, (found[2] ?? "").trim());
    },
    overlong(number, characters) {
      if (start === 0) start = number;
      broken = `Line ${number} has ${characters} characters; the longest line read is 4,000,000.`;
    },
    end: () => finish(true),
  };
}

function nbibRecord(tags: Tags, line: number): ImportedRecord {
  const record = emptyRecord(line);
  record.title = firstOf(tags, "TI", "BTI", "CTI", "TT");
  record.abstract =
    (tags.get("AB")?.length ?? 0) > 1 ? allOf(tags, "AB").join("\n") : textOf(tags, "AB", "OAB");
  record.authors = allOf(tags, "FAU");
  if (record.authors.length === 0) record.authors = allOf(tags, "AU");
  record.authors.push(...allOf(tags, "CN"));
  if (record.authors.length === 0) record.authors = allOf(tags, "FED", "ED", "FIR", "IR");
  record.year = yearOf(tags, "DP", "DEP", "SO", "EDAT");
  record.journal = firstOf(tags, "JT", "TA", "BTI") || sourceJournal(firstOf(tags, "SO"));
  if (record.journal === record.title) record.journal = "";
  record.pmid = pmidOf(tags, "PMID");
  record.doi = nbibDoi(tags);
  const assign = (
    field: "volume" | "issue" | "pages" | "language" | "type",
    ...names: string[]
  ): void => {
    const value = firstOf(tags, ...names);
    if (value) record[field] = value;
  };
  assign("volume", "VI");
  assign("issue", "IP");
  assign("pages", "PG");
  assign("language", "LA");
  assign("type", "PT");
  const keywords = allOf(tags, "MH", "OT");
  if (keywords.length > 0) record.keywords = keywords;
  record.extra = extraOf(tags, carried);
  return record;
}

function nbibDoi(tags: Tags): string {
  const candidates = [...(tags.get("LID") ?? []), ...(tags.get("AID") ?? [])];
  const marked = candidates.find((value) => value.includes("[doi]"));
  for (const value of marked === undefined
    ? [...candidates, ...(tags.get("DO") ?? []), ...(tags.get("SO") ?? [])]
    : [marked]) {
    const doi = normaliseDoi(value.replace("[doi]", ""));
    if (doi !== "") return doi;
  }
  return "";
}

function sourceJournal(source: string): string {
  return cleanLine(/^([^.0-9]{3,})\. /.exec(source)?.[1] ?? "");
}
