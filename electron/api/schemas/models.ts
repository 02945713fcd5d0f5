/** Model packs: what is installed, what its card says, whether it is sound, how fast it runs. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { progressSchema } from "./ledger.ts";
import { assetId } from "./review.ts";

export const packSchema = z.object({
  id: z.string(),
  version: z.string(),
  title: z.string(),
  task: z.string(),
  licence: z.object({
    name: z.string(),
    commercialUse: z.boolean(),
    clinicalUse: z.boolean(),
    researchOnly: z.boolean(),
    attribution: z.array(z.string()),
  }),
  intendedUse: z.string(),
  bytes: z.int(),
  bundled: z.boolean(),
  status: z.enum(["ready", "disabled", "broken"]),
  problem: z.string().optional(),
  figures: z.array(
    z.looseObject({
      metric: z.string(),
      value: z.number(),
      n: z.int(),
      cohort: z.string(),
      subgroup: z.string().optional(),
      date: z.string(),
    }),
  ),
});

export const benchSchema = z.object({
  id: z.string(),
  loadMs: z.number(),
  p50: z.number(),
  p95: z.number(),
  throughput: z.number(),
  peakBytes: z.number(),
  device: z.string(),
  ratioToRuntime: z.number(),
  at: z.string(),
});

const byId = z.object({ id: z.string() });

export const spanSchema = z.object({
  start: z.int(),
  end: z.int(),
  label: z.string(),
  text: z.string(),
  score: z.number(),
});

export const modelsContract = {
  "models.list": { input: z.object({}), output: z.array(packSchema) },
  "models.card": { input: byId, output: z.object({ markdown: z.string() }) },
  "models.verify": {
    input: z.object({ id: z.string().optional() }),
    output: z.array(z.object({ id: z.string(), ok: z.boolean(), problem: z.string().optional() })),
  },
  "models.setEnabled": { input: byId.extend({ enabled: z.boolean() }), output: z.object({}) },
  "models.bench": {
    input: z.object({ id: z.string().optional(), runs: z.int().min(3).max(200).default(20) }),
    output: z.array(benchSchema),
    event: progressSchema,
  },
  "models.status": {
    input: z.object({}),
    output: z.object({
      state: z.enum(["idle", "running", "unavailable"]),
      failures: z.int(),
      lastFailure: z.string(),
      devices: z.array(z.string()),
      using: z.string(),
      tried: z.array(z.object({ device: z.string(), failedBecause: z.string() })),
    }),
  },
  /** From a zip that was uploaded, or from a hub address (`…/manifest.json` or `….zip`). A folder: `evidesk models add`. */
  "models.add": {
    input: z.object({
      source: z.union([z.object({ assetId }), z.object({ url: z.url({ protocol: /^https?$/ }) })]),
    }),
    output: z.object({ id: z.string(), version: z.string() }),
    event: progressSchema,
  },
  "models.remove": { input: byId, output: z.object({}) },
  /** The hub's access token, kept in the system's keychain where there is one; null forgets it. */
  "models.setToken": {
    input: z.object({ token: z.string().min(1).nullable() }),
    output: z.object({}),
  },
  "models.tag": {
    input: byId.extend({ text: z.string().max(5_000_000) }),
    output: z.array(spanSchema),
  },
  /** Probability of the pack's one label for each text. */
  "models.classifyText": {
    input: byId.extend({ texts: z.array(z.string()).min(1).max(10_000) }),
    output: z.object({ scores: z.array(z.number()) }),
  },
  "models.retry": { input: z.object({}), output: z.object({}) },
} satisfies ContractPart;

export type PackInfo = z.infer<typeof packSchema>;
export type Bench = z.infer<typeof benchSchema>;
