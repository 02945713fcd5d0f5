/** One review file: its protocol, records, reports and searches, on top of the ledger. */
import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { AppError } from "../../api/errors.ts";
import type { Criterion, ImportReport, Pico, SearchRun } from "../../api/schemas/review.ts";
import type { NewDecision } from "../../api/schemas/ledger.ts";
import type { SearchPlan } from "../../api/schemas/search.ts";
import { openDatabase, openLedger } from "../audit/ledger.ts";
import { annotating, annotationFromLines, textsIn } from "./annotations.ts";
import { countPrisma } from "./prisma.ts";
import { createRecordReader } from "./record-reader.ts";
import { formatVersion, reviewTables } from "./tables.ts";

/** What an importer hands over; `duplicateOf` points at an earlier record's id or an earlier index of the same batch. */
export type NewRecord = {
  title: string;
  abstract: string;
  authors: string[];
  year: number | null;
  journal: string;
  doi: string;
  pmid: string;
  source: string;
  extra: unknown;
};
/** A stored record with what de-duplication looks at, or a new one that has no id yet. */
export type KnownRecord = NewRecord & { id: number };
export type DuplicateOf = { ofId: number; reason: string };
/** Decides for each incoming record, in order, whether it repeats a known or an earlier incoming one. */
export type FindDuplicates = (
  known: KnownRecord[],
  incoming: KnownRecord[],
) => (DuplicateOf | null)[];

export type ReviewFile = ReturnType<typeof openReview>;

const emptyPico: Pico = {
  population: "",
  intervention: "",
  comparator: "",
  outcome: "",
  design: "",
};
const defaultReasons = [
  "Wrong population",
  "Wrong intervention",
  "Wrong comparator",
  "Wrong outcome",
  "Wrong study design",
  "Wrong publication type",
  "Duplicate",
];

export function openReview(
  path: string,
  options: { create?: { title: string; question: string } } = {},
) {
  const database = openDatabase(path);
  try {
    return reviewOn(database, path, options.create);
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function checkFormat(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
  const tables = Number(
    database.prepare("SELECT count(*) AS n FROM sqlite_master").get()?.["n"] ?? 0,
  );
  if (version > formatVersion) {
    throw new AppError(
      "badFile",
      `"${path}" was written by a newer Evidesk (format ${version}; this one reads ${formatVersion}).`,
    );
  }
  if (version === 0 && tables > 0)
    throw new AppError("badFile", `"${path}" is a database, but not an Evidesk review.`);
}

/** Review files of earlier builds lack columns that came later. */
function addColumn(database: DatabaseSync, table: string, column: string, type: string): void {
  const known = database.prepare(`PRAGMA table_info(${table})`).all();
  if (known.some((row) => row["name"] === column)) return;
  database.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
}

function reviewOn(
  database: DatabaseSync,
  path: string,
  create: { title: string; question: string } | undefined,
) {
  checkFormat(database, path);
  const ledger = openLedger(database);
  database.exec(reviewTables);
  addColumn(database, "searches", "translation", "TEXT NOT NULL DEFAULT ''");
  if (ledger.meta("id") === undefined) {
    if (create === undefined) throw new AppError("badFile", `"${path}" holds no review.`);
    ledger.transaction(() => {
      database.exec(`PRAGMA user_version = ${formatVersion}`);
      ledger.setMeta("id", randomUUID());
      ledger.setMeta("title", create.title);
      ledger.setMeta("question", create.question);
      ledger.record("user", "create", { title: create.title });
    });
  }
  const insertRecord = database.prepare(
    `INSERT INTO records(importId, title, abstract, authors, year, journal, doi, pmid, source, extra, duplicateOf, duplicateReason)
     VALUES (?,?,?,?,?,?,?,?,?,?,?,?) RETURNING id`,
  );

  const json = <T>(key: string, fallback: T): T => {
    const text = ledger.meta(key);
    return text === undefined ? fallback : (JSON.parse(text) as T);
  };

  function update(
    actor: string,
    change: {
      title?: string | undefined;
      question?: string | undefined;
      pico?: Pico | undefined;
      criteria?: Criterion[] | undefined;
      exclusionReasons?: string[] | undefined;
    },
  ): void {
    ledger.transaction(() => {
      for (const [key, value] of Object.entries(change)) {
        if (value === undefined) continue;
        ledger.setMeta(key, typeof value === "string" ? value : JSON.stringify(value));
      }
      ledger.record(actor, "update", JSON.parse(JSON.stringify(change)));
    });
  }

  const noPlan: SearchPlan = { blocks: [], filter: "none", edited: {} };
  /** A draft, kept without an audit entry: what was run is logged with its query. */
  function saveSearchPlan(plan: SearchPlan): SearchPlan {
    ledger.setMeta("searchPlan", JSON.stringify(plan));
    return plan;
  }

  function known(): KnownRecord[] {
    return ledger.all("SELECT * FROM records WHERE duplicateOf IS NULL ORDER BY id").map((row) => ({
      id: Number(row["id"]),
      title: String(row["title"]),
      abstract: "",
      authors: JSON.parse(String(row["authors"])),
      year: row["year"] === null ? null : Number(row["year"]),
      journal: String(row["journal"]),
      doi: String(row["doi"]),
      pmid: String(row["pmid"]),
      source: String(row["source"]),
      extra: null,
    }));
  }

  /** Adds one source's records in one transaction: all of it or, after a kill, none of it. */
  function importRecords(
    actor: string,
    source: { name: string; format: string; rejected: ImportReport["rejected"] },
    incoming: NewRecord[],
    findDuplicates: FindDuplicates,
  ): ImportReport {
    return ledger.transaction(() => {
      const first = Number(
        ledger.all("SELECT coalesce(max(id), 0) + 1 AS next FROM records")[0]?.["next"],
      );
      const numbered = incoming.map((record, index) => ({ ...record, id: first + index }));
      const verdicts = findDuplicates(known(), numbered);
      const duplicates = verdicts.filter((verdict) => verdict !== null).length;
      const report = {
        file: source.name,
        format: source.format,
        imported: incoming.length - duplicates,
        duplicates,
        rejected: source.rejected,
      };
      const added = database
        .prepare(
          "INSERT INTO imports(at, source, format, imported, duplicates, rejected) VALUES (?,?,?,?,?,?) RETURNING id",
        )
        .get(
          new Date().toISOString(),
          source.name,
          source.format,
          report.imported,
          duplicates,
          JSON.stringify(source.rejected),
        );
      // Tags and notes that an earlier export wrote come back as the importing person's.
      const annotations: NewDecision[] = [];
      for (const [index, record] of numbered.entries()) {
        const duplicate = verdicts[index] ?? null;
        const stored = insertRecord.get(
          Number(added?.["id"]),
          record.title,
          record.abstract,
          JSON.stringify(record.authors),
          record.year,
          record.journal,
          record.doi,
          record.pmid,
          record.source,
          JSON.stringify(record.extra ?? null),
          duplicate?.ofId ?? null,
          duplicate?.reason ?? null,
        );
        const annotation = annotationFromLines(textsIn(record.extra));
        if (annotation !== null && duplicate === null)
          annotations.push(annotating(actor, String(stored?.["id"]), annotation));
      }
      ledger.decide(annotations);
      ledger.record(actor, "import", {
        source: source.name,
        format: source.format,
        imported: report.imported,
        duplicates,
        rejected: source.rejected.length,
      });
      return report;
    });
  }

  function attachReport(
    actor: string,
    recordId: string,
    report: { assetId: string; name: string; matchedBy: string },
  ): void {
    if (
      ledger.all("SELECT 1 FROM records WHERE id = ? AND duplicateOf IS NULL", Number(recordId))
        .length === 0
    ) {
      throw new AppError("notFound", `The review has no record ${recordId}.`, { recordId });
    }
    ledger.transaction(() => {
      database
        .prepare(
          "INSERT INTO reports(recordId, assetId, name, matchedBy, at) VALUES (?,?,?,?,?) ON CONFLICT(recordId) DO UPDATE SET assetId = excluded.assetId, name = excluded.name, matchedBy = excluded.matchedBy, at = excluded.at",
        )
        .run(
          Number(recordId),
          report.assetId,
          report.name,
          report.matchedBy,
          new Date().toISOString(),
        );
      ledger.record(actor, "attachReport", { recordId, ...report });
    });
  }

  function logSearch(actor: string, run: Omit<SearchRun, "id" | "at">): SearchRun {
    const stored = { ...run, id: randomUUID(), at: new Date().toISOString() };
    ledger.transaction(() => {
      database
        .prepare(
          "INSERT INTO searches(id, database, query, at, count, imported, translation) VALUES (?,?,?,?,?,?,?)",
        )
        .run(
          stored.id,
          run.database,
          run.query,
          stored.at,
          run.count,
          run.imported,
          run.translation,
        );
      ledger.record(actor, "search", { ...run });
    });
    return stored;
  }

  return {
    ledger,
    path,
    ...createRecordReader(ledger),
    liveCount: (): number =>
      Number(ledger.all("SELECT count(*) AS n FROM records WHERE duplicateOf IS NULL")[0]?.["n"]),
    /**
     * Changes when records are added or edited; they are never removed, and a duplicate is one from the start. Asked
     * for at every decision, so it reads no record.
     */
    recordsVersion: (): string =>
      `${Number(ledger.all("SELECT max(id) AS last FROM records")[0]?.["last"] ?? 0)}:${ledger.meta("recordEdits") ?? 0}`,
    id: (): string => ledger.meta("id") ?? "",
    protocol: () => ({
      title: ledger.meta("title") ?? "",
      question: ledger.meta("question") ?? "",
      pico: json("pico", emptyPico),
      criteria: json<Criterion[]>("criteria", []),
      exclusionReasons: json("exclusionReasons", defaultReasons),
    }),
    update,
    importRecords,
    attachReport,
    logSearch,
    searchPlan: (): SearchPlan => json("searchPlan", noPlan),
    saveSearchPlan,
    reports: () =>
      ledger.all("SELECT * FROM reports ORDER BY recordId").map((row) => ({
        recordId: String(row["recordId"]),
        assetId: String(row["assetId"]),
        name: String(row["name"]),
        matchedBy: String(row["matchedBy"]),
        at: String(row["at"]),
      })),
    searches: (): SearchRun[] =>
      ledger.all("SELECT * FROM searches ORDER BY at").map((row) => ({
        id: String(row["id"]),
        database: String(row["database"]),
        query: String(row["query"]),
        translation: String(row["translation"]),
        at: String(row["at"]),
        count: Number(row["count"]),
        imported: Number(row["imported"]),
      })),
    prisma: () => countPrisma(ledger, json("exclusionReasons", defaultReasons)),
    /** Writes a consistent copy, compacted, to a path that must not exist yet. */
    copyTo: (target: string): void => {
      database.prepare("VACUUM INTO ?").run(target);
    },
    close: ledger.close,
  };
}
