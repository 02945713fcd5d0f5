/** What a reader measures, finds and reports on a study. Everything is appended; removing is an entry, too. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";

const point = z.tuple([z.number(), z.number(), z.number()]);

/** A value as it is shown: its unit is "px" where the image does not say how large a pixel is. */
const measuredValueSchema = z.object({
  /** For example "Length", "Short axis", "Mean", "Area". */
  name: z.string().min(1).max(64),
  value: z.number(),
  /** UCUM where it has a unit: mm, mm2, ml, deg, [hnsf'U]; "px", "px2", "1". */
  unit: z.string().max(32),
});

export const measurementSchema = z.object({
  id: z.string(),
  seriesId: z.string(),
  kind: z.enum(["length", "angle", "bidirectional", "ellipse", "rectangle", "probe", "volume"]),
  label: z.string().max(64),
  /** Handles in RAS+ millimetres through the series' affine, in the tool's own order. */
  points: z.array(point).max(64),
  /** Index of the slice it was drawn on, from 0. */
  slice: z.int().min(0),
  values: z.array(measuredValueSchema).min(1).max(16),
  by: z.string(),
  at: z.string(),
});

export const findingSchema = z.object({
  id: z.string(),
  /** The reader's words, for example "nodule". */
  label: z.string().min(1).max(200),
  site: z.string().max(120),
  side: z.enum(["left", "right", "both", "none"]),
  /** Item of a template that it belongs under; else under "Other findings". */
  item: z.string().max(64).optional(),
  seriesId: z.string().optional(),
  slice: z.int().min(0).optional(),
  measurementIds: z.array(z.string()).max(16),
  /** A suggestion that the reader accepted or corrected and that shows this finding. */
  suggestionId: z.string().optional(),
  note: z.string().max(2000),
  by: z.string(),
  at: z.string(),
});

/** Where a sentence comes from; a sentence without sources is the reader's own. */
const sourceSchema = z.object({
  /** "segments": a reader's own label map, drawn by hand; its id is that of the decision that saved it. */
  kind: z.enum(["suggestion", "measurement", "finding", "segments"]),
  id: z.string(),
});

export const sentenceSchema = z.object({
  text: z.string().min(1).max(4000),
  sources: z.array(sourceSchema),
  /** What the rules had written, where the reader changed it. */
  was: z.string().optional(),
});

export const reportSectionSchema = z.object({
  id: z.string(),
  title: z.string(),
  sentences: z.array(sentenceSchema),
});

export const reportSchema = z.object({
  id: z.string(),
  templateId: z.string(),
  title: z.string(),
  sections: z.array(reportSectionSchema),
  by: z.string(),
  at: z.string(),
  /** The reader who put a name under it; null: not verified. */
  verified: z.object({ by: z.string(), at: z.string() }).nullable(),
});

const templateSchema = z.object({
  id: z.string(),
  title: z.string(),
  sections: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      /** What to look at, in order; ids are what findings name. */
      items: z.array(z.object({ id: z.string(), title: z.string() })),
    }),
  ),
});

/** What a reader thought of a study, committed and never changed. */
export const impressionSchema = z.object({
  id: z.string(),
  text: z.string().min(1).max(8000),
  /** Whether read-first was on: the model's output was held back until this was committed. */
  readFirst: z.boolean(),
  /** Whether the reader had been shown no model output of this study before, in either mode. */
  unseen: z.boolean(),
  by: z.string(),
  at: z.string(),
});

/** A finding of a read and the review that asks for its evidence. */
export const readLinkSchema = z.object({
  id: z.string(),
  studyId: z.string(),
  findingId: z.string().optional(),
  reviewId: z.string(),
  by: z.string(),
  at: z.string(),
});

/** The mode, and who set it last; null: never touched. */
const readFirstSchema = z.object({
  on: z.boolean(),
  set: z.object({ by: z.string(), at: z.string() }).nullable(),
});

const study = z.object({ studyId: z.string() });
const written = { id: true, by: true, at: true } as const;

export const readingContract = {
  /** What the reader has measured, found and reported on a study; removed entries are left out. */
  "imaging.reading": {
    input: study,
    output: z.object({
      measurements: z.array(measurementSchema),
      findings: z.array(findingSchema),
      links: z.array(readLinkSchema),
      /** Own ones while the model's output is held back, else those of all readers. */
      impressions: z.array(impressionSchema),
      /** The last one saved. */
      report: reportSchema.nullable(),
      templates: z.array(templateSchema),
      /** The template that fits the study's modality and region; the reader may take another. */
      templateId: z.string(),
    }),
  },
  /** Whether model output is held back until a reader commits an impression of their own; every change is logged. */
  "imaging.readFirst": { input: z.object({}), output: readFirstSchema },
  "imaging.setReadFirst": { input: z.object({ on: z.boolean() }), output: readFirstSchema },
  /** Stores the reader's own impression of a study; from then on the model's output is shown. */
  "imaging.commitImpression": {
    input: study.extend({ text: z.string().trim().min(1).max(8000) }),
    output: impressionSchema,
  },
  "imaging.measure": {
    input: study.extend({ measurement: measurementSchema.omit(written) }),
    output: measurementSchema,
  },
  "imaging.addFinding": {
    input: study.extend({ finding: findingSchema.omit(written) }),
    output: findingSchema,
  },
  /**
   * The title and question of a review about a finding, for `review.create`; it holds nothing of the
   * patient. `text` in place of a finding: the label of a suggestion.
   */
  "imaging.questionFor": {
    input: study.extend({ findingId: z.string().optional(), text: z.string().max(200).optional() }),
    output: z.object({ title: z.string(), question: z.string() }),
  },
  "imaging.linkReview": {
    input: study.extend({ reviewId: z.string().min(1), findingId: z.string().optional() }),
    output: readLinkSchema,
  },
  /** The reads that link to a review, with what was found. */
  "imaging.readsOf": {
    input: z.object({ reviewId: z.string() }),
    output: z.array(readLinkSchema.extend({ study: z.string(), finding: z.string().nullable() })),
  },
  /** Takes a measurement or a finding out of force; both stay in the record. */
  "imaging.removeEntry": { input: study.extend({ entryId: z.string() }), output: z.object({}) },
  /**
   * Sentences by rule from what was accepted, corrected, measured and found; nothing undecided or
   * rejected gets in. Nothing is stored.
   */
  "imaging.draftReport": {
    input: study.extend({ templateId: z.string() }),
    output: z.object({ title: z.string(), sections: z.array(reportSectionSchema) }),
  },
  /** Refused where a sentence names a source that is not in force (any more). */
  "imaging.saveReport": {
    input: study.extend({
      templateId: z.string(),
      sections: z.array(reportSectionSchema).min(1),
    }),
    output: reportSchema,
  },
  /** Puts the reader's name under the last saved report; changing it afterwards needs a new one. */
  "imaging.verifyReport": {
    input: study.extend({ reportId: z.string(), name: z.string().min(2).max(64) }),
    output: reportSchema,
  },
} satisfies ContractPart;

export type Measurement = z.infer<typeof measurementSchema>;
export type ReaderFinding = z.infer<typeof findingSchema>;
export type Impression = z.infer<typeof impressionSchema>;
export type ReadFirst = z.infer<typeof readFirstSchema>;
export type ReadLink = z.infer<typeof readLinkSchema>;
export type Sentence = z.infer<typeof sentenceSchema>;
export type ReportSection = z.infer<typeof reportSectionSchema>;
export type Report = z.infer<typeof reportSchema>;
export type Template = z.infer<typeof templateSchema>;
