/**
 * The pack format: what a model is, what it was measured at, and how it is run. Steps are a closed
 * set, implemented here and tested against reference implementations; a pack contains no code.
 */
import { z } from "zod";
import { AppError } from "../../api/errors.ts";
import { askingSchema } from "../../api/schemas/effort.ts";
import { templateChoice } from "./generation/template.ts";
import { ruleSchema } from "./rules/schema.ts";

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
  step("tokenize", { vocabulary: z.string(), maxTokens: z.int().positive() }).loose(),
]);

/** Label maps hold a byte a voxel. */
const classId = z.int().min(1).max(255);

const window = {
  file: z.string(),
  input: z.string(),
  output: z.string(),
  /** Window in voxels along x, y, z; 0 or less takes the whole axis. */
  roi: z.tuple([z.int(), z.int(), z.int()]),
  overlap: z.number().min(0).max(0.95),
  mode: z.enum(["constant", "gaussian"]),
  sigmaScale: z.number().positive().default(0.125),
  padMode: z.enum(["constant"]).default("constant"),
  cval: z.number().default(0),
  batch: z.int().positive().default(1),
};

const visionSchema = z.strictObject({
  /** `pixel_values` [n, 3, height, width] to `image_features` [n, tokens, width of the decoder]. */
  encoder: z.string(),
  /** `input_ids` [1, n] to `inputs_embeds` [1, n, width of the decoder]. */
  embed: z.string(),
  /** Rows that one image takes in the decoder. */
  tokens: z.int().positive(),
  /** Height and width in pixels. */
  size: z.tuple([z.int().positive(), z.int().positive()]),
  /** `pad` fills up to a square with the mean colour first. */
  fit: z.enum(["stretch", "pad"]).default("stretch"),
  /** Pillow's filters on bytes. */
  resample: z.enum(["bicubic", "bilinear"]).default("bicubic"),
  /** On red, green, blue from 0 to 1. */
  mean: z.tuple([z.number(), z.number(), z.number()]).default([0.5, 0.5, 0.5]),
  std: z
    .tuple([z.number().positive(), z.number().positive(), z.number().positive()])
    .default([0.5, 0.5, 0.5]),
});

const kind = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.strictObject({ kind: z.literal(name), ...shape });

export const inferenceSchema = z.discriminatedUnion("kind", [
  /** The network takes [1, channels, height, width], slice by slice when the image is deeper. */
  kind("full", { file: z.string(), input: z.string(), output: z.string() }),
  /**
   * Classifiers of one label list, each with steps and operating points of its own (null where it was not trained);
   * `voters` names the members whose mean a label is, all of them where it is not listed.
   */
  kind("ensemble", {
    members: z
      .array(
        z.strictObject({
          name: z.string(),
          file: z.string(),
          input: z.string(),
          output: z.string(),
          preprocess: z.array(preprocessStep),
          thresholds: z.array(z.number().positive().nullable()),
        }),
      )
      .min(1),
    voters: z.record(z.string(), z.array(z.string()).min(1)).default({}),
    /** Who is asked first and how many, by kind of image, as it was calibrated; absent: all are alike. */
    asking: askingSchema.optional(),
  }),
  kind("slidingWindow", window),
  /** As slidingWindow; the network also takes class ids [n, 1], `chunk` of them at a time. */
  kind("classPrompt", {
    ...window,
    prompt: z.string(),
    classes: z.array(classId).min(1),
    /** What is asked for when nothing is named; all classes when absent. */
    everything: z.array(classId).min(1).optional(),
    chunk: z.int().positive(),
    /**
     * A second network, linear in the features that the first one gives: features and class ids in, a logit per
     * class out. The first then runs once for all classes and takes no ids.
     */
    head: z.strictObject({ file: z.string(), input: z.string(), output: z.string() }).optional(),
    /**
     * A network for clicks, window by window: image, points [1, n, 3] in the window's voxels and their kinds [1, n]
     * (0 outside, 1 inside; 2 and 3 for the classes listed as special) in, one object's logits out.
     */
    points: z
      .strictObject({
        file: z.string(),
        input: z.string(),
        points: z.string(),
        kinds: z.string(),
        output: z.string(),
        special: z.array(classId).default([]),
      })
      .optional(),
  }),
  kind("rules", {
    rules: z.array(ruleSchema).min(1),
    assign: z.array(z.strictObject({ label: z.int().positive(), region: z.string() })).min(1),
  }),
  kind("text", { file: z.string() }).loose(),
  z.discriminatedUnion("backend", [
    /** A server with OpenAI's chat completions; `remote` says that it may be another machine. */
    kind("generate", {
      backend: z.literal("endpoint"),
      address: z.url({ protocol: /^https?$/ }),
      model: z.string().min(1),
      contextTokens: z.int().min(512),
      remote: z.boolean().default(false),
    }),
    /** A GGUF file, read by llama.cpp in the model process; `adapters` are LoRA files of the pack. */
    kind("generate", {
      backend: z.literal("llama"),
      file: z.string(),
      contextTokens: z.int().min(512).default(8192),
      adapters: z.array(z.string()).default([]),
    }),
    /**
     * A decoder with its cache as ONNX (Hugging Face Optimum's names), with `vision` also what sees. Run
     * in the model process; only plain files of the pack are read.
     */
    kind("generate", {
      backend: z.literal("onnx"),
      /** `input_ids` or, with `vision`, `inputs_embeds`; `past_key_values.N.key|value` to `logits`, `present.N.key|value`. */
      file: z.string(),
      tokenizer: z.string().default("tokenizer.json"),
      /** The checkpoint's config.json, for its end and beginning tokens. */
      config: z.string().default("config.json"),
      contextTokens: z.int().min(512),
      template: templateChoice,
      /** Tokens of beginning that the checkpoint was trained with; the converter asks its tokenizer. */
      bos: z.int().min(0).max(2),
      vision: visionSchema.optional(),
    }),
  ]),
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

const relativePath = z
  .string()
  .regex(/^(?!.*(^|\/)\.\.?(\/|$))[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/, "a path inside the pack");

/** Whether a path stays inside the folder it is relative to, in plain characters. */
export const isInside = (path: string): boolean => relativePath.safeParse(path).success;

export const manifestSchema = z.strictObject({
  format: z.literal("evidesk-pack/1"),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  title: z.string().min(1),
  task: z.enum([
    "segmentation",
    "classification",
    "tagging",
    "sentence-classification",
    "text-classification",
    "embedding",
    "generation",
    "planning",
  ]),
  licence: z.strictObject({
    name: z.string(),
    url: z.string().optional(),
    commercialUse: z.boolean(),
    clinicalUse: z.boolean(),
    researchOnly: z.boolean(),
    attribution: z.array(z.string()).default([]),
  }),
  intendedUse: z.string().min(1),
  notForDiagnosis: z.literal(true),
  files: z.array(
    z.strictObject({
      path: relativePath,
      bytes: z.int().min(0),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
  inputs: z
    .array(
      z.looseObject({
        name: z.string(),
        modality: z.array(z.string()).min(1),
        channels: z.int().positive().default(1),
        dtype: z.string().default("float32"),
      }),
    )
    .min(1),
  preprocess: z.array(preprocessStep),
  inference: inferenceSchema,
  postprocess: z.array(postprocessStep),
  labels: z.array(
    z.looseObject({
      id: z.int().min(0),
      name: z.string(),
      color: z
        .string()
        .regex(/^#[0-9a-f]{6}$/i)
        .optional(),
      snomed: z.strictObject({ code: z.string(), meaning: z.string() }).optional(),
      group: z.array(z.string()).optional(),
    }),
  ),
  groups: z.record(z.string(), z.array(z.int())).optional(),
  operatingPoints: z
    .array(
      z.looseObject({
        label: z.string(),
        threshold: z.number(),
        sensitivity: z.number().optional(),
        specificity: z.number().optional(),
        cohort: z.string().optional(),
      }),
    )
    .optional(),
  calibration: z.looseObject({}).optional(),
  card: relativePath,
  /** A vision-language pack that plans expert calls: how it is shown the cards, and whether it also answers. */
  planner: z
    .strictObject({ manner: z.enum(["vila-m3", "short"]), answers: z.boolean() })
    .optional(),
  expertCall: z
    .strictObject({
      name: z
        .string()
        .regex(/^[A-Z][A-Z0-9_]*$/)
        .optional(),
      modality: z.string(),
      task: z.string(),
      overview: z.string(),
      accuracy: z.string(),
      args: z.array(z.string()),
    })
    .optional(),
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

export type Manifest = z.infer<typeof manifestSchema>;
export type Inference = z.infer<typeof inferenceSchema>;
export type PreprocessStep = z.infer<typeof preprocessStep>;
export type PostprocessStep = z.infer<typeof postprocessStep>;

/** The same rules for editors and other programs; `node models/schema.ts` writes it. */
export function manifestJsonSchema(): unknown {
  return {
    ...z.toJSONSchema(manifestSchema, { io: "input" }),
    title: "Evidesk model pack, manifest.json",
  };
}

/** Parses a manifest's JSON; says which field is wrong and what would be right. */
export function parseManifest(text: string, source: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    throw new AppError(
      "packInvalid",
      `${source}: manifest.json is not JSON (${thrown instanceof Error ? thrown.message : ""}).`,
    );
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join(".") || "manifest"}: ${explain(issue, json)}`,
  );
  throw new AppError("packInvalid", `${source}: ${problems[0]}.`, { problems });
}

const names = {
  preprocess: preprocessStep.options.map((option) => option.shape.step.value),
  postprocess: postprocessStep.options.map((option) => option.shape.step.value),
  inference: inferenceSchema.options.map((option) =>
    "shape" in option ? option.shape.kind.value : "generate",
  ),
  rules: ruleSchema.options.map((option) => option.shape.rule.value),
};

/** An unknown step is named, with the steps there are; other issues speak for themselves. */
function explain(issue: z.core.$ZodIssue, json: unknown): string {
  if (issue.code !== "invalid_union") return issue.message;
  const given = JSON.stringify(
    issue.path.reduce<unknown>(
      (value, key) => (isRecord(value) ? value[String(key)] : undefined),
      json,
    ),
  );
  const place = issue.path.includes("rules") ? "rules" : issue.path[0];
  const valid: readonly string[] =
    place === "preprocess" || place === "postprocess" || place === "inference" || place === "rules"
      ? names[place]
      : [];
  return `unknown ${place === "inference" ? "kind" : "step"} ${given ?? "(none)"}; valid: ${valid.join(", ")}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
