/** How a pack is run: a closed set of kinds, each naming its files and what goes in and comes out of them. */
import { z } from "zod";
import { askingSchema } from "../../api/schemas/effort.ts";
import { templateChoice } from "./generation/template.ts";
import { preprocessStep, relativePath } from "./manifest-steps.ts";
import { ruleSchema } from "./rules/schema.ts";

/** Label maps hold a byte a voxel. */
const classId = z.int().min(1).max(255);

const window = {
  file: relativePath,
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
  encoder: relativePath,
  /** `input_ids` [1, n] to `inputs_embeds` [1, n, width of the decoder]. */
  embed: relativePath,
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

/** How a text network's answer is read; each task has its own. */
const textDecoding = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("thresholds"),
    thresholds: z.array(z.number().gt(0).lt(1)).min(1),
  }),
  z.strictObject({ kind: z.literal("bio") }),
  z.strictObject({ kind: z.literal("sentences") }),
  z.strictObject({ kind: z.literal("sigmoid") }),
  z.strictObject({ kind: z.literal("vector") }),
]);

const kind = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.strictObject({ kind: z.literal(name), ...shape });

export const inferenceSchema = z.discriminatedUnion("kind", [
  /** The network takes [1, channels, height, width], slice by slice when the image is deeper. */
  kind("full", { file: relativePath, input: z.string(), output: z.string() }),
  /**
   * Classifiers of one label list, each with steps and operating points of its own (null where it was not trained);
   * `voters` names the members whose mean a label is, all of them where it is not listed.
   */
  kind("ensemble", {
    members: z
      .array(
        z.strictObject({
          name: z.string(),
          file: relativePath,
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
    head: z.strictObject({ file: relativePath, input: z.string(), output: z.string() }).optional(),
    /**
     * A network for clicks, window by window: image, points [1, n, 3] in the window's voxels and their kinds [1, n]
     * (0 outside, 1 inside; 2 and 3 for the classes listed as special) in, one object's logits out.
     */
    points: z
      .strictObject({
        file: relativePath,
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
  /** The network takes token ids [rows, tokens, 4]; `size` is the width of an embedding's vectors. */
  kind("text", {
    file: relativePath,
    input: z.string(),
    output: z.string(),
    decoding: textDecoding,
    size: z.int().positive().optional(),
  }),
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
      file: relativePath,
      contextTokens: z.int().min(512).default(8192),
      adapters: z.array(relativePath).default([]),
    }),
    /**
     * A decoder with its cache as ONNX (Hugging Face Optimum's names), with `vision` also what sees. Run
     * in the model process; only plain files of the pack are read.
     */
    kind("generate", {
      backend: z.literal("onnx"),
      /** `input_ids` or, with `vision`, `inputs_embeds`; `past_key_values.N.key|value` to `logits`, `present.N.key|value`. */
      file: relativePath,
      tokenizer: relativePath.default("tokenizer.json"),
      /** The checkpoint's config.json, for its end and beginning tokens. */
      config: relativePath.default("config.json"),
      contextTokens: z.int().min(512),
      template: templateChoice,
      /** Tokens of beginning that the checkpoint was trained with; the converter asks its tokenizer. */
      bos: z.int().min(0).max(2),
      vision: visionSchema.optional(),
    }),
  ]),
]);
