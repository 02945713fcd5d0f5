/** What leaves the desk: files built from decisions only. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { assetId, reviewId } from "./review.ts";

export const exportFormat = z.enum([
  "csv",
  "xlsx",
  "docx",
  "ris",
  "json",
  "prisma-svg",
  "prisma-csv",
  "csl-json",
  "bibtex",
  "revman",
  "bundle",
]);

export const exportContract = {
  "export.create": {
    input: z.object({
      reviewId,
      format: exportFormat,
      /** Whose decisions the bundle holds; without it, those of the one who exports. */
      reviewer: z.string().optional(),
      /** Several files come as one ZIP: a browser asks before a page may save more than one. */
      archive: z.boolean().default(false),
    }),
    output: z.object({
      files: z.array(z.object({ assetId, name: z.string(), bytes: z.int() })),
      /** What the files lack and why, in words: that nothing is included yet. */
      warnings: z.array(z.string()),
    }),
  },
} satisfies ContractPart;

export type ExportFormat = z.infer<typeof exportFormat>;
