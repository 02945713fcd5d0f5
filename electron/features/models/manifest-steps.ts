/** The closed set of steps before and after inference, and what a file of a pack may be called. */
import { z } from "zod";

export const relativePath = z
  .string()
  .regex(/^(?!.*(^|\/)\.\.?(\/|$))[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/, "a path inside the pack");

/** Whether a path stays inside the folder it is relative to, in plain characters. */
export const isInside = (path: string): boolean => relativePath.safeParse(path).success;

const triple = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]);
const step = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.strictObject({ step: z.literal(name), ...shape });

export const preprocessStep = z.discriminatedUnion("step", [
  step("grayscale", {}),
  /** Height and width in pixels; PIL's filter when `antialias`. */
  step("resize", {
    size: z.tuple([z.int().positive(), z.int().positive()]),
    mode: z.enum(["bilinear", "nearest"]),
    antialias: z.boolean(),
  }),
  step("orient", { axes: z.string().regex(/^[RLAPSI]{3}$/) }),
  step("spacing", { mm: triple, mode: z.enum(["bilinear", "nearest"]) }),
  /** Box around voxels above the threshold. `allowSmaller` clips it at the image, else zeros are added. */
  step("cropForeground", {
    threshold: z.number(),
    marginVox: z.union([z.int().min(0), z.tuple([z.int().min(0), z.int().min(0), z.int().min(0)])]),
    allowSmaller: z.boolean().default(true),
    kDivisible: z.int().positive().default(1),
  }),
  step("intensityRange", {
    aMin: z.number(),
    aMax: z.number(),
    bMin: z.number(),
    bMax: z.number(),
    clip: z.boolean(),
  }),
  step("normalize", {
    mean: z.array(z.number()).min(1),
    std: z.array(z.number().positive()).min(1),
  }),
  step("normalizeNonzero", { perChannel: z.boolean() }),
  step("xrv", {
    scale: z.number(),
    centerCrop: z.boolean(),
    resize: z.int().positive(),
    antialias: z.boolean(),
  }),
  step("padMultiple", { k: z.int().positive() }),
  step("tokenize", { vocabulary: relativePath, maxTokens: z.int().positive() }),
]);

export const postprocessStep = z.discriminatedUnion("step", [
  step("sigmoid", {}),
  step("softmax", {}),
  step("invert", { mode: z.enum(["bilinear", "nearest"]) }),
  step("threshold", { value: z.number() }),
  /** Best channel's label; background where no logit is positive, or where channel 0 wins. */
  step("argmaxOrBackground", {
    background: z.enum(["nonPositive", "channel"]).default("nonPositive"),
  }),
  /** Pairs [channel, label]; the first channel that is set gives the voxel its label. */
  step("mergePriority", { order: z.array(z.tuple([z.int(), z.int()])).min(1) }),
  step("keepLargest", {
    count: z.int().positive(),
    minFraction: z.number().min(0).max(1).default(0),
  }),
  step("removeSmall", { minFraction: z.number().min(0).max(1) }),
  step("fillHoles", {}),
  /** One threshold per label; null for labels the network was not trained on, which are left out. */
  step("opNorm", {
    thresholds: z.array(z.number().positive().nullable()),
    untrained: z.literal("drop"),
  }),
]);
