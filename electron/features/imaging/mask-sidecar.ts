/** The JSON beside a label map: names, colours and codes of its labels, and what made them. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { AppError } from "../../api/errors.ts";
import { measureMask, type Measurable } from "./describe.ts";
import type { SegmentLabel } from "./dicom-seg.ts";
import type { Maker, SegmentToWrite } from "./dicom-seg-writer.ts";

/** A label with all that is known of it; a colour where its file gives one. */
export type KnownLabel = Omit<SegmentLabel, "segment">;

export type Sidecar = { labels: KnownLabel[]; maskSha256: string };

type ToDescribe = {
  /** The label map's file name. */
  mask: string;
  data: Uint8Array;
  maskSha256: string;
  image: Measurable;
  labels: readonly (KnownLabel & Pick<SegmentToWrite, "color">)[];
  /** What made all labels that do not say it themselves. */
  algorithm?: Omit<Maker, "creator">;
};

export const sha256Of = (data: Uint8Array): string =>
  createHash("sha256").update(data).digest("hex");

/** Empty labels stand in it too: that a model looked for a structure and found none is a result. */
export function sidecarOf({ mask, data, maskSha256, image, labels, algorithm }: ToDescribe) {
  return {
    format: "evidesk-mask/1",
    notice: "Research use only - not for diagnosis.",
    mask,
    maskSha256,
    labels: measureMask(data, image, [...labels]).map((measured, at) => ({
      ...labels[at],
      ...measured,
    })),
    ...(algorithm ? { algorithm } : {}),
  };
}

/** `mask.nii.gz` has its sidecar in `mask.json`, as images of the Brain Imaging Data Structure have theirs. */
export const sidecarPath = (path: string): string =>
  path.replace(/\.(nii|nii\.gz|nrrd|mha)$/i, ".json");

const codeSchema = z.object({ code: z.string(), scheme: z.string(), meaning: z.string() });
const madeSchema = z.enum(["AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"]);
const sidecarSchema = z.object({
  maskSha256: z.string(),
  labels: z.array(
    z.object({
      id: z.number().int().min(1).max(255),
      name: z.string(),
      color: z
        .string()
        .regex(/^#[0-9a-f]{6}$/i)
        .optional(),
      snomed: z.object({ code: z.string(), meaning: z.string() }).optional(),
      category: codeSchema.optional(),
      property: codeSchema.optional(),
      made: madeSchema.optional(),
      algorithm: z.string().optional(),
      version: z.string().optional(),
      family: codeSchema.optional(),
    }),
  ),
  algorithm: z.object({ algorithm: z.string(), version: z.string(), type: madeSchema }).optional(),
});

/** Null for JSON that is no sidecar of ours. @throws badFile for one that is broken */
export function readSidecar(text: string, path: string): Sidecar | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if ((value as { format?: unknown } | null)?.format !== "evidesk-mask/1") return null;
  const parsed = sidecarSchema.safeParse(value);
  if (!parsed.success)
    throw new AppError(
      "badFile",
      `"${path}" is not as its format says: ${z.prettifyError(parsed.error)}`,
      { path },
    );
  const { labels, maskSha256, algorithm: all } = parsed.data;
  const common = all ? { made: all.type, algorithm: all.algorithm, version: all.version } : {};
  return { maskSha256, labels: labels.map((label) => ({ ...common, ...defined(label) })) };
}

/** Without what was left out, which must not hide what is said of all labels. */
function defined<Value extends object>(value: Value): KnownLabel {
  return Object.fromEntries(
    Object.entries(value).filter(([, one]) => one !== undefined),
  ) as KnownLabel;
}
