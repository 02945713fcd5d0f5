/** The audit trail and the jobs: what was done, by whom, and what is running. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { auditEventSchema } from "./ledger.ts";
import { reviewId } from "./review.ts";

export const jobSchema = z.object({
  id: z.string(),
  call: z.string(),
  label: z.string(),
  /** Whether the job can be paused: its model calls are what takes long. */
  pausable: z.boolean().default(false),
  state: z.enum(["running", "paused", "done", "failed", "cancelled", "interrupted"]),
  startedAt: z.string(),
  done: z.number(),
  total: z.number(),
  /** Seconds left at the pace so far; null before any progress. */
  etaSeconds: z.number().nullable(),
  error: z.string().optional(),
});

export const auditContract = {
  "audit.list": {
    input: z.object({
      reviewId,
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(1000).default(200),
      text: z.string().default(""),
    }),
    output: z.object({ total: z.int(), events: z.array(auditEventSchema) }),
  },
  "audit.verify": {
    input: z.object({ reviewId }),
    output: z.object({
      ok: z.boolean(),
      events: z.int(),
      firstBad: z.int().optional(),
      reason: z.string().optional(),
    }),
  },
  "jobs.list": { input: z.object({}), output: z.array(jobSchema) },
  "jobs.cancel": {
    input: z.object({ id: z.string() }),
    output: z.object({ cancelled: z.boolean() }),
  },
  /** Holds back what a job asks of models, or lets it go on; what is under way ends first. */
  "jobs.pause": {
    input: z.object({ id: z.string(), paused: z.boolean() }),
    output: z.object({}),
  },
  /** Runs an interrupted job's call again; what it had stored is kept and skipped. */
  "jobs.resume": {
    input: z.object({ id: z.string() }),
    output: z.object({ resumed: z.boolean() }),
  },
  "jobs.clear": { input: z.object({}), output: z.object({}) },
} satisfies ContractPart;

export type Job = z.infer<typeof jobSchema>;
