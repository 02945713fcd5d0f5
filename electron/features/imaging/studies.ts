/** The reads of this desk in one file: studies, series, turns of conversation, and the ledger they share with reviews. */
import { mkdirSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import { AppError } from "../../api/errors.ts";
import {
  attachedReportSchema,
  seriesSchema,
  type AttachedReport,
  turnSchema,
  type Series,
  type Study,
  type StudySummary,
  type Turn,
} from "../../api/schemas/imaging.ts";
import { openDatabase, openLedger } from "../audit/ledger.ts";
import { openReadFirst } from "./read-first.ts";
import { openEntries } from "./report/entries.ts";

const tables = `
CREATE TABLE IF NOT EXISTS studies(id TEXT PRIMARY KEY, name TEXT NOT NULL, at TEXT NOT NULL, sample INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS series(id TEXT PRIMARY KEY, studyId TEXT NOT NULL REFERENCES studies(id), about TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS turns(id INTEGER PRIMARY KEY, studyId TEXT NOT NULL REFERENCES studies(id), seriesId TEXT NOT NULL, about TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS attachedReports(id TEXT PRIMARY KEY, studyId TEXT NOT NULL REFERENCES studies(id), about TEXT NOT NULL) STRICT;
`;

export type Studies = ReturnType<typeof openStudies>;

export const seriesSubject = (studyId: string, seriesId: string): string =>
  `study:${studyId}/series:${seriesId}`;

const radiographs = ["CXR", "MG", "IO", "PX", "RF", "XA"];

/**
 * Studies of earlier builds do not say whether their sizes are known. Pictures never had any, and a DICOM
 * file without a pixel spacing was stored with 1 × 1 mm: such a series counts as unknown until it is
 * opened again. Earlier builds took a film's millimetres at the detector for those in the patient.
 */
export function settled(series: Series): Series {
  if (series.sizes !== undefined) return series;
  const bare = series.format === "DICOM" && series.spacing[0] === 1 && series.spacing[1] === 1;
  const unknown = bare || ["PNG", "JPEG", "TIFF"].includes(series.format);
  if (unknown) return { ...series, sizes: "unknown" };
  if (series.format !== "DICOM" || !radiographs.includes(series.modality))
    return { ...series, sizes: "known" };
  const note =
    "This film was opened by an earlier version, which did not note where its pixel spacing holds: lengths may be those at the detector, larger than in the patient. Open the file again.";
  return { ...series, sizes: "known", scale: { plane: "unstated", note } };
}

export function openStudies(path: string) {
  mkdirSync(dirname(path), { recursive: true });
  const database = openDatabase(path);
  const ledger = openLedger(database);
  database.exec(tables);
  const entries = openEntries(database, ledger);
  const readFirst = openReadFirst(ledger);

  function add(
    actor: string,
    study: { name: string; sample: boolean },
    images: Omit<Series, "id">[],
  ): string {
    const id = randomUUID();
    ledger.transaction(() => {
      database
        .prepare("INSERT INTO studies(id, name, at, sample) VALUES (?,?,?,?)")
        .run(id, study.name, new Date().toISOString(), study.sample ? 1 : 0);
      for (const image of images) insertSeries(id, image);
      ledger.record(actor, "openStudy", {
        studyId: id,
        series: images.map((image) => ({ pixels: image.pixels, sources: image.sources })),
      });
    });
    return id;
  }

  function insertSeries(studyId: string, image: Omit<Series, "id">): string {
    const id = randomUUID();
    database
      .prepare("INSERT INTO series(id, studyId, about) VALUES (?,?,?)")
      .run(id, studyId, JSON.stringify({ ...image, id }));
    return id;
  }

  /** A further series of a study that is open already. */
  function addSeries(actor: string, studyId: string, image: Omit<Series, "id">): string {
    return ledger.transaction(() => {
      const seriesId = insertSeries(studyId, image);
      ledger.record(actor, "openSeries", { studyId, seriesId, pixels: image.pixels });
      return seriesId;
    });
  }

  const images = (studyId: string): Series[] =>
    ledger
      .all("SELECT about FROM series WHERE studyId = ? ORDER BY rowid", studyId)
      .map((row) => settled(seriesSchema.parse(JSON.parse(String(row["about"])))));

  function summary(row: Record<string, unknown>): StudySummary {
    const id = String(row["id"]);
    const mine = images(id);
    const decided = new Set(
      [...ledger.latestDecisions("segment"), ...ledger.latestDecisions("classify")].map(
        (decision) => decision.suggestionId,
      ),
    );
    const suggestions = [
      ...ledger.suggestions("segment", `study:${id}/`),
      ...ledger.suggestions("classify", `study:${id}/`),
    ];
    return {
      id,
      name: String(row["name"]),
      at: String(row["at"]),
      series: mine.length,
      modalities: [...new Set(mine.map(({ modality }) => modality))],
      undecided: suggestions.filter((suggestion) => !decided.has(suggestion.id)).length,
      sample: row["sample"] === 1,
    };
  }

  function get(id: string): Study {
    const row = ledger.all("SELECT * FROM studies WHERE id = ?", id)[0];
    if (row === undefined) throw new AppError("notFound", `There is no study "${id}".`, { id });
    const prefix = `study:${id}/`;
    return {
      ...summary(row),
      images: images(id),
      withheld: false,
      reports: ledger
        .all("SELECT about FROM attachedReports WHERE studyId = ? ORDER BY rowid", id)
        .map((one) => attachedReportSchema.parse(JSON.parse(String(one["about"])))),
      turns: ledger
        .all("SELECT seriesId, about FROM turns WHERE studyId = ? ORDER BY id", id)
        .map((turn) => ({
          ...turnSchema.parse(JSON.parse(String(turn["about"]))),
          seriesId: String(turn["seriesId"]),
        })),
      suggestions: [
        ...ledger.suggestions("segment", prefix),
        ...ledger.suggestions("classify", prefix),
      ],
      decisions: [...ledger.decisions("segment"), ...ledger.decisions("classify")].filter(
        (decision) => decision.subject.startsWith(prefix),
      ),
    };
  }

  return {
    ledger,
    entries,
    readFirst,
    add,
    addSeries,
    get,
    list: (): StudySummary[] => ledger.all("SELECT * FROM studies ORDER BY at DESC").map(summary),
    image: (studyId: string, seriesId: string): Series => {
      const found = images(studyId).find((image) => image.id === seriesId);
      if (found === undefined)
        throw new AppError("notFound", `The study has no series "${seriesId}".`, {
          studyId,
          seriesId,
        });
      return found;
    },
    addTurns: (studyId: string, seriesId: string, turns: Turn[]): void => {
      for (const turn of turns)
        database
          .prepare("INSERT INTO turns(studyId, seriesId, about) VALUES (?,?,?)")
          .run(studyId, seriesId, JSON.stringify(turn));
    },
    addReport: (actor: string, studyId: string, report: Omit<AttachedReport, "id">): void => {
      const id = randomUUID();
      ledger.transaction(() => {
        database
          .prepare("INSERT INTO attachedReports(id, studyId, about) VALUES (?,?,?)")
          .run(id, studyId, JSON.stringify({ ...report, id }));
        ledger.record(actor, "attachReport", { studyId, file: report.file, sha256: report.asset });
      });
    },
    close: ledger.close,
  };
}
