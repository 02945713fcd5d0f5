/** Which column of a table is which field, by the names that databases and screening tools give them. */
import {
  cleanLine,
  cleanText,
  labelOf,
  normaliseDoi,
  normalisePmid,
  normaliseYear,
} from "../normalise.ts";
import { emptyRecord, saysSomething, type ImportedRecord } from "../record.ts";

const synonyms = {
  id: ["id", "recordid"],
  title: [
    "title",
    "primarytitle",
    "articletitle",
    "documenttitle",
    "itemtitle",
    "papertitle",
    "studytitle",
    "ti",
    "titles",
    "t1",
    "reference",
  ],
  abstract: [
    "abstract",
    "abstracts",
    "abstracttext",
    "abstractnote",
    "notesabstract",
    "ab",
    "n2",
    "summary",
    "description",
  ],
  authors: [
    "authors",
    "author",
    "authornames",
    "authorsnames",
    "authorfullnames",
    "firstauthors",
    "authornames",
    "creators",
    "creator",
    "au",
    "a1",
    "allauthors",
  ],
  year: [
    "year",
    "publicationyear",
    "pubyear",
    "publishedyear",
    "yearpublished",
    "yearofpublication",
    "py",
    "date",
    "publicationdate",
    "dateofpublication",
    "datepublished",
    "pubdate",
    "y1",
    "published",
  ],
  journal: [
    "journal",
    "journalbook",
    "journaltitle",
    "journalname",
    "sourcetitle",
    "publicationtitle",
    "publicationname",
    "publication",
    "secondarytitle",
    "containertitle",
    "publishedin",
    "jo",
    "jf",
    "t2",
    "so",
    "source",
    "venue",
    "booktitle",
    "alternatetitle1",
  ],
  doi: [
    "doi",
    "itemdoi",
    "doilink",
    "digitalobjectidentifier",
    "do",
    "electronicresourcenum",
    "di",
  ],
  pmid: ["pmid", "pubmedid", "medlinepmid", "pubmed", "pm", "pubmedpmid"],
  volume: ["volume", "vol", "journalvolume", "vl"],
  issue: ["issue", "number", "journalissue", "issuenumber", "is"],
  pages: ["pages", "pagination", "pagerange", "page", "pg"],
  startPage: ["startpage", "pagestart", "sp", "beginningpage", "firstpage"],
  endPage: ["endpage", "pageend", "ep", "endingpage", "lastpage"],
  keywords: [
    "keywords",
    "authorkeywords",
    "keyword",
    "kw",
    "indexkeywords",
    "meshterms",
    "manualtags",
  ],
  language: ["language", "languageoforiginaldocument", "la"],
  url: ["url", "urls", "link", "openurllink", "ur", "weblink", "fulltexturl"],
  type: [
    "typeofreference",
    "referencetype",
    "documenttype",
    "publicationtype",
    "itemtype",
    "contenttype",
    "ty",
    "type",
    "category",
    "entrytype",
  ],
  label: [
    "labelincluded",
    "includedlabel",
    "finalincluded",
    "includedfinal",
    "included",
    "include",
    "includedflag",
    "labels",
    "label",
    "asreviewlabel",
    "screeninglabel",
    "fulltextincluded",
    "decision",
  ],
} as const;

type Field = keyof typeof synonyms;
export type Columns = { names: string[]; at: Partial<Record<Field, number>>; carried: Set<number> };

function fold(name: string): string {
  return name
    .replace(/^\ufeff/, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "");
}

/** Finds the columns; undefined when the row is no header of a reference table. */
export function columnsOf(header: string[]): Columns | undefined {
  const folded = header.map(fold);
  const at: Partial<Record<Field, number>> = {};
  for (const [field, names] of Object.entries(synonyms) as [Field, readonly string[]][]) {
    for (const name of names) {
      const index = folded.indexOf(name);
      if (index >= 0) {
        at[field] = index;
        break;
      }
    }
  }
  if (
    at.title === undefined &&
    at.abstract === undefined &&
    at.doi === undefined &&
    at.pmid === undefined
  )
    return undefined;
  const names = header.map((name) => name.replace(/^\ufeff/, "").trim());
  return { names, at, carried: new Set(Object.values(at)) };
}

/** One row as a record, or undefined when it says nothing. */
export function rowRecord(
  columns: Columns,
  values: string[],
  line: number,
): ImportedRecord | undefined {
  const raw = (field: Field): string => {
    const index = columns.at[field];
    return index === undefined ? "" : (values[index] ?? "").trim();
  };
  const record = emptyRecord(line);
  record.title = cleanLine(raw("title"));
  record.abstract = cleanText(raw("abstract"));
  record.authors = splitNames(springer(columns) ? unglue(raw("authors")) : raw("authors"));
  record.doi = normaliseDoi(raw("doi")) || normaliseDoi(raw("url"));
  record.pmid = normalisePmid(raw("pmid"));
  const source = raw("journal");
  const embase =
    /^(.*?)\s*\((\d{4})\)\s*(?:(\S+?)(?::(\S+?))?\s*)?\(([^)]*)\)\.?\s*(?:Date of Publication.*)?$/.exec(
      source,
    );
  record.journal = cleanLine(embase ? (embase[1] ?? "") : source);
  record.year = normaliseYear(raw("year")) ?? (embase ? normaliseYear(embase[2] ?? "") : null);
  if (!saysSomething(record)) return undefined;
  const set = (
    field: "id" | "volume" | "issue" | "pages" | "language" | "url" | "type",
    value: string | undefined,
  ): void => {
    if (value) record[field] = value;
  };
  set("id", raw("id"));
  set("volume", raw("volume") || embase?.[3]);
  set("issue", raw("issue") || embase?.[4]);
  const pages =
    raw("pages") || (raw("endPage") ? `${raw("startPage")}-${raw("endPage")}` : raw("startPage"));
  set("pages", pages || embase?.[5]);
  set("language", raw("language"));
  set("url", raw("url"));
  set("type", raw("type"));
  const keywords = splitList(raw("keywords"));
  if (keywords.length > 0) record.keywords = keywords;
  const label = labelOf(raw("label"));
  if (label !== undefined) record.label = label;
  keepRest(record, columns, values, label === undefined);
  return record;
}

function keepRest(
  record: ImportedRecord,
  columns: Columns,
  values: string[],
  keepLabel: boolean,
): void {
  for (const [index, name] of columns.names.entries()) {
    const value = (values[index] ?? "").trim();
    if (value === "" || (columns.carried.has(index) && !(keepLabel && index === columns.at.label)))
      continue;
    record.extra[name || `column ${index + 1}`] = [value];
  }
}

/** Python and JSON lists are met in tables that data-frame libraries wrote. */
function listLiteral(text: string): string[] | undefined {
  if (!text.startsWith("[") || !text.endsWith("]")) return undefined;
  const items = [...text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map(
    ([, single, double]) => (single ?? double ?? "").replaceAll(/\\(.)/g, "$1"),
  );
  return items.length > 0 ? items : undefined;
}

/** Authors of one cell. Semicolons part them for certain; commas only where the names have none inside. */
function splitNames(text: string): string[] {
  const clean = cleanLine(text);
  if (clean === "") return [];
  const parts = listLiteral(clean) ?? partNames(clean);
  return parts.map((name) => cleanLine(name).replace(/[,;]$/, "")).filter(Boolean);
}

function partNames(text: string): string[] {
  if (text.includes(";")) return text.split(/\s*;\s*/);
  if (text.includes("|")) return text.split(/\s*\|+\s*/);
  if (/\sand\s/i.test(text)) return text.split(/\s+(?:and|AND)\s+/);
  if (/\.,\s*[^\s,]+,\s/.test(text) || /^[^,]+,\s*(?:[A-Z]\.[\s-]?)+(?:$|,)/.test(text))
    return text.split(/(?<=\.),\s*/);
  const byComma = text.split(/\s*,\s*/);
  if (
    byComma.length === 2 &&
    !/\s/.test(byComma[0] ?? "") &&
    !/\s[A-Z]{1,3}\.?$/.test(byComma[0] ?? "")
  )
    return [text];
  return byComma.every((name) => /\s/.test(name.trim()))
    ? byComma.map((name) => name.replace(/\.$/, (dot) => (/\s[A-Z]{1,4}\.$/.test(name) ? "" : dot)))
    : [text];
}

/** Springer Link's own CSV writes "Andy SmithTom Weber" with nothing between two names. */
function springer(columns: Columns): boolean {
  return columns.names.includes("Item DOI") && columns.names.includes("Item Title");
}

function unglue(names: string): string {
  if (/[;|]/.test(names)) return names;
  const pieces: string[] = [];
  for (const piece of names.split(/(?<=\p{Ll})(?=\p{Lu})/u)) {
    if (piece.includes(" ") || pieces.length === 0) pieces.push(piece);
    else pieces[pieces.length - 1] += piece;
  }
  return pieces.join("; ");
}

function splitList(text: string): string[] {
  if (text === "") return [];
  return (listLiteral(text) ?? text.split(/\s*[;|]\s*/)).map(cleanLine).filter(Boolean);
}
