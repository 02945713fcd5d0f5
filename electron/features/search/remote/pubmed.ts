/** PubMed through NCBI E-utilities: esearch with the history server, efetch as XML in batches. */
import { AppError } from "../../../api/errors.ts";
import { parseReferences } from "../parse.ts";
import type { Counted, Database, Fetched, FetchOptions, FetchState } from "./database.ts";
import { splitDates, type DateRange } from "./date-ranges.ts";
import { BrokenBody, createPace, requestText, type Fetch, type Requesting } from "./request.ts";

const pubmedAddress = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/";
/** The history server hands out only the first 9,999 hits of a search; larger ones are parted by date. */
const historyCeiling = 9999;
const batchSize = 200;

export type PubmedOptions = {
  fetch: Fetch;
  address?: string;
  apiKey?: string;
  email?: string;
  /** Milliseconds between requests; by default 3 a second, 10 with a key, as NCBI asks. */
  interval?: number;
  backoff?: number[];
  /** The last day to search, for partition by date. */
  today?: Date;
};

type Found = Counted & { webEnv: string; queryKey: string };
/** One search on the history server, and how many of its records were fetched. */
type Part = { range: DateRange | undefined; found: Found | undefined; done: number };
type Cursor = { counted: Counted; parts: Part[] };

export function createPubmed(options: PubmedOptions): Database {
  const { fetch, address = pubmedAddress, apiKey, email } = options;
  const requesting: Requesting = {
    fetch,
    service: "PubMed",
    pace: createPace(options.interval ?? (apiKey ? 100 : 334)),
    ...(options.backoff ? { backoff: options.backoff } : {}),
  };
  const identity = {
    tool: "evidesk",
    ...(email ? { email } : {}),
    ...(apiKey ? { api_key: apiKey } : {}),
  };

  function search(
    query: string,
    range: DateRange | undefined,
    signal: AbortSignal,
  ): Promise<Found> {
    const form = new URLSearchParams({
      db: "pubmed",
      term: query,
      retmax: "0",
      retmode: "json",
      usehistory: "y",
      ...identity,
    });
    if (range !== undefined) {
      form.set("datetype", "edat");
      form.set("mindate", range.from);
      form.set("maxdate", range.to);
    }
    return requestText(requesting, { url: `${address}esearch.fcgi`, form }, signal, readSearch);
  }

  async function count(query: string, signal: AbortSignal): Promise<Counted> {
    const { count: hits, translation, warnings } = await search(query, undefined, signal);
    return { count: hits, translation, warnings };
  }

  async function begin(query: string, signal: AbortSignal): Promise<Cursor> {
    const whole = await search(query, undefined, signal);
    const counted = {
      count: whole.count,
      translation: whole.translation,
      warnings: whole.warnings,
    };
    if (whole.count <= historyCeiling)
      return { counted, parts: [{ range: undefined, found: whole, done: 0 }] };
    const ranges = await splitDates(
      async (range) => (await search(query, range, signal)).count,
      historyCeiling,
      options.today ?? new Date(),
    );
    return { counted, parts: ranges.map((range) => ({ range, found: undefined, done: 0 })) };
  }

  async function fetchBatch(
    found: Found,
    start: number,
    state: FetchState,
    signal: AbortSignal,
  ): Promise<void> {
    const wanted = Math.min(batchSize, found.count - start);
    const form = new URLSearchParams({
      db: "pubmed",
      WebEnv: found.webEnv,
      query_key: found.queryKey,
      retstart: String(start),
      retmax: String(wanted),
      retmode: "xml",
      ...identity,
    });
    const { records, rejected } = await requestText(
      requesting,
      { url: `${address}efetch.fcgi`, form },
      signal,
      (body) => readBatch(body, start),
    );
    state.records.push(...records);
    state.rejected.push(
      ...rejected.map(({ reason }) => ({ file: "PubMed", line: start + 1, reason })),
    );
  }

  async function fetchAll(
    query: string,
    { signal, state, progress }: FetchOptions,
  ): Promise<Fetched> {
    const cursor = isCursor(state.cursor) ? state.cursor : await begin(query, signal);
    state.cursor = cursor;
    const total = cursor.counted.count;
    progress(state.records.length, total);
    for (const part of cursor.parts) {
      part.found ??= await search(query, part.range, signal);
      while (part.done < part.found.count) {
        signal.throwIfAborted();
        await fetchBatch(part.found, part.done, state, signal).catch((thrown: unknown) => {
          // The history server forgets a search after some hours: a later try must search anew.
          if (thrown instanceof AppError && isRefusal(thrown)) part.found = undefined;
          throw thrown;
        });
        part.done = Math.min(part.found.count, part.done + batchSize);
        progress(state.records.length, total);
      }
    }
    return { ...cursor.counted, records: state.records, rejected: state.rejected };
  }

  return { name: "PubMed", format: "PubMed XML", count, fetchAll };
}

function isCursor(value: unknown): value is Cursor {
  return typeof value === "object" && value !== null && "parts" in value && "counted" in value;
}

function isRefusal(error: AppError): boolean {
  return typeof error.data === "object" && error.data !== null && "status" in error.data;
}

function readSearch(body: string): Found {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new BrokenBody("PubMed's answer to the search breaks off");
  }
  const result = field(parsed, "esearchresult");
  const error = field(result, "ERROR") ?? field(parsed, "error");
  if (error !== undefined)
    throw new AppError("network", `PubMed could not run the search: ${JSON.stringify(error)}.`, {
      query: error,
    });
  const count = Number(field(result, "count"));
  if (!Number.isInteger(count))
    throw new BrokenBody("PubMed's answer to the search holds no count");
  const missed = strings(field(field(result, "errorlist"), "phrasesnotfound")).map(
    (phrase) => `PubMed knows no "${phrase}".`,
  );
  const ignored = [
    ...strings(field(field(result, "warninglist"), "phrasesignored")),
    ...strings(field(field(result, "warninglist"), "outputmessages")),
  ].map((text) => `PubMed: ${text}`);
  return {
    count,
    translation: String(field(result, "querytranslation") ?? ""),
    warnings: [...missed, ...ignored],
    webEnv: String(field(result, "webenv") ?? ""),
    queryKey: String(field(result, "querykey") ?? ""),
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** An answer that breaks off inside the XML is asked for again; one that holds an error is not. */
async function readBatch(body: string, start: number) {
  if (!/<\/Pubmed(?:Article|BookArticle)Set>\s*$/.test(body)) {
    const error = /<ERROR>([^<]*)<\/ERROR>/i.exec(body)?.[1];
    if (error !== undefined)
      throw new AppError(
        "network",
        `PubMed could not hand out the records from ${start + 1} on: ${error}.`,
        { status: 400 },
      );
    throw new BrokenBody(`the records from ${start + 1} on break off`);
  }
  if (!/<Pubmed(?:Book)?Article[\s>]/.test(body)) return { records: [], rejected: [] };
  return parseReferences(Buffer.from(body), { fileName: "PubMed" });
}
