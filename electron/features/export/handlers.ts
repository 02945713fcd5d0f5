/** Builds export files from a review's decisions and hands them over as assets. */
import { zipSync } from "fflate";
import type { HandlersFor } from "../../api/call.ts";
import { AppError } from "../../api/errors.ts";
import type { ReviewRecord } from "../../api/schemas/review.ts";
import { recordSubject } from "../../api/subjects.ts";
import type { exportContract, ExportFormat } from "../../api/schemas/export.ts";
import { sha256 } from "../audit/chain.ts";
import type { AssetStore } from "../review/assets.ts";
import { concealed, visibleTo } from "../review/blinding.ts";
import { bundleName, deciders, makeBundle } from "../review/bundle.ts";
import { cellOutcomesOf, settledCells } from "../review/cell-outcomes.ts";
import { outcomesOf } from "../review/outcomes.ts";
import type { Reviews } from "../review/reviews.ts";
import type { ReviewFile } from "../review/store.ts";
import { isBlinded, teamPlan } from "../review/team-plan.ts";
import { analysisOf, type Analysis } from "./analysis.ts";
import { armRows, leftOutRows, outcomeTables, revmanTables } from "./analysis-tables.ts";
import { characteristicsTable, unsettledRows, type ExportField } from "./cells.ts";
import { prismaRows, prismaSvg } from "./prisma-diagram.ts";
import { recordRows, toBibtex, toCslJson, toRis, type DecidedRecord } from "./references.ts";
import { characteristicsOf, toDocx } from "./word.ts";
import { provenanceRows, toCsv, toXlsx } from "./sheets.ts";

type Built = { name: string; type: string; content: string | Uint8Array };
export type ExportDependencies = {
  reviews: Reviews;
  assets: AssetStore;
  /** The extraction feature's fields of a review, in order. */
  fieldsOf: (file: ReviewFile) => ExportField[];
};

const risType = "application/x-research-info-systems";
const csvType = "text/csv; charset=utf-8";

export function createExportHandlers({
  reviews,
  assets,
  fieldsOf,
}: ExportDependencies): HandlersFor<typeof exportContract> {
  return {
    "export.create": async ({ reviewId, format, reviewer, archive }) => {
      const file = reviews.get(reviewId);
      const me = reviews.settings().reviewer;
      const parts = await build(file, format, { fields: fieldsOf(file), me, reviewer });
      const built = archive && parts.length > 1 ? [zipped(parts, archiveNames[format])] : parts;
      const files = [];
      for (const { name, type, content } of built) {
        const bytes = bytesOf(content);
        const info = await assets.put(bytes, { name, type });
        files.push({ assetId: info.id, name, bytes: bytes.byteLength });
      }
      file.ledger.record(reviews.settings().reviewer, "export", {
        format,
        files: files.map(({ name, assetId }) => ({ name, sha256: assetId })),
      });
      return { files, warnings: emptiness(file, format) };
    },
  };
}

const archiveNames: Partial<Record<ExportFormat, string>> = {
  csv: "characteristics-and-results",
  ris: "records",
  revman: "revman",
  bundle: "everything",
};

const bytesOf = (content: Built["content"]): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

function zipped(parts: Built[], name = "export"): Built {
  const files = Object.fromEntries(parts.map((part) => [part.name, bytesOf(part.content)]));
  return { name: `${name}.zip`, type: "application/zip", content: zipSync(files) };
}

/** Who exports, and whose decisions a bundle is to hold where the caller names one. */
type About = { fields: ExportField[]; me: string; reviewer: string | undefined };

async function build(file: ReviewFile, format: ExportFormat, about: About): Promise<Built[]> {
  const { fields, me } = about;
  const text = (name: string, type: string, content: string): Built => ({ name, type, content });
  switch (format) {
    case "csv": {
      const assessed = outcomesOf(file.ledger, "fullText");
      const fullTextOf = (id: string) => assessed.get(recordSubject(id))?.decision ?? undefined;
      const table = tableOf(file, fields);
      return [
        text("characteristics.csv", csvType, toCsv([table.columns, ...table.rows])),
        text("provenance.csv", csvType, toCsv(provenanceRows(table.provenance))),
        text("records.csv", csvType, toCsv(recordRows(file.records(me, "outcome"), fullTextOf))),
        ...analysisFiles(analysisIn(file, fields)),
        ...unsettledFile(file, fields),
      ];
    }
    case "xlsx":
      return [
        {
          name: "characteristics.xlsx",
          type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
          content: await toXlsx(tableOf(file, fields), { title: file.protocol().title }),
        },
      ];
    case "docx":
      return [
        {
          name: "characteristics.docx",
          type: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
          content: await toDocx(
            characteristicsOf(tableOf(file, fields), includedRecords(file), fields),
            { title: file.protocol().title },
          ),
        },
      ];
    case "ris":
      return [
        text("included.ris", risType, toRis(included(file))),
        text("records.ris", risType, toRis(decided(file, file.records(me, "outcome")))),
      ];
    case "csl-json":
      return [text("included.csl.json", "application/json", toCslJson(included(file)))];
    case "revman": {
      const analysis = analysisIn(file, fields);
      const records = includedRecords(file);
      const sections = characteristicsOf(tableOf(file, fields), records, fields);
      return [
        ...revmanTables(analysis, sections, records).map(({ name, rows }) =>
          text(name, csvType, toCsv(rows)),
        ),
        ...leftOutFile("revman-left-out.csv", analysis),
        ...unsettledFile(file, fields),
      ];
    }
    case "bibtex":
      return [text("included.bib", "application/x-bibtex", toBibtex(included(file)))];
    case "prisma-svg":
      return [text("prisma.svg", "image/svg+xml", prismaSvg(file.prisma()))];
    case "prisma-csv":
      return [text("prisma.csv", csvType, toCsv(prismaRows(file.prisma())))];
    case "json":
      return [text("review.json", "application/json", wholeReview(file, about))];
    case "bundle": {
      const formats: ExportFormat[] = [
        "csv",
        "xlsx",
        "docx",
        "ris",
        "bibtex",
        "csl-json",
        "revman",
        "prisma-svg",
        "prisma-csv",
        "json",
      ];
      const parts = (await Promise.all(formats.map((one) => build(file, one, about)))).flat();
      parts.push(...decisionBundles(file, about));
      const manifest = parts.map(({ name, content }) => ({ name, sha256: sha256(content) }));
      return [
        ...parts,
        text(
          "manifest.json",
          "application/json",
          JSON.stringify({ review: file.id(), files: manifest }, null, 1),
        ),
      ];
    }
  }
}

/**
 * Decisions to merge on another machine: of the reviewer who is named, else of the one who exports.
 * Where nobody is blinded and the one who exports decided nothing, of everyone who did.
 */
function decisionBundles(file: ReviewFile, { me, reviewer }: About): Built[] {
  const blind = isBlinded(teamPlan(file.ledger));
  if (blind && reviewer !== undefined && reviewer !== me)
    throw new AppError(
      "conflict",
      `The review is blinded: ${me} cannot take ${reviewer}'s decisions out.`,
    );
  const everyone = deciders(file);
  const names =
    reviewer === undefined && !blind && !everyone.includes(me) ? everyone : [reviewer ?? me];
  return names.map((name) => ({
    name: bundleName(name),
    type: "application/json",
    content: JSON.stringify(makeBundle(file, name), null, 1),
  }));
}

/** These speak of screening as it stands, whatever is included. */
const withoutIncluded: readonly ExportFormat[] = ["prisma-svg", "prisma-csv", "json", "bundle"];

/** An empty file must not pass for a finished one. */
function emptiness(file: ReviewFile, format: ExportFormat): string[] {
  if (withoutIncluded.includes(format) || includedRecords(file).length > 0) return [];
  return [
    `No record is included, so the ${format} files hold none: screening has to include a record first.`,
  ];
}

function includedRecords(file: ReviewFile) {
  return file
    .records()
    .filter((record) => record.decision === "include" && record.fullText !== "exclude");
}

function included(file: ReviewFile): DecidedRecord[] {
  return decided(file, includedRecords(file));
}

function decided(file: ReviewFile, records: readonly ReviewRecord[]): DecidedRecord[] {
  const outcomes = outcomesOf(file.ledger, "screen");
  return records.map((record) => ({
    record,
    decision: outcomes.get(recordSubject(record.id))?.decision ?? undefined,
  }));
}

function tableOf(file: ReviewFile, fields: ExportField[]) {
  return characteristicsTable({
    records: includedRecords(file),
    fields,
    ...settledCells(cellOutcomesOf(file.ledger)),
    suggestions: file.ledger.suggestions("extract"),
  });
}

function analysisIn(file: ReviewFile, fields: ExportField[]): Analysis {
  const { provenance } = tableOf(file, fields);
  return analysisOf({ records: includedRecords(file), fields, provenance });
}

/** Arms, one table an outcome, and what stands in none; nothing where no result was decided. */
function analysisFiles(analysis: Analysis): Built[] {
  const csv = (name: string, rows: string[][]): Built => ({
    name,
    type: csvType,
    content: toCsv(rows),
  });
  return [
    ...(analysis.arms.length > 0 ? [csv("arms.csv", armRows(analysis))] : []),
    ...outcomeTables(analysis).map(({ name, rows }) => csv(name, rows)),
    ...leftOutFile("results-left-out.csv", analysis),
  ];
}

function leftOutFile(name: string, analysis: Analysis): Built[] {
  return analysis.leftOut.length > 0
    ? [{ name, type: csvType, content: toCsv(leftOutRows(analysis)) }]
    : [];
}

/** With two extractors: the cells that are in no table, and what each waits for. No values. */
function unsettledFile(file: ReviewFile, fields: ExportField[]): Built[] {
  const rows = unsettledRows(cellOutcomesOf(file.ledger), includedRecords(file), fields);
  return rows.length > 1
    ? [{ name: "cells-not-settled.csv", type: csvType, content: toCsv(rows) }]
    : [];
}

function wholeReview(file: ReviewFile, { fields, me }: About): string {
  const { ledger } = file;
  const visible = visibleTo(ledger, me);
  const kinds = [
    "screen",
    "adjudicateScreen",
    "fullText",
    "adjudicateFullText",
    "annotate",
    "extract",
    "adjudicateExtract",
  ] as const;
  return JSON.stringify(
    {
      format: "evidesk-review/1",
      id: file.id(),
      ...file.protocol(),
      fields,
      records: file.records(me, "outcome"),
      reports: file.reports(),
      searches: file.searches(),
      prisma: file.prisma(),
      decisions: kinds.flatMap((kind) => ledger.decisions(kind)).filter(visible),
      suggestions: kinds.flatMap((kind) => ledger.suggestions(kind)),
      audit: [...ledger.auditEvents()].map((event) => concealed(event, visible)),
    },
    null,
    1,
  );
}
