/** What people write on records beside their decisions: notes, tags, corrections, groups, reasons. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { recordSchema, reviewId } from "./review.ts";

const byRecord = z.object({ reviewId, recordId: z.string() });

const groupSuggestionSchema = z.object({
  records: z.array(z.object({ id: z.string(), title: z.string() })),
  reason: z.string(),
  /** Members that the asking reviewer decided on differently: one decision for the group settles them. */
  contradictory: z.boolean(),
});

export const recordsContract = {
  /** Replaces the reviewer's own tags and note on a record; what stood there stays in the history. */
  "records.annotate": {
    input: byRecord.extend({
      tags: z.array(z.string().max(80)).max(50).optional(),
      note: z.string().max(20_000).optional(),
    }),
    output: recordSchema,
  },
  "records.tags": {
    input: z.object({ reviewId }),
    output: z.array(z.object({ tag: z.string(), records: z.int() })),
  },
  /** Corrects a record by hand, a missing abstract above all; before and after stand in the audit. */
  "records.edit": {
    input: byRecord.extend({
      title: z.string().max(2000).optional(),
      abstract: z.string().max(200_000).optional(),
    }),
    output: recordSchema,
  },
  /** Adds one record by hand, in the middle of the work too. */
  "records.add": {
    input: z.object({
      reviewId,
      title: z.string().min(1).max(2000),
      abstract: z.string().max(200_000).default(""),
      authors: z.array(z.string()).default([]),
      year: z.int().nullable().default(null),
      journal: z.string().default(""),
      doi: z.string().default(""),
      pmid: z.string().default(""),
    }),
    output: z.object({ record: recordSchema.nullable(), duplicates: z.int() }),
  },
  /** Near-duplicates and likely companions that are in no common group yet. */
  "records.suggestGroups": {
    input: z.object({ reviewId }),
    output: z.array(groupSuggestionSchema),
  },
  "records.group": {
    input: z.object({
      reviewId,
      recordIds: z.array(z.string()).min(2),
      why: z.string().default(""),
    }),
    output: z.object({ group: z.string() }),
  },
  "records.ungroup": { input: byRecord, output: z.object({}) },
  /** Gives the reviewer's own exclusions with one reason another; the earlier decisions stay. */
  "records.changeReason": {
    input: z.object({
      reviewId,
      stage: z.enum(["screen", "fullText"]).default("screen"),
      from: z.string(),
      to: z.string(),
    }),
    output: z.object({ changed: z.int() }),
  },
} satisfies ContractPart;
