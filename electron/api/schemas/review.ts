/** The review itself: question, PICO, criteria, records, imports, searches, settings. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { effortSchema } from "./effort.ts";
import { progressSchema } from "./ledger.ts";

export const reviewId = z.string().min(1);
export const assetId = z.string().regex(/^[0-9a-f]{64}$/, "an asset id is a lower-case sha256");

export const picoSchema = z.object({
  population: z.string(),
  intervention: z.string(),
  comparator: z.string(),
  outcome: z.string(),
  design: z.string(),
});

export const criterionSchema = z.object({
  id: z.string(),
  kind: z.enum(["inclusion", "exclusion"]),
  element: z.enum(["population", "intervention", "comparator", "outcome", "design", "other"]),
  text: z.string().min(1),
  weight: z.number().min(0).max(5),
  muted: z.boolean(),
});

export const recordSchema = z.object({
  id: z.string(),
  title: z.string(),
  abstract: z.string(),
  authors: z.array(z.string()),
  year: z.int().nullable(),
  journal: z.string(),
  doi: z.string(),
  pmid: z.string(),
  source: z.string(),
  /** Latest title-and-abstract decision of the asking reviewer: include, exclude, maybe or null. */
  decision: z.enum(["include", "exclude", "maybe"]).nullable(),
  /** Reason of that decision; empty when none was given. */
  reason: z.string(),
  /** What the full text came to, as the asking reviewer may see it; null before it is assessed. */
  fullText: z.enum(["include", "exclude", "maybe"]).nullable(),
  fullTextReason: z.string(),
  tags: z.array(z.string()),
  note: z.string(),
  /** Records of one group (near-duplicates, companion reports) are decided together. */
  group: z.string().nullable(),
  /** Asset id of the attached full-text report, when there is one. */
  report: assetId.nullable(),
});

export const rejectionSchema = z.object({ file: z.string(), line: z.int(), reason: z.string() });

export const importReportSchema = z.object({
  file: z.string(),
  format: z.string(),
  imported: z.int(),
  duplicates: z.int(),
  rejected: z.array(rejectionSchema),
});

export const prismaCountsSchema = z.object({
  identified: z.array(z.object({ source: z.string(), records: z.int() })),
  duplicatesRemoved: z.int(),
  screened: z.int(),
  excludedAtScreening: z.int(),
  /** Of these: excluded with the rest when the screening was stopped, read by nobody. */
  excludedUnread: z.int(),
  maybeAtScreening: z.int(),
  unscreened: z.int(),
  soughtForRetrieval: z.int(),
  notRetrieved: z.int(),
  assessed: z.int(),
  excludedAtFullText: z.array(z.object({ reason: z.string(), reports: z.int() })),
  /** At hand and not decided on yet. */
  unassessed: z.int(),
  included: z.int(),
});

export const reviewSummarySchema = z.object({
  id: reviewId,
  title: z.string(),
  file: z.string(),
  question: z.string(),
  records: z.int(),
  /** Records with a settled outcome at screening. */
  decided: z.int(),
  /** Records that the asking reviewer has decided on: what a queue and its progress are about. */
  decidedByMe: z.int(),
  included: z.int(),
  reports: z.int(),
  updatedAt: z.string(),
  sample: z.boolean(),
  problem: z.string().optional(),
});

export const reviewSchema = reviewSummarySchema.extend({
  pico: picoSchema,
  criteria: z.array(criterionSchema),
  exclusionReasons: z.array(z.string()),
  prisma: prismaCountsSchema,
});

export const searchRunSchema = z.object({
  id: z.string(),
  database: z.string(),
  query: z.string(),
  /** How the database read the query, as it answered; empty where it does not say. */
  translation: z.string(),
  at: z.string(),
  count: z.int(),
  imported: z.int(),
});

export const settingsSchema = z.object({
  reviewer: z.string().trim().min(1).max(80),
  /** Everyone who has worked on this machine, the present reviewer among them. */
  reviewers: z.array(z.string()),
  theme: z.enum(["system", "light", "dark"]),
  /** Who plans expert calls on images: a pack's id, "rules", or "auto" for the first planner installed. */
  planner: z.string(),
  /** Expert calls that one request about an image may lead to. */
  expertCalls: z.int().min(1).max(4),
  /** How many experts are asked where several answer the same. */
  effort: effortSchema,
});

const byReview = z.object({ reviewId });

export const reviewContract = {
  "review.list": { input: z.object({}), output: z.array(reviewSummarySchema) },
  "review.create": {
    input: z.object({ title: z.string().min(1), question: z.string().default("") }),
    output: reviewSchema,
  },
  "review.get": { input: byReview, output: reviewSchema },
  /** Takes an uploaded `.evidesk` file into the data folder and opens it. */
  "review.adopt": { input: z.object({ assetId, name: z.string() }), output: reviewSchema },
  /** A consistent copy of the review file as an asset, to save elsewhere. */
  "review.copy": {
    input: byReview,
    output: z.object({ assetId, name: z.string(), bytes: z.int() }),
  },
  "review.forget": { input: byReview, output: z.object({}) },
  "review.update": {
    input: z.object({
      reviewId,
      title: z.string().min(1).optional(),
      question: z.string().optional(),
      pico: picoSchema.optional(),
      criteria: z.array(criterionSchema).optional(),
      exclusionReasons: z.array(z.string().min(1)).optional(),
    }),
    output: reviewSchema,
  },
  "review.import": {
    input: z.object({ reviewId, files: z.array(z.object({ assetId, name: z.string() })).min(1) }),
    output: z.array(importReportSchema),
    event: progressSchema,
  },
  "review.records": {
    input: z.object({
      reviewId,
      decision: z.enum(["include", "exclude", "maybe", "none", "any"]).default("any"),
      text: z.string().default(""),
      /** Only records with this reason at either stage, with this tag, or at this full-text state. */
      /** The asking reviewer's own decisions, or what the stages came to. */
      view: z.enum(["own", "outcome"]).default("own"),
      reason: z.string().optional(),
      tag: z.string().optional(),
      fullText: z.enum(["include", "exclude", "none"]).optional(),
      lacking: z.enum(["abstract", "title"]).optional(),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(200_000).default(200),
    }),
    output: z.object({ total: z.int(), records: z.array(recordSchema) }),
  },
  "review.searches": { input: byReview, output: z.array(searchRunSchema) },
  "settings.get": { input: z.object({}), output: settingsSchema },
  "settings.set": {
    input: settingsSchema.omit({ reviewers: true }).partial(),
    output: settingsSchema,
  },
} satisfies ContractPart;

export type Pico = z.infer<typeof picoSchema>;
export type Criterion = z.infer<typeof criterionSchema>;
export type ReviewRecord = z.infer<typeof recordSchema>;
export type ImportReport = z.infer<typeof importReportSchema>;
export type PrismaCounts = z.infer<typeof prismaCountsSchema>;
export type ReviewSummary = z.infer<typeof reviewSummarySchema>;
export type Review = z.infer<typeof reviewSchema>;
export type SearchRun = z.infer<typeof searchRunSchema>;
export type Settings = z.infer<typeof settingsSchema>;
