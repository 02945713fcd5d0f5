/** Model packs: what is installed, what its card says, whether it is sound, how fast it runs. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { progressSchema } from "./ledger.ts";

export const packSchema = z.object({
  id: z.string(),
  version: z.string(),
  title: z.string(),
  task: z.string(),
  licence: z.object({ name: z.string(), commercialUse: z.boolean(), clinicalUse: z.boolean(), researchOnly: z.boolean(), attribution: z.array(z.string()) }),
  intendedUse: z.string(),
  bytes: z.int(),
  bundled: z.boolean(),
  status: z.enum(["ready", "disabled", "broken"]),
  problem: z.string().optional(),
  figures: z.array(z.looseObject({ metric: z.string(), value: z.number(), n: z.int(), cohort: z.string(), subgroup: z.string().optional(), date: z.string() })),
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

export const modelsContract = {
  "models.list": { input: z.object({}), output: z.array(packSchema) },
  "models.card": { input: byId, output: z.object({ markdown: z.string() }) },
  "models.verify": { input: z.object({ id: z.string().optional() }), output: z.array(z.object({ id: z.string(), ok: z.boolean(), problem: z.string().optional() })) },
  "models.setEnabled": { input: byId.extend({ enabled: z.boolean() }), output: z.object({}) },
  "models.bench": { input: z.object({ id: z.string().optional(), runs: z.int().min(3).max(200).default(20) }), output: z.array(benchSchema), event: progressSchema },
  "models.status": {
    input: z.object({}),
    output: z.object({ state: z.enum(["idle", "running", "unavailable"]), failures: z.int(), lastFailure: z.string(), devices: z.array(z.string()) }),
  },
  "models.retry": { input: z.object({}), output: z.object({}) },
} satisfies ContractPart;

export type PackInfo = z.infer<typeof packSchema>;
export type Bench = z.infer<typeof benchSchema>;
