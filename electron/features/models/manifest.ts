/**
 * The pack format: what a model is, what it was measured at, and how it is run. Steps are a closed
 * set, implemented here and tested against reference implementations; a pack contains no code.
 */
import { z } from "zod";
import { AppError } from "../../api/errors.ts";
import { contradictions } from "./manifest-checks.ts";
import { inferenceSchema } from "./manifest-inference.ts";
import { explain } from "./manifest-problems.ts";
import { postprocessStep, preprocessStep, relativePath } from "./manifest-steps.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "64 small hexadecimal digits");

const coded = z.union([
  z.string().min(1),
  z.strictObject({ code: z.string().min(1), meaning: z.string().min(1) }),
]);
/** What a label is in SNOMED CT: its code, or DICOM's pair of category and type, of which the type says what it is. */
const snomed = z.union([
  z.strictObject({ code: z.string(), meaning: z.string() }),
  z.strictObject({ category: coded, type: coded }).transform(({ category, type }) => ({
    ...(typeof type === "string" ? { code: type, meaning: type } : type),
    category,
  })),
]);

const manifestSchema = z.strictObject({
  format: z.literal("evidesk-pack/1"),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "small letters, digits and hyphens"),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "three numbers such as 1.0.0"),
  /** Where the model came from: an address or a citation, and which revision of it. */
  source: z
    .union([
      z.string().min(1),
      z.strictObject({ url: z.string().min(1), revision: z.string().optional() }),
    ])
    .optional(),
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
      sha256,
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
        .regex(/^#[0-9a-fA-F]{6}$/, "a colour such as #1b9e77")
        .optional(),
      snomed: snomed.optional(),
      group: z.array(z.string()).optional(),
    }),
  ),
  groups: z.record(z.string(), z.array(z.int())).optional(),
  operatingPoints: z
    .array(
      z.looseObject({
        label: z.string(),
        threshold: z.number().min(0).max(1),
        sensitivity: z.number().optional(),
        specificity: z.number().optional(),
        cohort: z.string().optional(),
      }),
    )
    .optional(),
  calibration: z.looseObject({}).optional(),
  card: relativePath,
  /** How a result is told to a model that asked for it: the id of a template, and its language. */
  feedback: z.strictObject({ template: z.string().min(1), locale: z.string().min(1) }).optional(),
  /** What the converter saw on one input, by its hash; the input itself need not be in the pack. */
  tests: z
    .array(
      z.strictObject({
        input: relativePath,
        sha256,
        expectedMetric: z.number(),
        tolerance: z.number().min(0),
      }),
    )
    .optional(),
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
export type Inference = Manifest["inference"];
export type PreprocessStep = Manifest["preprocess"][number];
export type PostprocessStep = Manifest["postprocess"][number];

/** The same rules for editors and other programs; `node models/schema.ts` writes it. */
export function manifestJsonSchema(): unknown {
  return {
    ...z.toJSONSchema(manifestSchema, { io: "input" }),
    title: "Evidesk model pack, manifest.json",
  };
}

/** Parses a manifest's JSON. @throws packInvalid saying which field is wrong, what was given and what would be right */
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
  const problems = parsed.success
    ? contradictions(parsed.data)
    : parsed.error.issues.map(
        (issue) => `${issue.path.join(".") || "manifest"}: ${explain(issue, json)}`,
      );
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new AppError("packInvalid", `${source}: ${problems[0]}.`, { problems });
}
