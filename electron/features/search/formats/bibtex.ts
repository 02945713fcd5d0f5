/** BibTeX and BibLaTeX: braces, quotes, @string macros, # concatenation, TeX accents, crossref. */
import {
  cleanLine,
  cleanText,
  labelOf,
  normaliseDoi,
  normalisePmid,
  normaliseYear,
} from "../normalise.ts";
import {
  emptyRecord,
  saysSomething,
  type ImportedRecord,
  type LineReader,
  type Sink,
} from "../record.ts";
import { splitAtDepthZero, untex } from "./tex.ts";

type Entry = { type: string; key: string; fields: Map<string, string>; line: number };

/** Entries begin with `@type{` at the start of a line and end where their braces balance. */
export function openBibtex(sink: Sink): LineReader {
  const macros = new Map<string, string>(
    "jan feb mar apr may jun jul aug sep oct nov dec".split(" ").map((month) => [month, month]),
  );
  const entries: Entry[] = [];
  let held: string[] = [];
  let start = 0;
  let depth = 0;
  let length = 0;

  function close(): void {
    const text = held.join("\n");
    const at = start;
    held = [];
    start = 0;
    depth = 0;
    length = 0;
    const entry = parseEntry(text, macros, at);
    if (entry === undefined) return;
    if (typeof entry === "string") sink.reject(at, entry);
    else entries.push(entry);
  }

  /** An entry whose last line is a lone brace is whole though a field inside has a brace too many. */
  function closeUnbalanced(reason: string): void {
    const lines = held;
    const at = start;
    held = [];
    start = 0;
    depth = 0;
    length = 0;
    const whole = lines.findLast((line) => line.trim() !== "")?.trim() === "}";
    const entry = whole ? entryByLines(lines, at) : undefined;
    if (entry === undefined) sink.reject(at, reason);
    else entries.push(entry);
  }

  return {
    line(text, number) {
      const opens = /^\s*@\s*([A-Za-z]+)\s*[{(]/.exec(text);
      if (
        opens !== null &&
        start > 0 &&
        /^\s*@\s*[A-Za-z]+\s*[{(]\s*[^\s,{}="]*\s*,?\s*$/.test(text)
      ) {
        closeUnbalanced(
          `The entry's braces are not closed before the next entry (line ${number}).`,
        );
      }
      if (start === 0) {
        if (opens === null) return;
        start = number;
      }
      held.push(text);
      length += text.length;
      depth += braceBalance(text);
      if (depth <= 0 && (text.includes("}") || text.includes(")"))) close();
      else if (length > 4_000_000) {
        sink.reject(start, "The entry is longer than 4,000,000 characters.");
        held = [];
        start = 0;
        depth = 0;
        length = 0;
      }
    },
    overlong(number, characters) {
      sink.reject(
        start || number,
        `Line ${number} has ${characters} characters; the longest line read is 4,000,000.`,
      );
      held = [];
      start = 0;
      depth = 0;
    },
    end() {
      if (start > 0) closeUnbalanced("The file ends inside this entry: its braces are not closed.");
      const byKey = new Map(entries.map((entry) => [entry.key.toLowerCase(), entry]));
      for (const entry of entries) {
        const record = bibRecord(inherit(entry, byKey), entry.line);
        if (saysSomething(record)) sink.record(record);
        else sink.reject(entry.line, "The entry has no title, abstract, authors, DOI or PMID.");
      }
    },
  };
}

function braceBalance(text: string): number {
  let balance = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 92) at += 1;
    else if (code === 123) balance += 1;
    else if (code === 125) balance -= 1;
  }
  return balance;
}

/** The entry, undefined for comments and macros, or what is wrong. */
function parseEntry(
  text: string,
  macros: Map<string, string>,
  line: number,
): Entry | undefined | string {
  const head = /^\s*@\s*([A-Za-z]+)\s*[{(]\s*/.exec(text);
  if (head === null) return "The entry does not begin with @type{.";
  const type = (head[1] ?? "").toLowerCase();
  if (type === "comment" || type === "preamble") return undefined;
  const body = text.slice(head[0].length).replace(/[)}]\s*,?\s*$/, "");
  const parts = splitAtDepthZero(body, ",");
  if (type === "string") {
    for (const part of parts) {
      const cut = part.indexOf("=");
      if (cut > 0)
        macros.set(part.slice(0, cut).trim().toLowerCase(), valueOf(part.slice(cut + 1), macros));
    }
    return undefined;
  }
  const first = parts[0] ?? "";
  const key = first.includes("=") ? "" : first.trim();
  const fields = new Map<string, string>();
  for (const part of first.includes("=") ? parts : parts.slice(1)) {
    const cut = part.indexOf("=");
    if (cut < 0) continue;
    const name = part.slice(0, cut).trim().toLowerCase();
    if (name !== "" && !fields.has(name)) fields.set(name, valueOf(part.slice(cut + 1), macros));
  }
  if (fields.size === 0) return `The entry "${key}" has no fields.`;
  return { type, key, fields, line };
}

/** The fields of an entry that stand on one line each, whatever its braces. */
function entryByLines(lines: string[], line: number): Entry | undefined {
  const head = /^\s*@\s*([A-Za-z]+)\s*[{(]\s*([^\s,]*)/.exec(lines[0] ?? "");
  const fields = new Map<string, string>();
  for (const text of lines.slice(1)) {
    const field = /^\s*([A-Za-z][\w.-]*)\s*=\s*[{"](.*)[}"],?\s*$/.exec(text);
    if (field) fields.set((field[1] ?? "").toLowerCase(), field[2] ?? "");
  }
  if (head === null || fields.size === 0) return undefined;
  return { type: (head[1] ?? "").toLowerCase(), key: head[2] ?? "", fields, line };
}

function valueOf(raw: string, macros: Map<string, string>): string {
  return splitAtDepthZero(raw, "#")
    .map((piece) => {
      const text = piece.trim();
      if (
        (text.startsWith("{") && text.endsWith("}")) ||
        (text.startsWith('"') && text.endsWith('"') && text.length > 1)
      )
        return text.slice(1, -1);
      return macros.get(text.toLowerCase()) ?? text;
    })
    .join("");
}

function inherit(entry: Entry, byKey: Map<string, Entry>): Entry {
  const parent = byKey.get((entry.fields.get("crossref") ?? "").toLowerCase());
  if (parent === undefined || parent === entry) return entry;
  const fields = new Map(entry.fields);
  for (const [name, value] of parent.fields) {
    if (name === "title" && !fields.has("booktitle")) fields.set("booktitle", value);
    else if (!fields.has(name) && name !== "author" && name !== "doi") fields.set(name, value);
  }
  return { ...entry, fields };
}

const carried = new Set([
  "title",
  "abstract",
  "author",
  "year",
  "journal",
  "journaltitle",
  "doi",
  "pmid",
  "volume",
  "number",
  "issue",
  "pages",
  "keywords",
  "language",
  "url",
]);

function bibRecord({ type, key, fields }: Entry, line: number): ImportedRecord {
  const record = emptyRecord(line);
  const raw = (...names: string[]): string =>
    names.map((name) => fields.get(name) ?? "").find((value) => value !== "") ?? "";
  const text = (...names: string[]): string => cleanLine(untex(raw(...names)));
  record.title = text("title");
  const subtitle = text("subtitle");
  if (subtitle && !record.title.includes(subtitle)) record.title += `: ${subtitle}`;
  if (record.title === "") record.title = text("booktitle", "chapter");
  record.abstract = cleanText(untex(raw("abstract")).replaceAll(/\n(?!\s*\n)\s*/g, " "));
  record.authors = bibNames(raw("author") || raw("editor"));
  record.year =
    normaliseYear(text("year")) ?? normaliseYear(text("date", "issued", "publicationdate"));
  record.journal = text(
    "journal",
    "journaltitle",
    "booktitle",
    "fjournal",
    "journal-abbreviation",
    "shortjournal",
  );
  if (record.journal === record.title) record.journal = "";
  record.doi =
    normaliseDoi(
      raw("doi")
        .replaceAll(/\\([_%&#])/g, "$1")
        .replaceAll(/[{}]/g, ""),
    ) || normaliseDoi(raw("url", "ee"));
  record.pmid =
    normalisePmid(text("pmid", "pubmed", "colrev.pubmed.pubmedid")) ||
    (/pubmed/i.test(text("eprinttype", "archiveprefix")) ? normalisePmid(text("eprint")) : "");
  if (key) record.id = key;
  record.type = type;
  const set = (field: "volume" | "issue" | "pages" | "language" | "url", value: string): void => {
    if (value) record[field] = value;
  };
  set("volume", text("volume"));
  set("issue", text("number", "issue"));
  set("pages", text("pages").replaceAll(/-{2,}/g, "-"));
  set("language", text("language", "langid"));
  set("url", raw("url").replaceAll(/\\([_%&#])/g, "$1"));
  const keywords = text("keywords", "keyword", "author_keywords")
    .split(/\s*[;,]\s*/)
    .filter(Boolean);
  if (keywords.length > 0) record.keywords = keywords;
  const label = labelOf(text("label_included", "included"));
  if (label !== undefined) record.label = label;
  for (const [name, value] of fields)
    if (!carried.has(name)) record.extra[name] = [cleanText(untex(value))];
  return record;
}

/** Names parted by `and` outside braces, written "Family, Given"; a braced whole is a group's name. */
function bibNames(raw: string): string[] {
  if (raw.trim() === "") return [];
  return splitAtDepthZero(raw.replaceAll(/\s+/g, " "), " and ")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name.toLowerCase() !== "others")
    .map((name) => {
      if (name.startsWith("{") && name.endsWith("}") && splitAtDepthZero(name, " ").length === 1)
        return cleanLine(untex(name));
      const parts = splitAtDepthZero(name, ",").map((part) => cleanLine(untex(part)));
      if (parts.length === 1) return givenFirst(name);
      if (parts.length >= 3)
        return `${parts[0] ?? ""}, ${parts.slice(2).join(", ")}, ${parts[1] ?? ""}`;
      return parts[1] ? `${parts[0] ?? ""}, ${parts[1]}` : (parts[0] ?? "");
    })
    .filter(Boolean);
}

/** "Ludwig van Beethoven" → "van Beethoven, Ludwig": lower-case words open the family name. */
function givenFirst(name: string): string {
  const words = splitAtDepthZero(name, " ")
    .map((word) => cleanLine(untex(word)))
    .filter(Boolean);
  if (words.length < 2) return words[0] ?? "";
  const particle = words.findIndex(
    (word, index) => index > 0 && index < words.length - 1 && /^\p{Ll}/u.test(word),
  );
  const cut = particle > 0 ? particle : words.length - 1;
  return `${words.slice(cut).join(" ")}, ${words.slice(0, cut).join(" ")}`;
}
