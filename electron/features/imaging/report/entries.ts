/** Measurements, findings and reports of a study in its database: appended, never changed. */
import { randomUUID } from "node:crypto";
import { AppError } from "../../../api/errors.ts";
import {
  findingSchema,
  impressionSchema,
  measurementSchema,
  readLinkSchema,
  reportSchema,
  type Impression,
  type Measurement,
  type ReadLink,
  type ReaderFinding,
  type Report,
} from "../../../api/schemas/reading.ts";
import { heatMapSchema, type HeatMap } from "../../../api/schemas/heat-map.ts";
import type { openLedger } from "../../audit/ledger.ts";

type Ledger = ReturnType<typeof openLedger>;
type Database = Parameters<typeof openLedger>[0];
type Kind =
  | "measurement"
  | "finding"
  | "report"
  | "verify"
  | "link"
  | "impression"
  | "heatMap"
  | "remove";

const table = `
CREATE TABLE IF NOT EXISTS entries(sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, studyId TEXT NOT NULL REFERENCES studies(id), kind TEXT NOT NULL, about TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS entriesOfStudy ON entries(studyId);
`;

export function openEntries(database: Database, ledger: Ledger) {
  database.exec(table);

  function append(studyId: string, kind: Kind, about: Record<string, unknown> & { by: string }) {
    const id = typeof about["id"] === "string" ? about["id"] : randomUUID();
    const entry = { ...about, id, at: new Date().toISOString() };
    ledger.transaction(() => {
      database
        .prepare("INSERT INTO entries(id, studyId, kind, about) VALUES (?,?,?,?)")
        .run(id, studyId, kind, JSON.stringify(entry));
      ledger.record(about.by, kind, JSON.parse(JSON.stringify({ studyId, ...entry })));
    });
    return entry;
  }

  function of(studyId: string): {
    measurements: Measurement[];
    findings: ReaderFinding[];
    links: ReadLink[];
    impressions: Impression[];
    heatMaps: HeatMap[];
    report: Report | null;
  } {
    const rows = ledger
      .all("SELECT kind, about FROM entries WHERE studyId = ? ORDER BY sequence", studyId)
      .map((row) => ({
        kind: String(row["kind"]) as Kind,
        about: JSON.parse(String(row["about"])),
      }));
    const removed = new Set(
      rows.filter(({ kind }) => kind === "remove").map(({ about }) => String(about.id)),
    );
    const inForce = (kind: Kind): unknown[] =>
      rows.filter((row) => row.kind === kind && !removed.has(row.about.id)).map((row) => row.about);
    const last = inForce("report").at(-1);
    const report = last === undefined ? null : reportSchema.parse({ verified: null, ...last });
    const verified = rows.findLast(
      ({ kind, about }) => kind === "verify" && about.id === report?.id,
    );
    return {
      measurements: inForce("measurement").map((one) => measurementSchema.parse(one)),
      findings: inForce("finding").map((one) => findingSchema.parse(one)),
      links: inForce("link").map((one) => readLinkSchema.parse(one)),
      impressions: inForce("impression").map((one) => impressionSchema.parse(one)),
      heatMaps: inForce("heatMap").map((one) => heatMapSchema.parse(one)),
      report:
        report && verified
          ? { ...report, verified: { by: verified.about.name, at: verified.about.at } }
          : report,
    };
  }

  return {
    of,
    /** Links of every study to a review. */
    linksTo: (reviewId: string): ReadLink[] =>
      ledger
        .all("SELECT DISTINCT studyId FROM entries WHERE kind = 'link'")
        .flatMap((row) => of(String(row["studyId"])).links)
        .filter((link) => link.reviewId === reviewId),
    append,
    remove: (studyId: string, id: string, by: string): void => {
      const { measurements, findings, links } = of(studyId);
      if (![...measurements, ...findings, ...links].some((entry) => entry.id === id))
        throw new AppError("notFound", `The study has no measurement, finding or link "${id}".`, {
          id,
        });
      append(studyId, "remove", { id, by });
    },
  };
}
