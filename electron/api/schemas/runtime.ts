/** The expert runtime: what models hold of memory, what is expected next, and the log of calls. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { assetId } from "./review.ts";

/** A model by the folder of its pack and its file. */
const open = z.object({ id: z.string(), title: z.string(), bytes: z.number() });

export const traceLineSchema = z.object({
  at: z.string(),
  /** Counts up when the desk was left alone for a while. */
  session: z.int(),
  /**
   * "failed": the call, or what a model wrote, could not be used. "spared": `calls` experts that answer the same
   * were not asked, because those before them were enough.
   */
  kind: z.enum(["call", "prefetch", "release", "failed", "spared"]),
  calls: z.int().optional(),
  expert: z.string(),
  /** "server": by another program, which is never opened or closed from here. */
  device: z.string(),
  /** The code of what failed, such as "modelFailed" or "timeout"; never the text. */
  why: z.string().optional(),
  /** Whether the model was open when it was called. */
  hit: z.boolean(),
  /** The whole call as the desk waited for it, and of that the opening, in milliseconds. */
  ms: z.number(),
  loadMs: z.number(),
  /** What the open model holds, in bytes; 0 where it was not measured. */
  bytes: z.number(),
});

export const runtimeContract = {
  "runtime.state": {
    input: z.object({ calls: z.int().min(1).max(500).default(60) }),
    output: z.object({
      devices: z.array(
        z.object({
          device: z.string(),
          budgetBytes: z.number(),
          /** Whether the user set the limit; else it is the program's default. */
          chosen: z.boolean(),
          open: z.array(open),
        }),
      ),
      /** The title of the last call of this session; empty before its first. */
      after: z.string(),
      /** Likely next, most likely first; 0..1, with what is done about it while the reader reads. */
      expected: z.array(
        z.object({
          id: z.string(),
          title: z.string(),
          likely: z.number(),
          bytes: z.number(),
          /** The chance from which a model of this size is opened ahead. */
          needed: z.number(),
          verdict: z.enum(["open", "fetch", "asked", "unlikely", "slow", "large", "costly"]),
          /** Titles of what is closed for it. */
          closes: z.array(z.string()),
        }),
      ),
      /** What the model process holds in all. */
      processBytes: z.number(),
      machineBytes: z.number(),
      /** Newest first. */
      calls: z.array(traceLineSchema),
      /** Of all calls in the log, the share that found its model open. */
      hitRatio: z.number().nullable(),
      callsInAll: z.int(),
      failedInAll: z.int(),
      /** Calls that were not made because fewer experts were enough. */
      sparedInAll: z.int(),
    }),
  },
  /** Null: the program's default. */
  "runtime.setBudget": {
    input: z.object({ device: z.string(), bytes: z.number().min(64e6).max(1e13).nullable() }),
    output: z.object({}),
  },
  /** The log as lines of JSON: ids, times and bytes, never content. */
  "runtime.exportTrace": {
    input: z.object({}),
    output: z.object({ assetId, name: z.string(), lines: z.int() }),
  },
  "runtime.clearTrace": { input: z.object({}), output: z.object({}) },
} satisfies ContractPart;

export type TraceLine = z.infer<typeof traceLineSchema>;
