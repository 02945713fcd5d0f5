/** MEDLINE display format (.nbib, "PubMed format" text), also as ERIC and others imitate it. */
import { cleanLine, normaliseDoi } from "../normalise.ts";
import { emptyRecord, type ImportedRecord, type LineReader, type Sink } from "../record.ts";
import { TaggedRecord } from "./tagged-record.ts";
import { allOf, extraOf, firstOf, pmidOf, textOf, yearOf, type Tags } from "./tags.ts";

const carried = new Set(["PMID", "TI", "AB", "FAU", "JT", "VI", "IP", "PG", "LA", "MH", "OT"]);
/** No tag of this format is continued by a list. */
const none: ReadonlySet<string> = new Set();
const tagged = /^([A-Z][A-Z0-9]{1,3}) {0,3}- ?(.*)$/;

/**
 * Tags take four columns, a dash and a blank; continuation lines are indented by six. Records are
 * parted by a blank line or begin with another PMID. The last record is cut off when its last line
 * breaks off before the closing tags that every MEDLINE record has (SO), though others had them.
 */
export function openNbib(sink: Sink): LineReader {
  const record = new TaggedRecord(sink, nbibRecord);
  let closed = 0;

  function finish(cut = ""): void {
    if (record.tags.has("SO")) closed += 1;
    record.finish(cut);
  }

  return {
    line(text, number) {
      if (text.trim() === "") {
        if (record.tags.size > 2) finish();
        return;
      }
      const indented = text.charCodeAt(0) === 32;
      const found = indented ? null : tagged.exec(text);
      if (found === null) {
        if (record.start > 0 && indented) record.more(text.trim(), none, " ");
        return;
      }
      const tag = found[1] ?? "";
      if (tag === "PMID" && record.tags.has("PMID")) finish();
      record.add(tag, (found[2] ?? "").trim(), number);
    },
    overlong: (number, characters) => record.overlong(number, characters),
    end() {
      const cut = closed > 0 && record.tags.has("PMID") && !record.tags.has("SO");
      finish(cut ? "The file ends inside this record: its source line (SO) is missing." : "");
    },
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
