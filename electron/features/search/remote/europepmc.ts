/** Europe PMC's REST search: pages of core records by cursor. */
import { cleanLine, cleanText, normaliseDoi, normaliseYear } from "../normalise.ts";
import { emptyRecord, saysSomething, type ImportedRecord } from "../record.ts";
import type { Counted, Database, Fetched, FetchOptions } from "./database.ts";
import { jsonField as field, jsonText as text, readJson } from "./json.ts";
import { createPace, requestText, type Fetch, type Requesting } from "./request.ts";

const europepmcAddress = "https://www.ebi.ac.uk/europepmc/webservices/rest/";
const pageSize = 1000;

type Cursor = { mark: string; counted: Counted; finished: boolean };

export function createEuropepmc({
  fetch,
  address = europepmcAddress,
  interval = 200,
  backoff,
}: {
  fetch: Fetch;
  address?: string;
  interval?: number;
  backoff?: number[];
}): Database {
  const requesting: Requesting = {
    fetch,
    service: "Europe PMC",
    pace: createPace(interval),
    ...(backoff ? { backoff } : {}),
  };

  async function page(
    query: string,
    mark: string,
    size: number,
    signal: AbortSignal,
  ): Promise<unknown> {
    const form = new URLSearchParams({
      query,
      resultType: size === 1 ? "idlist" : "core",
      format: "json",
      pageSize: String(size),
      cursorMark: mark,
      synonym: "false",
    });
    return requestText(requesting, { url: `${address}searchPOST`, form }, signal, readJson);
  }

  const countOf = (answer: unknown): Counted => ({
    count: Number(field(answer, "hitCount") ?? 0),
    translation: text(field(field(answer, "request"), "queryString")),
    warnings: [],
  });

  async function fetchAll(
    query: string,
    { signal, state, progress }: FetchOptions,
  ): Promise<Fetched> {
    const cursor: Cursor = isCursor(state.cursor)
      ? state.cursor
      : { mark: "*", counted: { count: 0, translation: "", warnings: [] }, finished: false };
    state.cursor = cursor;
    while (!cursor.finished) {
      const answer = await page(query, cursor.mark, pageSize, signal);
      cursor.counted = countOf(answer);
      const results = field(field(answer, "resultList"), "result");
      const list = Array.isArray(results) ? results : [];
      for (const [index, result] of list.entries()) {
        const record = toRecord(result, state.records.length + 1);
        if (saysSomething(record)) state.records.push(record);
        else
          state.rejected.push({
            file: "Europe PMC",
            line: state.records.length + index + 1,
            reason: "The record has no title, abstract, authors, DOI or PMID.",
          });
      }
      const next = text(field(answer, "nextCursorMark"));
      cursor.finished = list.length === 0 || next === "" || next === cursor.mark;
      cursor.mark = next;
      progress(state.records.length, cursor.counted.count);
    }
    return { ...cursor.counted, records: state.records, rejected: state.rejected };
  }

  return {
    name: "Europe PMC",
    format: "Europe PMC JSON",
    count: async (query, signal) => countOf(await page(query, "*", 1, signal)),
    fetchAll,
  };
}

function isCursor(value: unknown): value is Cursor {
  return typeof value === "object" && value !== null && "mark" in value;
}

function toRecord(result: unknown, line: number): ImportedRecord {
  const record = emptyRecord(line);
  const journal = field(result, "journalInfo");
  record.title = cleanLine(text(field(result, "title")));
  record.abstract = cleanText(text(field(result, "abstractText")));
  record.authors = authors(result);
  record.year = normaliseYear(text(field(result, "pubYear")));
  record.journal = text(field(field(journal, "journal"), "title"));
  record.doi = normaliseDoi(text(field(result, "doi")));
  record.pmid = text(field(result, "pmid"));
  record.id = `${text(field(result, "source"))}:${text(field(result, "id"))}`;
  const set = (name: "volume" | "issue" | "pages" | "language", value: string): void => {
    if (value !== "") record[name] = value;
  };
  set("volume", text(field(journal, "volume")));
  set("issue", text(field(journal, "issue")));
  set("pages", text(field(result, "pageInfo")));
  set("language", text(field(result, "language")));
  const types = field(field(result, "pubTypeList"), "pubType");
  if (Array.isArray(types)) record.extra["pubType"] = types.map(text);
  return record;
}

function authors(result: unknown): string[] {
  const list = field(field(result, "authorList"), "author");
  if (!Array.isArray(list))
    return text(field(result, "authorString")).replace(/\.$/, "").split(/,\s*/).filter(Boolean);
  return list
    .map((author: unknown) => {
      const family = text(field(author, "lastName"));
      const given = text(field(author, "firstName")) || text(field(author, "initials"));
      return family
        ? given
          ? `${family}, ${given}`
          : family
        : text(field(author, "collectiveName")) || text(field(author, "fullName"));
    })
    .filter(Boolean);
}
