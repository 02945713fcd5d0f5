/** ClinicalTrials.gov API v2: pages of registered studies, each a record for screening. */
import { cleanLine, cleanText, normaliseYear } from "../normalise.ts";
import { emptyRecord, type ImportedRecord } from "../record.ts";
import type { Counted, Database, Fetched, FetchOptions } from "./database.ts";
import { jsonField as field, jsonText as text, readJson } from "./json.ts";
import { createPace, requestText, type Fetch, type Requesting } from "./request.ts";

const ctgovAddress = "https://clinicaltrials.gov/api/v2/";
const pageSize = 500;

type Cursor = { token: string; counted: Counted; finished: boolean };

export function createCtgov({
  fetch,
  address = ctgovAddress,
  interval = 1300,
  backoff,
}: {
  fetch: Fetch;
  address?: string;
  interval?: number;
  backoff?: number[];
}): Database {
  const requesting: Requesting = {
    fetch,
    service: "ClinicalTrials.gov",
    pace: createPace(interval),
    ...(backoff ? { backoff } : {}),
  };

  function page(query: string, token: string, size: number, signal: AbortSignal): Promise<unknown> {
    const search = new URLSearchParams({
      "query.term": query,
      pageSize: String(size),
      countTotal: "true",
      format: "json",
      ...(token ? { pageToken: token } : {}),
    });
    return requestText(requesting, { url: `${address}studies?${search}` }, signal, readJson);
  }

  async function fetchAll(
    query: string,
    { signal, state, progress }: FetchOptions,
  ): Promise<Fetched> {
    const cursor: Cursor = isCursor(state.cursor)
      ? state.cursor
      : { token: "", counted: { count: 0, translation: "", warnings: [] }, finished: false };
    state.cursor = cursor;
    while (!cursor.finished) {
      const answer = await page(query, cursor.token, pageSize, signal);
      const total = field(answer, "totalCount");
      if (total !== undefined) cursor.counted = { ...cursor.counted, count: Number(total) };
      const studies = field(answer, "studies");
      for (const study of Array.isArray(studies) ? studies : [])
        state.records.push(toRecord(study, state.records.length + 1));
      cursor.token = text(field(answer, "nextPageToken"));
      cursor.finished = cursor.token === "";
      progress(state.records.length, cursor.counted.count);
    }
    return { ...cursor.counted, records: state.records, rejected: state.rejected };
  }

  return {
    name: "ClinicalTrials.gov",
    format: "ClinicalTrials.gov JSON",
    count: async (query, signal) => ({
      count: Number(field(await page(query, "", 1, signal), "totalCount") ?? 0),
      translation: "",
      warnings: [],
    }),
    fetchAll,
  };
}

function isCursor(value: unknown): value is Cursor {
  return typeof value === "object" && value !== null && "token" in value;
}

function toRecord(study: unknown, line: number): ImportedRecord {
  const protocol = field(study, "protocolSection");
  const identification = field(protocol, "identificationModule");
  const status = field(protocol, "statusModule");
  const description = field(protocol, "descriptionModule");
  const record = emptyRecord(line);
  const nct = text(field(identification, "nctId"));
  record.id = nct;
  record.type = "registry record";
  record.title = cleanLine(
    text(field(identification, "officialTitle")) || text(field(identification, "briefTitle")),
  );
  record.abstract = cleanText(
    [text(field(description, "briefSummary")), text(field(description, "detailedDescription"))]
      .filter(Boolean)
      .join("\n"),
  );
  record.year =
    normaliseYear(text(field(field(status, "startDateStruct"), "date"))) ??
    normaliseYear(text(field(field(status, "studyFirstPostDateStruct"), "date")));
  record.journal = "ClinicalTrials.gov";
  const sponsor = text(
    field(field(field(protocol, "sponsorCollaboratorsModule"), "leadSponsor"), "name"),
  );
  if (sponsor) record.authors = [sponsor];
  record.url = `https://clinicaltrials.gov/study/${nct}`;
  const conditions = field(field(protocol, "conditionsModule"), "conditions");
  if (Array.isArray(conditions)) record.keywords = conditions.map(text).filter(Boolean);
  record.extra["NCT"] = [nct];
  const state = text(field(status, "overallStatus"));
  if (state) record.extra["status"] = [state];
  return record;
}
