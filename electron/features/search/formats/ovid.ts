/** Ovid exports: `<n>` headed records, with two-letter tags or with whole field names on their own lines. */
import { cleanLine, normaliseYear } from "../normalise.ts";
import { emptyRecord, type ImportedRecord, type LineReader, type Sink } from "../record.ts";
import { TaggedRecord } from "./tagged-record.ts";
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

const heading = /^\s*<(\d+)\s*\.?\s*>\s*$/;
const shortTag = /^ ?([A-Z][A-Z0-9]) {1,2}- ?(.*)$/;
/** Whole field names of the labelled layout, to the tags of the short one. */
const longNames: Record<string, string> = {
  author: "AU",
  authors: "AU",
  "author name": "AU",
  "author names": "AU",
  title: "TI",
  "article title": "TI",
  "chapter title": "CT",
  source: "SO",
  abstract: "AB",
  "doi number": "DO",
  doi: "DO",
  "digital object identifier": "DO",
  language: "LG",
  "publication type": "PT",
  "document type": "DT",
  "author keywords": "KW",
  "keyword heading": "KW",
  "key phrase identifiers": "KW",
  "mesh subject headings": "SH",
  "subject headings": "SH",
  "accession number": "AN",
  "unique identifier": "UI",
  "year of publication": "YR",
  "publication year": "YR",
  "date of publication": "DP",
  issn: "IS",
  "journal name": "JN",
  "book title": "BT",
  database: "DB",
  status: "ST",
  institution: "IN",
  "link to the ovid full text or citation": "XL",
};
const labelLine = /^[A-Z][A-Za-z][A-Za-z ,/&()-]{1,58}$/;
const carried = new Set(["TI", "AB", "LG", "YR"]);

/** Reads both layouts. The labelled one has names at the margin and indented values below them. */
export function openOvid(sink: Sink): LineReader {
  const record = new TaggedRecord(sink, ovidRecord);

  /** A heading with nothing below it is no record. */
  function finish(): void {
    if (record.tags.size === 0 && record.broken === "") record.drop();
    else record.finish();
  }

  function value(text: string): void {
    const { tags, last } = record;
    if (last === "" || text.trim() === "") return;
    if (tags.get(last)?.at(-1) === "" || !tags.has(last)) {
      tags.delete(last);
      addTag(tags, last, text.trim());
    } else continueTag(tags, last, text.trim(), last === "AB" ? "\n" : " ");
  }

  return {
    line(text, number) {
      if (heading.test(text)) {
        finish();
        record.begin(number);
        return;
      }
      const short = shortTag.exec(text);
      if (short !== null) {
        record.add(short[1] ?? "", (short[2] ?? "").trim(), number);
        return;
      }
      if (labelLine.test(text.trimEnd()) && text.charCodeAt(0) !== 32) {
        const name = text.trim();
        const tag = longNames[name.toLowerCase()] ?? name;
        if (tag === "TI" && record.tags.has("TI") && record.tags.has("SO")) finish();
        record.begin(number);
        record.last = tag;
        return;
      }
      value(text);
    },
    overlong: (number, characters) => record.overlong(number, characters),
    end: finish,
  };
}

const degree =
  /(?:[;,]?\s+(?:M\.?D\.?|Ph\.?D\.?|M\.?P\.?H\.?|M\.?Sc\.?|B\.?Sc\.?|FACSM|FAAN|FRCS|FRCP|R\.?N\.?|Dr\.?P\.?H\.?|M\.?A\.?|M\.?S\.?|B\.?A\.?|D\.?Sc\.?|Pharm\.?D\.?|Psy\.?D\.?|D\.?O\.?))+$/;
const noteAfterTitle =
  /\s*\[(?:article|articles|review|reviews|miscellaneous|references|editorial|letter|report|comment|abstract|case reports?|original article|correction)\]\.?\s*$/i;

function ovidAuthor(name: string): string {
  let clean = name
    .replace(/\s*\[[^\]]*\]\s*/g, " ")
    .replace(/\s*[{(<]?[^\s,;]+@\S+.*$/, "")
    .replace(/[\s\d,+*^#&-]*$/, "");
  clean = clean.replace(degree, "").replace(/,$/, "").trim();
  return clean === ""
    ? name.trim()
    : clean.replace(/(\b[A-Z])$/, (initial) =>
        name.includes(`${initial}.`) ? `${initial}.` : initial,
      );
}

function ovidRecord(tags: Tags, line: number): ImportedRecord {
  const record = emptyRecord(line);
  const source = firstOf(tags, "SO", "BT");
  record.title = firstOf(tags, "TI", "CT", "TT")
    .replace(noteAfterTitle, "")
    .replace(noteAfterTitle, "")
    .replace(/\.$/, "");
  if (record.title === "") record.title = firstOf(tags, "BT");
  record.abstract = textOf(tags, "AB");
  record.authors = allOf(tags, "AU", "FA")
    .flatMap((names) => names.replaceAll(/\s*\[[^\]]*\]/g, "").split(/;\s+/))
    .filter((name) => !degreeOnly.test(name.trim()))
    .map(ovidAuthor);
  const parts = sourceParts(source);
  record.year = yearOf(tags, "YR", "DP", "DG") ?? normaliseYear(source) ?? yearOf(tags, "ST");
  record.journal = firstOf(tags, "JN", "JT") || parts.journal;
  if (record.journal === "" && record.title !== firstOf(tags, "BT"))
    record.journal = firstOf(tags, "BT").replace(/\. .*$/, "");
  record.doi = doiOf(tags, "DO", "DI", "SO", "UR");
  record.pmid = /medline|pubmed/i.test(firstOf(tags, "DB"))
    ? pmidOf(tags, "UI", "AN")
    : pmidOf(tags, "PM");
  if (parts.volume) record.volume = parts.volume;
  if (parts.issue) record.issue = parts.issue;
  if (parts.pages) record.pages = parts.pages;
  const type = firstOf(tags, "PT", "DT");
  if (type && type !== "-") record.type = type;
  const language = firstOf(tags, "LG");
  if (language) record.language = language.replace(/\.$/, "");
  const keywords = allOf(tags, "KW", "SH", "MH", "DE")
    .flatMap((words) => words.split(/\s*;\s*/))
    .filter(Boolean);
  if (keywords.length > 0) record.keywords = keywords;
  record.extra = extraOf(tags, carried);
  return record;
}

const degreeOnly = /^(?:PhD|MD|FAAN|RN|MPH|MSc|FACSM)(?:\s*[\d,*+]*)?$/i;

/** Journal, volume, issue and pages of an Ovid source line, as far as it follows one of its usual forms. */
function sourceParts(source: string): {
  journal: string;
  volume?: string;
  issue?: string;
  pages?: string;
} {
  const parted = parted1.exec(source) ?? parted2.exec(source) ?? parted3.exec(source);
  const journal = cleanLine(parted?.groups?.["journal"] ?? source.replace(/[.,]?\s+\d.*$/s, ""))
    .replace(monthAndYear, "")
    .replace(/[.,:;]+$/, "")
    .trim();
  const volume = parted?.groups?.["volume"];
  const issue = parted?.groups?.["issue"];
  const pages = parted?.groups?.["pages"] ?? /\bpp\.?\s*(\w+(?:-\w+)?)/.exec(source)?.[1];
  return {
    journal,
    ...(volume ? { volume } : {}),
    ...(issue ? { issue } : {}),
    ...(pages ? { pages } : {}),
  };
}

const months =
  "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Spring|Summer|Autumn|Fall|Winter)[A-Za-z]*";
const monthAndYear = new RegExp(
  `[.,]?\\s+(?:\\d{4}\\s+)?(?:${months}(?:\\s*[/-]\\s*${months})?\\s*)?(?:\\d{4})?$`,
);
const numbers = "(?<volume>\\d+)\\s*(?:\\((?<issue>[^)]*)\\))?";
const range = "(?:\\s*:\\s*(?<pages>[A-Za-z]?\\d+(?:-[A-Za-z]?\\d+)?))?";
/** "Title June 2015;58(6):688-696", "Title. 2015;58(6):688". */
const parted1 = new RegExp(`^(?<journal>.+?)\\s*;\\s*${numbers}${range}`, "s");
/** "Title. Vol.43(5), Sep 2015, pp. 623-634." */
const parted2 = new RegExp(`^(?<journal>.+?)[.,]?\\s+Vol\\.?\\s*${numbers}${range}`, "s");
/** "Title. 28(2):103-106, April 2015." */
const parted3 = new RegExp(
  `^(?<journal>.+?)[.,]?\\s+(?!(?:1[5-9]|20)\\d\\d\\b)${numbers}(?=\\s*[:,.;(]|$)${range}`,
  "s",
);
