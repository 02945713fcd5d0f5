/** How many experts are asked where several answer the same question. */
import { z } from "zod";

export const efforts = ["fast", "balanced", "thorough"] as const;
export const effortSchema = z.enum(efforts);
export type Effort = z.infer<typeof effortSchema>;

/** Of a classifier's answer: who was asked of those that could be, in which order, and on what that rests. */
export const askedSchema = z.object({
  effort: effortSchema,
  experts: z.array(z.string()),
  of: z.int(),
  /** The images that the choice was calibrated on; null where nobody calibrated it. */
  calibratedOn: z.string().nullable(),
  /** Experts that were to be asked and refused the image. */
  refused: z.array(z.object({ name: z.string(), why: z.string() })).optional(),
});
export type Asked = z.infer<typeof askedSchema>;

/** Several experts that answer the same: the members of one pack, or installed packs. */
export const panelSchema = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.enum(["members", "packs"]),
  /** The kind of image, in words; empty for all that the pack reads. */
  about: z.string(),
  modality: z.array(z.string()),
  names: z.array(z.string()),
  /** Experts asked at each choice. */
  asks: z.record(effortSchema, z.int()),
  calibratedOn: z.string().nullable(),
  /** The best expert alone on those images, where it was as good as all of them together. */
  oneDoes: z.string().nullable(),
});
export type Panel = z.infer<typeof panelSchema>;

const share = z.number().min(0).max(1);

/** What was measured of one choice: mean AUROC over the labels, calls an image. */
const measuredChoice = z.strictObject({ auroc: share, calls: z.number().min(0) });

/** For one kind of image: each expert's share by name, and how much of the mass each choice asks. */
const kindSchema = z.strictObject({
  mass: z.record(z.string(), z.number().min(0)),
  reach: z.strictObject({ fast: share, balanced: share, thorough: share }),
  /** On images that no expert was trained on; `one` is the best expert alone. */
  measured: z.strictObject({
    on: z.string().min(1),
    n: z.int().positive(),
    date: z.string(),
    fast: measuredChoice,
    balanced: measuredChoice,
    thorough: measuredChoice,
    all: measuredChoice,
    one: z.strictObject({ name: z.string(), auroc: share }),
  }),
});

/** By kind of image (`cxr-adult` …), or `any` where the kinds were not told apart. */
export const askingSchema = z.record(z.string(), kindSchema);
export type Asking = z.infer<typeof askingSchema>;
export type AskingKind = z.infer<typeof kindSchema>;
