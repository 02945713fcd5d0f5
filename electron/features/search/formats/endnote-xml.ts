/** EndNote XML, also as Zotero, Mendeley, Bookends and Citavi write it. */
import { labelOf, normaliseDoi, normalisePmid, normaliseYear } from "../normalise.ts";
import { emptyRecord, saysSomething, type ImportedRecord, type Sink } from "../record.ts";
import { childAt, childrenOf, textIn, type XmlNode } from "./xml-nodes.ts";
import { openXmlRecords, type TextReader } from "./xml-records.ts";

export function openEndnoteXml(sink: Sink): TextReader {
  return openXmlRecords(sink, ["record"], (element, line) => {
    const record = endnoteRecord(element, line);
    if (saysSomething(record)) sink.record(record);
    else sink.reject(line, "The record has no title, abstract, authors, DOI or PMID.");
  });
}

const carried = new Set([
  "contributors",
  "titles",
  "periodical",
  "keywords",
  "abstract",
  "dates",
  "volume",
  "number",
  "issue",
  "pages",
  "language",
  "rec-number",
  "foreign-keys",
  "source-app",
  "ref-type",
]);

function endnoteRecord(element: XmlNode, line: number): ImportedRecord {
  const record = emptyRecord(line);
  const at = (...path: string[]): string => textIn(childAt(element, ...path));
  record.title = at("titles", "title");
  record.abstract = at("abstract");
  const names = (group: string): string[] =>
    childrenOf(childAt(element, "contributors", group), "author")
      .map((name) => textIn(name).replace(/,$/, ""))
      .filter(Boolean);
  record.authors = names("authors");
  if (record.authors.length === 0) record.authors = names("secondary-authors");
  record.year = normaliseYear(at("dates", "year")) ?? normaliseYear(at("dates"));
  record.journal =
    at("titles", "secondary-title") ||
    at("periodical", "full-title") ||
    at("alt-periodical", "full-title") ||
    at("titles", "alt-title");
  const urls = ["related-urls", "text-urls", "web-urls", "pdf-urls"]
    .flatMap((kind) => childrenOf(childAt(element, "urls", kind), "url").map((url) => textIn(url)))
    .filter(Boolean);
  record.doi =
    normaliseDoi(at("electronic-resource-num")) ||
    normaliseDoi(urls.find((url) => url.includes("doi.org")) ?? "");
  record.pmid = endnotePmid(at, urls);
  const type = childAt(element, "ref-type")?.attributes["name"];
  if (type) record.type = type;
  fill(record, at, element, urls);
  for (const child of element.children) {
    const value = carried.has(child.name) || child.name === "#text" ? "" : textIn(child);
    if (value !== "") (record.extra[child.name] ??= []).push(value);
  }
  return record;
}

function fill(
  record: ImportedRecord,
  at: (...path: string[]) => string,
  element: XmlNode,
  urls: string[],
): void {
  const id = at("rec-number");
  if (id) record.id = id;
  const set = (field: "volume" | "issue" | "pages" | "language", value: string): void => {
    if (value !== "") record[field] = value;
  };
  set("volume", at("volume"));
  set("issue", at("number") || at("issue"));
  set("pages", at("pages"));
  set("language", at("language"));
  if (urls[0]) record.url = urls[0];
  const keywords = childrenOf(childAt(element, "keywords"), "keyword")
    .map((word) => textIn(word))
    .filter(Boolean);
  if (keywords.length > 0) record.keywords = keywords;
  const label = labelOf(at("label_included"));
  if (label !== undefined) record.label = label;
}

function endnotePmid(at: (...path: string[]) => string, urls: string[]): string {
  const number = at("accession-num");
  const source = `${at("remote-database-name")} ${at("remote-database-provider")} ${at("database")}`;
  if (/pubmed|medline|nlm/i.test(source) || /^\d{7,8}$/.test(number)) {
    const pmid = normalisePmid(number);
    if (pmid) return pmid;
  }
  const link = urls.find((url) => /pubmed/.test(url));
  return link ? normalisePmid(link) : "";
}
