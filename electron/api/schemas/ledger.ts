/**
 * The records that carry the product's one idea: a model makes a Suggestion, a person makes a
 * Decision, and the two are never the same record. Both are append-only.
 */
import { z } from "zod";

/** A box on a page: PDF points, origin at the top left of the page, x to the right, y down. */
export const boxSchema = z.object({
  page: z.int().min(1),
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
});

/** The words a value came from. `start`/`end` are UTF-16 offsets into the report's extracted text. */
export const evidenceSchema = z.object({
  quote: z.string(),
  source: z.string().optional(),
  page: z.int().min(1).optional(),
  start: z.int().min(0).optional(),
  end: z.int().min(0).optional(),
  boxes: z.array(boxSchema).optional(),
});

export const checkSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  message: z.string(),
});

export const suggestionStatus = z.enum([
  "suggested",
  "verified",
  "unsupported",
  "notReported",
  "figureOnly",
  "failed",
]);

export const recordKind = z.enum([
  "screen",
  "fullText",
  /** What settles a conflict between two reviewers, at either stage. */
  "adjudicateScreen",
  "adjudicateFullText",
  /** A reviewer's tags and note on a record. */
  "annotate",
  "extract",
  /** The consensus of two extractors on one cell. */
  "adjudicateExtract",
  "segment",
  "classify",
  "answer",
]);

export const suggestionSchema = z.object({
  id: z.string(),
  at: z.string(),
  kind: recordKind,
  /** What the suggestion is about, for example `record:12` or `record:12/field:arms/arm:1`. */
  subject: z.string(),
  value: z.json(),
  status: suggestionStatus,
  score: z.number().optional(),
  evidence: z.array(evidenceSchema),
  checks: z.array(checkSchema),
  model: z.string(),
  modelVersion: z.string(),
  /** sha256 of exactly what the model was given. */
  inputSha256: z.string(),
  method: z.string(),
});

export const decisionAction = z.enum([
  "include",
  "exclude",
  "maybe",
  "accept",
  "correct",
  "reject",
  "notReported",
  /** Writes tags and note anew. */
  "annotate",
  /** Takes the reviewer's previous decision on the subject back; history stays. */
  "withdraw",
]);

export const decisionSchema = z.object({
  id: z.string(),
  sequence: z.int(),
  at: z.string(),
  kind: recordKind,
  subject: z.string(),
  action: decisionAction,
  value: z.json().optional(),
  reason: z.string().optional(),
  note: z.string().optional(),
  reviewer: z.string(),
  suggestionId: z.string().optional(),
});

export const auditEventSchema = z.object({
  sequence: z.int(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  payload: z.json(),
  previousHash: z.string(),
  hash: z.string(),
});

export const progressSchema = z.object({
  done: z.number(),
  total: z.number(),
  label: z.string(),
  /** What is counted, where it is no number of things. */
  unit: z.literal("bytes").optional(),
  secondsLeft: z.number().optional(),
});

export type Box = z.infer<typeof boxSchema>;
export type Evidence = z.infer<typeof evidenceSchema>;
export type Check = z.infer<typeof checkSchema>;
export type SuggestionStatus = z.infer<typeof suggestionStatus>;
export type RecordKind = z.infer<typeof recordKind>;
export type Suggestion = z.infer<typeof suggestionSchema>;
export type DecisionAction = z.infer<typeof decisionAction>;
export type Decision = z.infer<typeof decisionSchema>;
export type AuditEvent = z.infer<typeof auditEventSchema>;
export type NewSuggestion = Omit<Suggestion, "id" | "at">;
export type NewDecision = Omit<Decision, "id" | "at" | "sequence">;
