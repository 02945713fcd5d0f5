/** Model packs: what is installed, what its card says, whether it is sound, how fast it runs. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { askingSchema, panelSchema } from "./effort.ts";
import { progressSchema } from "./ledger.ts";
import { assetId } from "./review.ts";

const triedSchema = z.array(z.object({ device: z.string(), failedBecause: z.string() }));

/** Times in milliseconds; `peakBytes` is the model process's; `ratioToRuntime` the whole call over the runtime's own part. */
export const benchSchema = z.object({
  id: z.string(),
  loadMs: z.number(),
  p50: z.number(),
  p95: z.number(),
  throughput: z.number(),
  peakBytes: z.number(),
  device: z.string(),
  /** Devices that were to be used and were not. */
  tried: triedSchema,
  ratioToRuntime: z.number(),
  /** Of models that write: tokens of an answer held to a schema, and how long until its first piece. */
  writes: z.object({ tokensPerSecond: z.number(), firstMs: z.number() }).optional(),
  at: z.string(),
});

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
  /** The other machine that it sends what it is asked to; absent where nothing leaves this one. */
  sendsTo: z.string().optional(),
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
  device: z.object({
    /** The user's choice; null leaves it to the program. */
    choice: z.string().nullable(),
    /** What the order of tries is now. */
    order: z.array(z.string()),
    /** Where the pack is open now; empty when it is not. */
    using: z.string(),
    tried: triedSchema,
    /** Of a GGUF model that is open on a graphics card: its layers there, the others are the processor's. */
    layers: z.object({ card: z.int(), all: z.int() }).optional(),
  }),
  /** The last timing on each device, newest first. */
  bench: z.array(benchSchema),
});

const byId = z.object({ id: z.string() });

export const spanSchema = z.object({
  start: z.int(),
  end: z.int(),
  label: z.string(),
  text: z.string(),
  score: z.number(),
  /** Only where the pack judges whole texts: its own threshold, and whether the score reaches it. */
  operatingPoint: z.number().optional(),
  above: z.boolean().optional(),
});

export const modelsContract = {
  "models.list": { input: z.object({}), output: z.array(packSchema) },
  /** The card's text, and the pack's pictures that it shows as data addresses, by the path that the text names. */
  "models.card": {
    input: byId,
    output: z.object({ markdown: z.string(), pictures: z.record(z.string(), z.string()) }),
  },
  "models.verify": {
    input: z.object({ id: z.string().optional() }),
    output: z.array(z.object({ id: z.string(), ok: z.boolean(), problem: z.string().optional() })),
  },
  "models.setEnabled": { input: byId.extend({ enabled: z.boolean() }), output: z.object({}) },
  "models.bench": {
    input: z.object({
      id: z.string().optional(),
      runs: z.int().min(3).max(200).default(20),
      /** One device's name, or "all" that this platform's runtime has; absent: the pack's own order. */
      device: z.string().optional(),
    }),
    output: z.array(benchSchema),
    event: progressSchema,
  },
  "models.status": {
    input: z.object({}),
    output: z.object({
      state: z.enum(["idle", "running", "unavailable"]),
      failures: z.int(),
      lastFailure: z.string(),
      /** What this platform's runtime has, and the order taken where nothing was chosen. */
      devices: z.array(z.string()),
      order: z.array(z.string()),
      /** What the model process holds of memory, and what the machine has. */
      memoryBytes: z.number(),
      machineBytes: z.number(),
    }),
  },
  /** Null: the program chooses. The pack is opened anew on its next run. */
  "models.setDevice": {
    input: byId.extend({ device: z.string().nullable() }),
    output: z.object({}),
  },
  /** From a zip or a folder that was uploaded, or from a hub address (`…/manifest.json` or `….zip`). */
  "models.add": {
    input: z.object({
      source: z.union([
        z.object({ assetId }),
        z.object({ url: z.url({ protocol: /^https?$/ }) }),
        /** A folder's files, `path` as its manifest names them. */
        z.object({
          files: z
            .array(z.object({ path: z.string(), assetId }))
            .min(1)
            .max(500),
        }),
      ]),
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
  /** How packs are fetched; the secrets themselves never come back. */
  "models.access": {
    input: z.object({}),
    output: z.object({
      token: z.boolean(),
      /** Without its user and password; null when none is set. */
      proxy: z.string().nullable(),
    }),
  },
  /** For everything this program sends to other machines; kept like the token. */
  "models.setProxy": {
    input: z.object({ proxy: z.url({ protocol: /^https?$/ }).nullable() }),
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
  /** Where several experts answer the same: who they are, and how many each choice asks. */
  "models.panels": { input: z.object({}), output: z.array(panelSchema) },
  /** Keeps what was calibrated for an ensemble, or for several packs together. */
  "models.setAsking": {
    input: z.object({ ids: z.array(z.string()).min(1), asking: askingSchema }),
    output: z.object({}),
  },
  "models.retry": { input: z.object({}), output: z.object({}) },
} satisfies ContractPart;

export type PackInfo = z.infer<typeof packSchema>;
export type Bench = z.infer<typeof benchSchema>;
