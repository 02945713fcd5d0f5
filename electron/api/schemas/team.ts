/** People: reviewers, blinded double screening, conflicts, agreement, and bundles of decisions. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { decisionSchema } from "./ledger.ts";
import { assetId, recordSchema, reviewId } from "./review.ts";

export const screenedActions = ["include", "exclude", "maybe"] as const;
const stage = z.enum(["screen", "fullText"]);

export const teamPlanSchema = z.object({
  /** Independent decisions that a record needs at each stage. */
  reviewers: z.union([z.literal(1), z.literal(2)]).default(1),
  /** People who take each value from the papers, blinded from one another. */
  extractors: z.union([z.literal(1), z.literal(2)]).default(1),
  /** With one reviewer per record: whether the queue leaves out what anyone else has decided. */
  shared: z.boolean().default(false),
  /**
   * When a reviewer sees verdicts, marks and scores: before the own decision, after it, or never.
   * `never` also keeps the file order, so that no model touches the decision.
   */
  suggestions: z.enum(["before", "after", "never"]).default("before"),
});

/** How "maybe" counts: as a category of its own (3 x 3), or as going on to the full text (2 x 2). */
export const maybeCounts = z.enum(["own", "include"]);

const paceSchema = z.object({
  reviewer: z.string(),
  decided: z.int(),
  /** Median seconds from one decision to the next; breaks of five minutes and more are left out. */
  medianSeconds: z.number().nullable(),
  /** Working minutes: the sum of the intervals that are no breaks. */
  minutes: z.number(),
});

const agreementSchema = z.object({
  a: z.string(),
  b: z.string(),
  /** Records that both decided on. */
  n: z.int(),
  categories: z.array(z.string()),
  /** Counts: rows are a's decisions, columns b's, in the order of `categories`. */
  table: z.array(z.array(z.int())),
  agreement: z.number().nullable(),
  /** Null where chance alone gives full agreement. */
  kappa: z.number().nullable(),
  kappaInterval: z.object({ low: z.number(), high: z.number() }).nullable(),
  pabak: z.number().nullable(),
});

const conflictSchema = z.object({
  record: recordSchema,
  state: z.enum(["conflict", "adjudicated"]),
  decisions: z.array(decisionSchema),
  adjudication: decisionSchema.nullable(),
});

const byReview = z.object({ reviewId });

export const teamContract = {
  "team.get": {
    input: byReview,
    output: z.object({
      plan: teamPlanSchema,
      me: z.string(),
      reviewers: z.array(z.object({ name: z.string(), screened: z.int(), assessed: z.int() })),
      conflicts: z.object({ screen: z.int(), fullText: z.int() }),
      /** Records that wait for a second decision, and of those the ones that wait for `me`. */
      waiting: z.object({ records: z.int(), forMe: z.int() }),
    }),
  },
  /** Changes the plan; logged with before and after. */
  "team.set": {
    input: z.object({
      reviewId,
      reviewers: z.union([z.literal(1), z.literal(2)]).optional(),
      extractors: z.union([z.literal(1), z.literal(2)]).optional(),
      shared: z.boolean().optional(),
      suggestions: z.enum(["before", "after", "never"]).optional(),
    }),
    output: teamPlanSchema,
  },
  /** Records on which two reviewers differ: open ones first, then those that were adjudicated. */
  "team.conflicts": {
    input: z.object({ reviewId, stage: stage.default("screen") }),
    output: z.object({ conflicts: z.array(conflictSchema), open: z.int() }),
  },
  /** Settles a conflict with a decision of its own; what the two decided stays as it is. */
  "team.adjudicate": {
    input: z.object({
      reviewId,
      recordId: z.string(),
      stage: stage.default("screen"),
      action: z.enum(screenedActions),
      reason: z.string().optional(),
      note: z.string().optional(),
    }),
    output: decisionSchema,
  },
  /** Opens a settled conflict again; the adjudication stays in the history. */
  "team.reopen": {
    input: z.object({ reviewId, recordId: z.string(), stage: stage.default("screen") }),
    output: decisionSchema,
  },
  "team.agreement": {
    input: z.object({
      reviewId,
      stage: stage.default("screen"),
      maybe: maybeCounts.default("own"),
    }),
    output: z.object({ pairs: z.array(agreementSchema), pace: z.array(paceSchema) }),
  },
  /** A reviewer's decisions, notes and tags as one file, signed by hash. */
  "team.exportBundle": {
    input: z.object({ reviewId, reviewer: z.string().optional() }),
    output: z.object({ assetId, name: z.string(), bytes: z.int(), decisions: z.int() }),
  },
  /** Merges a bundle: nothing is overwritten, later decisions supersede, known ones are ignored. */
  "team.importBundle": {
    input: z.object({ reviewId, assetId, name: z.string() }),
    output: z.object({
      reviewer: z.string(),
      added: z.int(),
      known: z.int(),
      /** Added ones that a later decision of the same reviewer, here or in the bundle, supersedes. */
      superseded: z.int(),
      conflicts: z.int(),
      /** Records of the bundle that this review does not hold: their decisions were left out. */
      unmatched: z.array(z.object({ title: z.string(), doi: z.string() })),
    }),
  },
} satisfies ContractPart;

export type TeamPlan = z.infer<typeof teamPlanSchema>;
export type ScreenedAction = (typeof screenedActions)[number];
export type MaybeCounts = z.infer<typeof maybeCounts>;
export type Agreement = z.infer<typeof agreementSchema>;
export type Pace = z.infer<typeof paceSchema>;
export type Conflict = z.infer<typeof conflictSchema>;
