/** Full texts and what is taken from them: reports, fields, suggestions with proof, decisions. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { boxSchema, decisionSchema, progressSchema, suggestionSchema } from "./ledger.ts";
import { assetId, reviewId } from "./review.ts";

export const fieldType = z.enum(["text", "number", "category", "list"]);

/** A column of the extraction grid. `perArm` fields have one cell per arm of the study. */
export const fieldSchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/, "a field id is letters, digits and hyphens"),
  name: z.string().min(1),
  description: z.string(),
  type: fieldType,
  perArm: z.boolean(),
  unit: z.string().optional(),
  options: z.array(z.string()).optional(),
  /** A result field is of one outcome at one time point. */
  outcome: z.string().optional(),
  timePoint: z.string().optional(),
  /** A study is not complete without it. */
  required: z.boolean().optional(),
});

/** A set of fields that a review can start from. */
const fieldTemplateSchema = z.object({
  id: z.string(),
  title: z.string(),
  fields: z.array(fieldSchema),
});

const tableCellSchema = z.object({
  text: z.string(),
  start: z.int(),
  end: z.int(),
  header: z.boolean(),
  columnSpan: z.int(),
  rowSpan: z.int(),
});

/** Offsets are UTF-16 positions in `text`; boxes are PDF points from the top left of the page. */
export const paperSchema = z.object({
  source: z.enum(["pdf", "jats", "bioc", "text"]),
  text: z.string(),
  title: z.string(),
  doi: z.string(),
  blocks: z.array(
    z.object({
      kind: z.enum([
        "title",
        "abstract",
        "heading",
        "paragraph",
        "caption",
        "table",
        "footnote",
        "reference",
      ]),
      start: z.int(),
      end: z.int(),
      section: z.int(),
    }),
  ),
  sections: z.array(
    z.object({ title: z.string(), level: z.int(), role: z.string(), start: z.int(), end: z.int() }),
  ),
  tables: z.array(
    z.object({
      label: z.string(),
      caption: z.string(),
      start: z.int(),
      end: z.int(),
      rows: z.array(z.array(tableCellSchema)),
      footnotes: z.array(z.string()),
    }),
  ),
  figures: z.array(
    z.object({ label: z.string(), caption: z.string(), start: z.int(), end: z.int() }),
  ),
  pages: z.array(
    z.object({
      number: z.int(),
      width: z.number(),
      height: z.number(),
      state: z.enum(["text", "noTextLayer", "invisibleText", "recognised", "empty", "unread"]),
    }),
  ),
  runs: z.array(boxSchema.extend({ start: z.int(), end: z.int() })),
  warnings: z.array(z.string()),
});

export const cellState = z.enum([
  "empty",
  "suggested",
  "verified",
  "unsupported",
  "notReported",
  "figureOnly",
  "failed",
  "accepted",
  "corrected",
  "rejected",
  /** Two extractors differ, and nobody settled it. */
  "conflict",
]);

/** A cell that two extract, as one of them may see it. */
export const dualCellSchema = z.object({
  state: z.enum(["waiting", "decided", "conflict", "adjudicated"]),
  decidedByOthers: z.int(),
  /** In force, oldest first: all of them once the own one stands, else the own at most. */
  decisions: z.array(decisionSchema),
  consensus: decisionSchema.nullable(),
});

const interval = z.object({ low: z.number(), high: z.number() }).nullable();

export const cellAgreementSchema = z.object({
  /** Cells that two decided on, and of those with the same answer; 95 % intervals (Wilson). */
  n: z.int(),
  same: z.int(),
  interval,
  /** Cohen's kappa on whether a value is reported at all; null where chance alone agrees fully. */
  reported: z.object({ kappa: z.number().nullable(), kappaInterval: interval }),
  fields: z.array(z.object({ fieldId: z.string(), n: z.int(), same: z.int(), interval })),
});

export const gridCellSchema = z.object({
  fieldId: z.string(),
  /** The arm's name, for per-arm fields. */
  arm: z.string().nullable(),
  /** Ledger subject: `record:12/field:age` or `record:12/field:groupSize/arm:Placebo`. */
  subject: z.string(),
  state: cellState,
  /** What stands now: the decided value, else the suggested one, as text. */
  value: z.string().nullable(),
  unit: z.string().nullable(),
  suggestion: suggestionSchema.nullable(),
  /** What the trial's registry record says here; it is `suggestion` itself where the paper says nothing. */
  registry: suggestionSchema.nullable(),
  decision: decisionSchema.nullable(),
  /** With two extractors. */
  dual: dualCellSchema.nullable(),
});

export const gridSchema = z.object({
  fields: z.array(fieldSchema),
  studies: z.array(
    z.object({
      recordId: z.string(),
      title: z.string(),
      label: z.string(),
      /** Included at screening and not excluded at full text: only these studies are exported. */
      included: z.boolean(),
      report: z.object({ assetId, name: z.string(), matchedBy: z.string() }).nullable(),
      cells: z.array(gridCellSchema),
    }),
  ),
});

/** The value of an extraction suggestion or decision. */
export const extractedValueSchema = z.object({
  value: z.string().nullable(),
  unit: z.string().optional(),
  arm: z.string().optional(),
  /** The words that a person selected in the paper for it; boxes in PDF points from the page's top left. */
  source: z
    .object({ page: z.int().min(1), quote: z.string().min(1).max(5000), boxes: z.array(boxSchema) })
    .optional(),
});

export const attachResultSchema = z.object({
  assetId,
  name: z.string(),
  title: z.string(),
  doi: z.string(),
  /** The record it now belongs to; null when it was not attached. */
  recordId: z.string().nullable(),
  matchedBy: z.enum(["doi", "title", "registration", "chosen"]).nullable(),
  /** The error's code when the file could not be read, to act on: `passwordRequired`, `badFile`. */
  code: z.string().nullable(),
  /** Why it was not attached, or what to look at although it was. */
  warning: z.string().nullable(),
  candidates: z.array(z.object({ recordId: z.string(), title: z.string(), score: z.number() })),
});

const cell = z.object({
  reviewId,
  recordId: z.string(),
  fieldId: z.string(),
  arm: z.string().min(1).nullable().default(null),
});

export const extractionContract = {
  /**
   * Reads uploaded papers and attaches each to its record by DOI, then by title. A paper that
   * matches nothing, or not the record it was dropped on, is reported and not attached unless
   * `confirm` is set together with `recordId`. A ClinicalTrials.gov record (JSON) goes to the study that
   * names its number, and its values are suggested.
   */
  "extraction.attach": {
    input: z.object({
      reviewId,
      files: z
        .array(
          z.object({
            assetId,
            name: z.string(),
            recordId: z.string().optional(),
            password: z.string().optional(),
          }),
        )
        .min(1),
      confirm: z.boolean().default(false),
    }),
    output: z.array(attachResultSchema),
    event: progressSchema,
  },
  "extraction.text": {
    input: z.object({ assetId, password: z.string().optional() }),
    output: paperSchema,
  },
  /** NCT numbers that a study's record or paper names, and the registry record that is kept with it. */
  "extraction.registry": {
    input: z.object({ reviewId, recordId: z.string() }),
    output: z.object({
      numbers: z.array(z.string()),
      attached: z.object({ assetId, nct: z.string() }).nullable(),
    }),
  },
  /** Leaves the machine: asks ClinicalTrials.gov for one study by its number, keeps and suggests what it says. */
  "extraction.fetchRegistry": {
    input: z.object({
      reviewId,
      recordId: z.string(),
      nct: z.string().regex(/^NCT\d{8}$/, "an NCT number is NCT and eight digits"),
    }),
    output: z.object({ suggested: z.int() }),
    event: progressSchema,
  },
  /** How many of a paper's pages are pictures without text, and how many were read from such pictures. */
  "extraction.scan": {
    input: z.object({ assetId }),
    output: z.object({ pages: z.int(), withoutText: z.int(), recognised: z.int() }),
  },
  /** Reads the letters on pages without a text layer, on this machine; kept with the data. */
  "extraction.recognise": {
    input: z.object({ assetId, password: z.string().optional() }),
    output: z.object({ pages: z.int(), withoutText: z.int(), recognised: z.int() }),
    event: progressSchema,
  },
  "extraction.fields": { input: z.object({ reviewId }), output: z.array(fieldSchema) },
  "extraction.templates": { input: z.object({}), output: z.array(fieldTemplateSchema) },
  "extraction.setFields": {
    input: z.object({ reviewId, fields: z.array(fieldSchema).min(1) }),
    output: z.array(fieldSchema),
  },
  /** Suggests for the reports of the named records (all when empty) and stores what it found. */
  "extraction.suggest": {
    input: z.object({
      reviewId,
      recordIds: z.array(z.string()).default([]),
      fieldIds: z.array(z.string()).default([]),
      /** A generation pack that reads the papers, in place of rules and text packs. */
      packId: z.string().optional(),
    }),
    output: z.object({
      suggested: z.int(),
      reports: z.int(),
      failed: z.array(z.object({ recordId: z.string(), code: z.string(), reason: z.string() })),
    }),
    event: progressSchema,
  },
  /** Records that are included, or that have a report, by fields. */
  "extraction.grid": { input: z.object({ reviewId }), output: gridSchema },
  "extraction.decide": {
    input: cell.extend({
      action: z.enum(["accept", "correct", "reject", "notReported", "withdraw"]),
      value: extractedValueSchema.optional(),
      suggestionId: z.string().optional(),
      note: z.string().optional(),
    }),
    output: gridCellSchema,
  },
  /**
   * Settles a cell on which two extractors differ: by one of their decisions (`decisionId`), by a value of
   * its own, or as not reported. `withdraw` opens it again. What the two decided stays as it is.
   */
  "extraction.settle": {
    input: cell.extend({
      action: z.enum(["take", "correct", "notReported", "withdraw"]),
      decisionId: z.string().optional(),
      value: extractedValueSchema.optional(),
      note: z.string().optional(),
    }),
    output: gridCellSchema,
  },
  "extraction.agreement": { input: z.object({ reviewId }), output: cellAgreementSchema },
  /** Accepts every verified, undecided suggestion of one column; others are left and counted. */
  "extraction.acceptVerified": {
    input: z.object({ reviewId, fieldId: z.string() }),
    /** `subjects` of the accepted cells, to take them back together. */
    output: z.object({ accepted: z.int(), skipped: z.int(), subjects: z.array(z.string()) }),
  },
  /** Takes the acting reviewer's own decisions on these cells back, as one act. */
  "extraction.withdraw": {
    input: z.object({ reviewId, subjects: z.array(z.string()).min(1) }),
    output: z.object({ withdrawn: z.int() }),
  },
  "extraction.history": {
    input: cell,
    output: z.object({
      suggestions: z.array(suggestionSchema),
      decisions: z.array(decisionSchema),
    }),
  },
} satisfies ContractPart;

export type Field = z.infer<typeof fieldSchema>;
export type FieldTemplate = z.infer<typeof fieldTemplateSchema>;
export type Paper = z.infer<typeof paperSchema>;
export type Block = Paper["blocks"][number];
export type Table = Paper["tables"][number];
export type TableCell = z.infer<typeof tableCellSchema>;
export type TextRun = Paper["runs"][number];
export type Grid = z.infer<typeof gridSchema>;
export type GridCell = z.infer<typeof gridCellSchema>;
export type ExtractedValue = z.infer<typeof extractedValueSchema>;
export type AttachResult = z.infer<typeof attachResultSchema>;
export type DualCell = z.infer<typeof dualCellSchema>;
export type CellAgreement = z.infer<typeof cellAgreementSchema>;
