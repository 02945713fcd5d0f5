/** Builds export files from a review's decisions and hands them over as assets. */
import type { HandlersFor } from "../../api/call.ts";
import type { exportContract, ExportFormat } from "../../api/schemas/export.ts";
import { sha256 } from "../audit/chain.ts";
import type { AssetStore } from "../review/assets.ts";
import type { Reviews } from "../review/reviews.ts";
import type { ReviewFile } from "../review/store.ts";
import { characteristicsTable, type ExportField } from "./cells.ts";
import { prismaRows, prismaSvg } from "./prisma-diagram.ts";
import { toBibtex, toCslJson, toRis, type DecidedRecord } from "./references.ts";
import { provenanceRows, toCsv, toXlsx } from "./sheets.ts";

type Built = { name: string; type: string; content: string | Uint8Array };
export type ExportDependencies = {
  reviews: Reviews;
  assets: AssetStore;
  /** The extraction feature's fields of a review, in order. */
  fieldsOf: (file: ReviewFile) => ExportField[];
};

const csvType = "text/csv; charset=utf-8";

export function createExportHandlers({
  reviews,
  assets,
  fieldsOf,
}: ExportDependencies): HandlersFor<typeof exportContract> {
  return {
    "export.create": async ({ reviewId, format }) => {
      const file = reviews.get(reviewId);
      const built = await build(file, format, fieldsOf(file));
      const files = [];
      for (const { name, type, content } of built) {
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
        const info = await assets.put(bytes, { name, type });
        files.push({ assetId: info.id, name, bytes: bytes.byteLength });
      }
      file.ledger.record(reviews.settings().reviewer, "export", {
        format,
        files: files.map(({ name, assetId }) => ({ name, sha256: assetId })),
      });
      return { files };
    },
  };
}

async function build(
  file: ReviewFile,
  format: ExportFormat,
  fields: ExportField[],
): Promise<Built[]> {
  const text = (name: string, type: string, content: string): Built => ({ name, type, content });
  switch (format) {
    case "csv": {
      const table = tableOf(file, fields);
      return [
        text("characteristics.csv", csvType, toCsv([table.columns, ...table.rows])),
        text("provenance.csv", csvType, toCsv(provenanceRows(table.provenance))),
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
    case "ris":
      return [text("included.ris", "application/x-research-info-systems", toRis(included(file)))];
    case "csl-json":
      return [text("included.csl.json", "application/json", toCslJson(included(file)))];
    case "bibtex":
      return [text("included.bib", "application/x-bibtex", toBibtex(included(file)))];
    case "prisma-svg":
      return [text("prisma.svg", "image/svg+xml", prismaSvg(file.prisma()))];
    case "prisma-csv":
      return [text("prisma.csv", csvType, toCsv(prismaRows(file.prisma())))];
    case "json":
      return [text("review.json", "application/json", wholeReview(file, fields))];
    case "bundle": {
      const formats: ExportFormat[] = ["csv", "xlsx", "ris", "prisma-svg", "prisma-csv", "json"];
      const parts = (await Promise.all(formats.map((one) => build(file, one, fields)))).flat();
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

function includedRecords(file: ReviewFile) {
  const excluded = new Set(
    file.ledger
      .latestDecisions("fullText")
      .filter((decision) => decision.action === "exclude")
      .map((decision) => decision.subject),
  );
  return file
    .records()
    .filter((record) => record.decision === "include" && !excluded.has(`record:${record.id}`));
}

function included(file: ReviewFile): DecidedRecord[] {
  const decisions = new Map(
    file.ledger.latestDecisions("screen").map((decision) => [decision.subject, decision]),
  );
  return includedRecords(file).map((record) => ({
    record,
    decision: decisions.get(`record:${record.id}`),
  }));
}

function tableOf(file: ReviewFile, fields: ExportField[]) {
  return characteristicsTable({
    records: includedRecords(file),
    fields,
    decisions: file.ledger.latestDecisions("extract"),
    suggestions: file.ledger.suggestions("extract"),
  });
}

function wholeReview(file: ReviewFile, fields: ExportField[]): string {
  const { ledger } = file;
  const kinds = ["screen", "fullText", "extract"] as const;
  return JSON.stringify(
    {
      format: "evidesk-review/1",
      id: file.id(),
      ...file.protocol(),
      fields,
      records: file.records(),
      reports: file.reports(),
      searches: file.searches(),
      prisma: file.prisma(),
      decisions: kinds.flatMap((kind) => ledger.decisions(kind)),
      suggestions: kinds.flatMap((kind) => ledger.suggestions(kind)),
      audit: [...ledger.auditEvents()],
    },
    null,
    1,
  );
}
