/** The library of a review: its records and papers in passages, and questions answered from them alone. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { boxSchema, progressSchema } from "./ledger.ts";
import { assetId, reviewId } from "./review.ts";

/** Words of a record or paper, with where they stand. */
export const passageSchema = z.object({
  recordId: z.string(),
  /** The record's title. */
  title: z.string(),
  /** Word for word but for white space. */
  text: z.string(),
  /** "Abstract" for a record's own text, else the paper's section. */
  section: z.string(),
  /** The paper, where the words are a paper's. */
  assetId: assetId.nullable(),
  /** From 1; null where there are no pages. */
  page: z.int().min(1).nullable(),
  /** UTF-16 offsets into the paper's text, or into the record's title, two line ends and abstract. */
  start: z.int(),
  end: z.int(),
  /** In PDF points from the page's top left. */
  boxes: z.array(boxSchema),
});

export const libraryStateSchema = z.object({
  records: z.int(),
  papers: z.int(),
  /** Null: not built yet. */
  passages: z.int().nullable(),
  /** Whether it holds what the review holds now. */
  current: z.boolean(),
  /** Papers whose words are not in it, and why. */
  unread: z.array(
    z.object({ recordId: z.string(), name: z.string(), code: z.string(), reason: z.string() }),
  ),
});

export const libraryAnswerSchema = z.object({
  /** False: not in your library. */
  found: z.boolean(),
  /** A model's words; each names passages of this answer that it was given. Empty without a model. */
  sentences: z.array(
    z.object({
      text: z.string(),
      passages: z.array(z.int().min(1)).min(1),
      /** Numbers of the sentence that stand in none of its passages. */
      unsupported: z.array(z.string()),
    }),
  ),
  passages: z.array(passageSchema.extend({ n: z.int().min(1) })),
  /** Words of the question that stand nowhere in the library. */
  absent: z.array(z.string()),
  /** Sentences left out, since they cite nothing that was given. */
  dropped: z.int(),
  /** Null: no model was asked, the passages are the answer. */
  model: z.string().nullable(),
  library: libraryStateSchema,
});

export const libraryContract = {
  "library.state": { input: z.object({ reviewId }), output: libraryStateSchema },
  /** Builds the library anew where the review changed since; nothing of the review changes. */
  "library.index": {
    input: z.object({ reviewId }),
    output: libraryStateSchema,
    event: progressSchema,
  },
  /** Answers from the review's records and papers alone; with no generation pack, by their own words. */
  "library.ask": {
    input: z.object({
      reviewId,
      question: z.string().trim().min(3).max(2000),
      packId: z.string().min(1).optional(),
      top: z.int().min(1).max(20).default(8),
      seed: z.int().default(1),
    }),
    output: libraryAnswerSchema,
    event: progressSchema,
  },
} satisfies ContractPart;

export type Passage = z.infer<typeof passageSchema>;
export type LibraryState = z.infer<typeof libraryStateSchema>;
export type LibraryAnswer = z.infer<typeof libraryAnswerSchema>;
