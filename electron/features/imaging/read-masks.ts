/** The files of one mask that a reader decided on: on the image's grid, as DICOM SEG, with a sidecar and a picture. */
import type { Series } from "../../api/schemas/imaging.ts";
import type { Decision, Suggestion } from "../../api/schemas/ledger.ts";
import type { Volume } from "../../api/volume.ts";
import { readDicom, type DicomFile } from "./dicom.ts";
import { writeSegmentation, type Maker, type SegmentToWrite } from "./dicom-seg-writer.ts";
import { isPicture } from "./mask-files.ts";
import { sidecarOf } from "./mask-sidecar.ts";
import { writeNifti } from "./nifti.ts";
import { writeLabelPng, writeOverlayPng } from "./raster.ts";
import { greyOf } from "./voi.ts";

export type BuiltFile = { name: string; bytes: Uint8Array };
export type DecidedMask = {
  series: Series;
  volume: Volume;
  /** Headers of the image, where it is DICOM. */
  source: readonly DicomFile[];
  data: Uint8Array;
  maskId: string;
  labels: SegmentToWrite[];
  /** Absent where a reader drew the mask. */
  suggestion: Suggestion | undefined;
  decision: Decision;
  /** What the model gave, where the reader corrected it. */
  raw?: Uint8Array;
};
export type BuiltMask = {
  files: BuiltFile[];
  /** The segmentation that was written, for reports that refer to it. */
  seg?: { instance: string; series: string };
};

/**
 * AUTOMATIC as the model left it, SEMIAUTOMATIC after a reader's correction; a mask drawn by hand, here or
 * elsewhere, is MANUAL.
 */
export function makerOf({
  suggestion,
  decision,
}: Pick<DecidedMask, "suggestion" | "decision">): Maker {
  if (suggestion === undefined)
    return {
      algorithm: "Own segments",
      version: "manual",
      type: "MANUAL",
      creator: decision.reviewer,
    };
  const { origin } = suggestion.value as { origin?: { made?: string } };
  const made = origin?.made ?? "AUTOMATIC";
  const corrected = decision.action === "correct";
  return {
    algorithm: suggestion.model,
    version: suggestion.modelVersion,
    type:
      made === "AUTOMATIC" && !corrected
        ? "AUTOMATIC"
        : made === "MANUAL"
          ? "MANUAL"
          : "SEMIAUTOMATIC",
    creator: decision.reviewer,
  };
}

/** Without the reader's name, which the decision gives. */
function algorithmOf(mask: DecidedMask): Omit<Maker, "creator"> {
  const { creator: _, ...algorithm } = makerOf(mask);
  return algorithm;
}

export function buildMask(mask: DecidedMask, number: number): BuiltMask {
  const { series, data, labels, suggestion, decision, raw } = mask;
  const safe = (text: string): string => text.replaceAll(/[^\p{L}\p{N}_-]+/gu, "-");
  const base = `${number}-${safe(series.name.replace(/\.[^.]+$/, ""))}-${safe(suggestion?.model ?? `own-segments-${decision.reviewer}`)}`;
  const flat = isPicture(series.format, series.shape);
  const ending = flat ? ".png" : ".nii.gz";
  const name = `${base}${ending}`;
  const onGrid = (bytes: Uint8Array): Uint8Array =>
    flat
      ? writeLabelPng({ shape: series.shape, data: bytes })
      : writeNifti({ shape: series.shape, affine: series.affine, data: bytes }, true);
  const files: BuiltFile[] = [
    { name, bytes: onGrid(data) },
    ...(raw ? [{ name: `${base}-model-raw${ending}`, bytes: onGrid(raw) }] : []),
    {
      name: `${base}.json`,
      bytes: json({
        ...sidecarOf({
          mask: name,
          data,
          maskSha256: mask.maskId,
          image: series,
          labels,
          algorithm: algorithmOf(mask),
        }),
        image: series.name,
        imageSha256: series.pixels,
        ...(raw ? { modelRaw: `${base}-model-raw${ending}` } : {}),
        decision: { action: decision.action, by: decision.reviewer, at: decision.at },
      }),
    },
    picture(mask, `${base}-overlay`),
  ];
  if (mask.source.length === 0 || !data.some((value) => value > 0)) return { files };
  const bytes = writeSegmentation(
    { shape: series.shape, data, affine: series.affine },
    labels,
    makerOf(mask),
    mask.source,
  );
  files.push({ name: `${base}.dcm`, bytes });
  const written = readDicom(bytes, base);
  const instance = written.dataSet.string("x00080018") ?? "";
  return { files, seg: { instance, series: written.series } };
}

export const json = (value: unknown): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(value, null, 1));

/** The slice with most of the mask, in the image's own window, labels laid over in their colours. */
function picture({ series, volume, data, labels }: DecidedMask, base: string): BuiltFile {
  const plane = series.shape[0] * series.shape[1];
  let slice = Math.floor(series.shape[2] / 2);
  let most = 0;
  for (let k = 0; k < series.shape[2]; k += 1) {
    let count = 0;
    for (let at = k * plane; at < (k + 1) * plane; at += 1) if (data[at] !== 0) count += 1;
    if (count > most) [most, slice] = [count, k];
  }
  const grey = (at: number): number =>
    greyOf(volume.data[slice * plane + at] as number, series.window, series.voi);
  const size = plane * series.shape[2];
  const rgb = Array.from({ length: 3 }, (_, channel) =>
    Uint8Array.from({ length: plane }, (_unused, at) =>
      series.channels >= 3
        ? (volume.data[channel * size + slice * plane + at] as number)
        : Math.round(grey(at)),
    ),
  );
  return {
    name: `${base}${series.shape[2] > 1 ? `-slice-${slice + 1}` : ""}.png`,
    bytes: writeOverlayPng(
      [series.shape[0], series.shape[1]],
      rgb as [Uint8Array, Uint8Array, Uint8Array],
      data.subarray(slice * plane, (slice + 1) * plane),
      labels,
    ),
  };
}
