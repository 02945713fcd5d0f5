/** RIS, as reference managers and databases write it: with missing ends, loose lines and odd tags. */
import { cleanLine, labelOf } from "../normalise.ts";
import { emptyRecord, type ImportedRecord, type LineReader, type Sink } from "../record.ts";
import { TaggedRecord } from "./tagged-record.ts";
import { allOf, doiOf, extraOf, firstOf, pmidOf, textOf, yearOf, type Tags } from "./tags.ts";

const carried = new Set(["TY", "TI", "T1", "AB", "N2", "AU", "A1", "PY", "VL", "KW", "LA"]);
/** A line break inside these starts another value. */
const listed = new Set(["KW", "K1", "AU", "A1", "UR"]);
/** A line break inside these is a paragraph's. */
const paragraphs = new Set(["AB", "N2", "N1"]);

/** Tags met between ER and the next TY; Ovid ends with the journal as NL. */
const afterEnd = new Set(["UR", "L1", "L2", "L3", "L4", "LK", "ID", "NL"]);

/**
 * Reads `XX  - value` lines. A record runs from TY (or its first tag) to ER, or to the next TY where an
 * exporter forgot ER. A record that the end of the file cuts off is rejected with its first line.
 */
export function openRis(sink: Sink): LineReader {
  /** Authors of A1 and AU as they come, since some files mix the two tags. */
  let authors: string[] = [];
  let previous: ImportedRecord | undefined;
  const record = new TaggedRecord(sink, (tags, line) => risRecord(tags, authors, line));

  /** Some hosts write a link after ER: it belongs to the record before it. */
  function belongsToPrevious(): boolean {
    if (previous === undefined || record.start === 0 || record.broken !== "") return false;
    for (const tag of record.tags.keys()) if (!afterEnd.has(tag)) return false;
    for (const [tag, values] of record.tags) (previous.extra[tag] ??= []).push(...values);
    return true;
  }

  function finish(cut = ""): void {
    if (belongsToPrevious()) record.drop();
    else previous = record.finish(cut) ?? previous;
    authors = [];
  }

  return {
    line(text, number) {
      const { last } = record;
      const tag = risTag(text);
      if (tag === "") {
        const value = text.trim();
        if (record.start === 0 || last === "" || value === "") return;
        record.more(value, listed, paragraphs.has(last) ? "\n" : " ");
        if (last === "AU" || last === "A1") authors.push(value);
        return;
      }
      if (tag === "ER") return finish();
      if (tag === "TY" && record.start > 0 && record.tags.size > 1) finish();
      const value = text.slice(text.indexOf("-", 2) + 1).trim();
      record.add(tag, value, number);
      if (tag === "AU" || tag === "A1") authors.push(value);
    },
    overlong: (number, characters) => record.overlong(number, characters),
    end: () => finish("The file ends inside this record: its ER line is missing."),
  };
}

/** The tag of a `XX  - ` line, or "". One to three blanks are met before the dash, none or one after it. */
function risTag(text: string): string {
  let at = 0;
  while (at < 2 && (text.charCodeAt(at) === 0xfeff || text.charCodeAt(at) === 32)) at += 1;
  if (!isUpper(text.charCodeAt(at)) || !isUpperOrDigit(text.charCodeAt(at + 1))) return "";
  let dash = at + 2;
  while (text.charCodeAt(dash) === 32 && dash < at + 5) dash += 1;
  if (dash === at + 2 || text.charCodeAt(dash) !== 45) return "";
  const after = text.charCodeAt(dash + 1);
  if (!Number.isNaN(after) && after !== 32 && after !== 9 && after !== 0xa0) return "";
  return text.slice(at, at + 2);
}

function isUpper(code: number): boolean {
  return code >= 65 && code <= 90;
}
function isUpperOrDigit(code: number): boolean {
  return isUpper(code) || (code >= 48 && code <= 57);
}

const journalTypes = new Set(["JOUR", "JFULL", "MGZN", "NEWS", "EJOUR", "ABST", "INPR", "GEN", ""]);

function risRecord(tags: Tags, authors: string[], line: number): ImportedRecord {
  const record = emptyRecord(line);
  const type = firstOf(tags, "TY");
  record.title =
    firstOf(tags, "TI", "T1", "CT") ||
    (firstOf(tags, "JF", "JO", "T2")
      ? firstOf(tags, "BT", "ST", "TT")
      : firstOf(tags, "BT", "ST", "TT", "T3"));
  record.abstract = textOf(tags, "AB", "N2");
  record.authors = authors.map(cleanLine).filter(Boolean);
  if (record.authors.length === 0) record.authors = allOf(tags, "A2", "A3", "ED");
  record.year = yearOf(
    tags,
    "PY",
    ...(tags.has("Y1") && tags.has("DA") ? ["DA"] : []),
    "Y1",
    "YR",
    "DA",
  );
  record.journal = journalTypes.has(type)
    ? firstOf(tags, "JF", "T2", "JO", "J2", "JA", "J1", "SO")
    : firstOf(tags, "JF", "JO", "T2", "BT", "J2", "JA", "J1", "T3");
  if (record.journal === record.title && !journalTypes.has(type)) record.journal = "";
  record.doi = doiOf(tags, "DO", "DI", "M3", "L3", "N1", "UR", "ID", "U4", "C7", "AN");
  record.pmid = risPmid(tags);
  fill(record, tags, type);
  const label = risLabel(tags);
  if (label !== undefined) record.label = label;
  record.extra = extraOf(tags, carried);
  return record;
}

function fill(record: ImportedRecord, tags: Tags, type: string): void {
  if (type) record.type = type;
  const volume = firstOf(tags, "VL", "VO");
  if (volume) record.volume = volume;
  const issue = firstOf(tags, "IS", "CP");
  if (issue) record.issue = issue;
  const first = firstOf(tags, "SP", "PG");
  const final = firstOf(tags, "EP");
  if (first || final)
    record.pages = first && final && !first.includes("-") ? `${first}-${final}` : first || final;
  const keywords = allOf(tags, "KW", "K1").flatMap((words) =>
    words.includes(";") ? words.split(/\s*;\s*/).filter(Boolean) : [words],
  );
  if (keywords.length > 0) record.keywords = keywords;
  const language = firstOf(tags, "LA");
  if (language) record.language = language;
  const url = firstOf(tags, "UR", "L2", "L1", "LK");
  if (url) record.url = url;
}

/** PubMed's own exports put the PMID in ID, U1 or AN; others' AN is their own number unless they name the source. */
function risPmid(tags: Tags): string {
  const direct = pmidOf(tags, "PM");
  if (direct) return direct;
  const tagged = [
    ...(tags.get("U1") ?? []),
    ...(tags.get("U2") ?? []),
    ...(tags.get("C2") ?? []),
  ].find((value) => /\[pmid\]|^PMID/i.test(value));
  if (tagged) return pmidOf(new Map([["U", [tagged]]]), "U");
  const source = allOf(tags, "DB", "DP", "M2").join(" ");
  if (/pubmed|medline|\bNLM\b/i.test(source) || /ovid(?:sp)?.*medl/i.test(firstOf(tags, "UR"))) {
    const number = pmidOf(tags, "AN", "ID");
    if (number) return number;
  }
  for (const value of [
    ...(tags.get("UR") ?? []),
    ...(tags.get("L2") ?? []),
    ...(tags.get("N1") ?? []),
    ...(tags.get("AN") ?? []),
  ]) {
    if (/pubmed(?:\.ncbi\.nlm\.nih\.gov)?\/\d|\bPMID\b/i.test(value))
      return pmidOf(new Map([["U", [value]]]), "U");
  }
  return "";
}

/** Screening labels that ASReview writes into notes; the last one counts. */
function risLabel(tags: Tags): 0 | 1 | undefined {
  let label: 0 | 1 | undefined;
  for (const note of tags.get("N1") ?? []) {
    for (const [, word] of note.matchAll(/ASReview_((?:ir)?relevant)\b/g))
      label = word === "relevant" ? 1 : 0;
  }
  if (label !== undefined) return label;
  for (const note of tags.get("C5") ?? []) {
    const found = labelOf(/^(include|exclude) by /.exec(cleanLine(note))?.[1] ?? "");
    if (found !== undefined) label = found;
  }
  return label;
}
