/** CSL-JSON, as Zotero and citation processors write it. The whole file is one JSON value, so it has a ceiling. */
import { cleanLine, cleanText, normaliseDoi, normalisePmid, normaliseYear } from "../normalise.ts";
import { emptyRecord, saysSomething, type ImportedRecord, type Sink } from "../record.ts";
import type { TextReader } from "./xml-records.ts";

const ceiling = 200_000_000;

export function openCslJson(sink: Sink): TextReader {
  let pieces: string[] = [];
  let length = 0;
  return {
    text(chunk) {
      length += chunk.length;
      if (length <= ceiling) pieces.push(chunk);
      else pieces = [];
    },
    end() {
      if (length > ceiling)
        return sink.reject(
          1,
          `The JSON has ${length} characters; at most ${ceiling} are read at once.`,
        );
      let value: unknown;
      try {
        value = JSON.parse(pieces.join(""));
      } catch (thrown) {
        return sink.reject(
          1,
          `The JSON cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
        );
      }
      const items = Array.isArray(value) ? value : itemsOf(value);
      for (const [index, item] of items.entries()) {
        const record = isObject(item) ? cslRecord(item) : undefined;
        if (record !== undefined && saysSomething(record)) sink.record(record);
        else sink.reject(1, `Item ${index + 1} has no title, abstract, authors, DOI or PMID.`);
      }
    },
  };
}

type Item = Record<string, unknown>;

function isObject(value: unknown): value is Item {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function itemsOf(value: unknown): unknown[] {
  if (!isObject(value)) return [];
  const list = value["items"] ?? value["references"] ?? value["records"];
  return Array.isArray(list) ? list : [value];
}

const carried = new Set([
  "id",
  "type",
  "title",
  "abstract",
  "author",
  "issued",
  "container-title",
  "DOI",
  "PMID",
  "volume",
  "issue",
  "page",
  "language",
  "URL",
]);

function cslRecord(item: Item): ImportedRecord {
  const record = emptyRecord(1);
  const text = (...names: string[]): string => {
    for (const name of names) {
      const value = Array.isArray(item[name]) ? item[name][0] : item[name];
      if (typeof value === "string" || typeof value === "number") return cleanLine(String(value));
    }
    return "";
  };
  record.title = text("title");
  record.abstract = typeof item["abstract"] === "string" ? cleanText(item["abstract"]) : "";
  record.authors = names(item["author"] ?? item["authors"] ?? item["editor"]);
  record.year = issuedYear(item["issued"]) ?? normaliseYear(text("year", "date"));
  record.journal = text("container-title", "journal");
  record.doi = normaliseDoi(text("DOI", "doi"));
  record.pmid =
    normalisePmid(text("PMID", "pmid")) || (/PMID:?\s*(\d+)/.exec(text("note"))?.[1] ?? "");
  const set = (
    field: "id" | "type" | "volume" | "issue" | "pages" | "language" | "url",
    value: string,
  ): void => {
    if (value) record[field] = value;
  };
  set("id", text("id"));
  set("type", text("type"));
  set("volume", text("volume"));
  set("issue", text("issue"));
  set("pages", text("page", "pages"));
  set("language", text("language"));
  set("url", text("URL", "url"));
  for (const [name, value] of Object.entries(item)) {
    if (!carried.has(name))
      record.extra[name] = [typeof value === "string" ? value : JSON.stringify(value)];
  }
  return record;
}

function names(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((name: unknown) => {
    if (typeof name === "string") return [cleanLine(name)];
    if (!isObject(name)) return [];
    const part = (key: string): string =>
      typeof name[key] === "string" ? cleanLine(name[key]) : "";
    const family = [part("non-dropping-particle") || part("dropping-particle"), part("family")]
      .filter(Boolean)
      .join(" ");
    const given = [part("given"), part("suffix")].filter(Boolean).join(", ");
    return [family ? (given ? `${family}, ${given}` : family) : part("literal")].filter(Boolean);
  });
}

function issuedYear(issued: unknown): number | null {
  if (!isObject(issued)) return typeof issued === "string" ? normaliseYear(issued) : null;
  const parts = issued["date-parts"];
  if (Array.isArray(parts) && Array.isArray(parts[0]))
    return normaliseYear(String(parts[0][0] ?? ""));
  const literal = issued["raw"] ?? issued["literal"];
  return typeof literal === "string" ? normaliseYear(literal) : null;
}
