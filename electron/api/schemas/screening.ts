/** Screening titles and abstracts: the ranked queue, decisions, and how far the review is. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { decisionSchema } from "./ledger.ts";
import { recordSchema, reviewId } from "./review.ts";

/** Words of title (`field: "title"`) or abstract that speak to a criterion. UTF-16 offsets. */
export const highlightSchema = z.object({
  field: z.enum(["title", "abstract"]),
  start: z.int(),
  end: z.int(),
  criterionId: z.string(),
});

export const verdictSchema = z.object({
  criterionId: z.string(),
  criterion: z.string(),
  verdict: z.enum(["yes", "partial", "no", "uncertain"]),
  quote: z.string(),
});

export const queuedRecordSchema = recordSchema.extend({
  /** Place in the ranking, from 1; by file order until both classes are seen. */
  rank: z.int(),
  score: z.number().nullable(),
  highlights: z.array(highlightSchema),
  verdicts: z.array(verdictSchema),
});

const byReview = z.object({ reviewId });

/** Likeliest first; nearest to the border between included and excluded first; likeliest with one in twenty drawn at random. */
const queryOrderSchema = z.enum(["certain", "uncertain", "mixed"]);

/** A stop rule and what it says now; `stop` is null where there is no ground yet. `p`: of its test; `missing`, `high`: of its estimate. */
const stopMethodSchema = z.object({
  name: z.enum(["promise", "callaghan", "chao", "safe", "consecutive"]),
  stop: z.boolean().nullable(),
  p: z.number().nullable(),
  missing: z.number().nullable(),
  high: z.number().nullable(),
});

export const screeningContract = {
  /**
   * The next records to screen, best first; `trained` tells whether a model or the file order ranks,
   * `pending` that a newer ranking is being made: ask again in a moment. Nobody waits for it.
   */
  "screening.queue": {
    input: z.object({
      reviewId,
      limit: z.int().min(1).max(500).default(20),
      stage: z.enum(["screen", "fullText"]).default("screen"),
      order: queryOrderSchema.default("certain"),
    }),
    output: z.object({
      records: z.array(queuedRecordSchema),
      remaining: z.int(),
      trained: z.boolean(),
      learnedFrom: z.int(),
      model: z.string(),
      pending: z.boolean(),
    }),
  },
  /** One record as the queue would show it, with the history that the asking reviewer may see. */
  "screening.record": {
    input: byReview.extend({ recordId: z.string() }),
    output: queuedRecordSchema.extend({
      history: z.array(decisionSchema),
      groupedWith: z.array(z.string()),
    }),
  },
  /** Verdicts of the criteria grid; records whose suggestions are withheld are left out. */
  "screening.verdicts": {
    input: byReview.extend({ recordIds: z.array(z.string()).max(200) }),
    output: z.object({
      pending: z.boolean(),
      rows: z.array(z.object({ recordId: z.string(), verdicts: z.array(verdictSchema) })),
    }),
  },
  "screening.decide": {
    input: z.object({
      reviewId,
      recordId: z.string(),
      action: z.enum(["include", "exclude", "maybe"]),
      stage: z.enum(["screen", "fullText"]).default("screen"),
      reason: z.string().optional(),
      note: z.string().optional(),
      /** At full text: the criterion that decided, and the passage of the report that shows it. */
      criterionId: z.string().optional(),
      quote: z.string().max(5000).optional(),
      page: z.int().min(1).optional(),
      /** Rank and score as they were shown: stored as the suggestion that the decision answers. */
      shown: z
        .object({
          rank: z.int(),
          score: z.number().nullable(),
          order: queryOrderSchema.optional(),
        })
        .optional(),
      /**
       * The reviewer's decision that the page knows of, null for none. When another window has decided
       * since, nothing is stored and `conflict` says what stands; without it, the later one supersedes.
       */
      standing: z.string().nullable().optional(),
    }),
    output: decisionSchema,
  },
  /** Takes back the reviewer's latest decision that still stands; returns what was undone, or null. */
  "screening.undo": {
    input: byReview,
    output: z.object({ undone: decisionSchema.nullable(), title: z.string() }),
  },
  /**
   * Decisions that the ranking, learning from the others only, would not have expected; the strongest first. One that
   * is made again as it was is confirmed and left out. `strength`: share of the records decided the other way that
   * stand on the wrong side of it.
   */
  "screening.lookAgain": {
    input: byReview,
    output: z.object({
      state: z.enum(["told", "pending", "tooFew", "withheld"]),
      records: z.array(recordSchema.extend({ strength: z.number() })),
    }),
  },
  /**
   * Ends the screening of titles and abstracts for the asking reviewer: excludes every record that is still open,
   * as one act that undo takes back. The estimate goes into the audit. `expected` is the number that the page
   * showed; with another one nothing is stored and `conflict` says how many there are.
   */
  "screening.excludeRest": {
    input: byReview.extend({ expected: z.int().min(1), reason: z.string().optional() }),
    output: z.object({ excluded: z.int() }),
  },
  /** Of one stage; with two reviewers of the asking one's decisions, else of the team's. */
  "screening.progress": {
    input: byReview.extend({ stage: z.enum(["screen", "fullText"]).default("screen") }),
    output: z.object({
      records: z.int(),
      screened: z.int(),
      included: z.int(),
      excluded: z.int(),
      maybe: z.int(),
      /** Records screened and relevant ones found, in the order of the decisions. */
      curve: z.array(z.object({ screened: z.int(), found: z.int() })),
      sinceLastInclude: z.int(),
      /** Records excluded unread when the screening was stopped; they are not among the screened. */
      unread: z.int(),
      /** Records that `screening.excludeRest` would exclude. */
      open: z.int(),
      /** Records without an include until 95 % recall at 95 % confidence is claimed: 0 now, null before an include. */
      toPromise: z.int().nullable(),
      /** Ours and those of the literature, side by side. */
      methods: z.array(stopMethodSchema),
      /** Records after which our rule first allowed to stop; null before. */
      promisedAt: z.int().nullable(),
      /** The estimate as it was after so many records, at up to 60 places. */
      band: z.array(
        z.object({ screened: z.int(), relevant: z.number(), low: z.number(), high: z.number() }),
      ),
      /** Estimate of all relevant records with a 95 % interval; null before there is ground for one. */
      estimate: z
        .object({
          relevant: z.number(),
          low: z.number(),
          high: z.number(),
          recall: z.number(),
          method: z.string(),
        })
        .nullable(),
    }),
  },
} satisfies ContractPart;

export type Highlight = z.infer<typeof highlightSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type QueuedRecord = z.infer<typeof queuedRecordSchema>;
export type QueryOrder = z.infer<typeof queryOrderSchema>;
export type StopMethod = z.infer<typeof stopMethodSchema>;
export type ScreeningProgress = z.infer<(typeof screeningContract)["screening.progress"]["output"]>;
