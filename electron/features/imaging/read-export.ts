/** The files of an exported read: masks that a person decided on, and a report that says where each came from. */
import type { Study, Series } from "../../api/schemas/imaging.ts";
import type { Decision, Suggestion } from "../../api/schemas/ledger.ts";
import type { AssetStore } from "../review/assets.ts";
import { measureMask } from "./describe.ts";
import { isDicom, readDicom, type DicomFile } from "./dicom.ts";
import { writeSegmentation } from "./dicom-seg-writer.ts";
import { writeNifti } from "./nifti.ts";
import { isPicture } from "./mask-files.ts";
import { writeLabelPng } from "./raster.ts";

export type BuiltFile = { name: string; bytes: Uint8Array };
type Value = {
  mask?: string;
  labels?: { id: number; name: string; color: string }[];
  voxelsChanged?: number;
  seconds?: number;
  findings?: unknown;
  modelSha256?: string;
  device?: string;
  ms?: number;
};

/** Only suggestions that were accepted or corrected become files; rejected ones are named in the report. */
export async function buildRead(study: Study, assets: AssetStore): Promise<BuiltFile[]> {
  const files: BuiltFile[] = [];
  const reads = [];
  for (const suggestion of study.suggestions) {
    const series = study.images.find((image) => suggestion.subject.endsWith(`/series:${image.id}`));
    if (series === undefined) continue;
    const decision = latest(study.decisions, suggestion.id);
    const entry = describeRead(suggestion, series, decision);
    const kept = decision?.action === "accept" || decision?.action === "correct";
    const suggested = suggestion.value as Value;
    if (!kept || suggested.mask === undefined) {
      reads.push(entry);
      continue;
    }
    const maskId =
      decision.action === "correct"
        ? ((decision.value as Value | undefined)?.mask ?? suggested.mask)
        : suggested.mask;
    const data = await assets.get(maskId);
    const file = maskFile(series, suggestion.model, data, files.length + 1);
    files.push(file);
    const segmentation = await segmentationFile(
      series,
      { data, labels: suggested.labels ?? [], suggestion, decision },
      file.name,
      assets,
    );
    if (segmentation) files.push(segmentation);
    reads.push({
      ...entry,
      mask: {
        file: file.name,
        sha256: maskId,
        labels: measureMask(data, series, suggested.labels ?? []),
      },
    });
  }
  const report = {
    format: "evidesk-read/1",
    notice: "Research use only - not for diagnosis.",
    study: { id: study.id, name: study.name, opened: study.at },
    exportedAt: new Date().toISOString(),
    images: study.images.map(
      ({
        name,
        format,
        modality,
        shape,
        spacing,
        affine,
        orientation,
        pixels,
        sources,
        files: names,
      }) => ({
        name,
        format,
        modality,
        shape,
        spacing,
        affineRas: affine,
        orientation,
        pixelsSha256: pixels,
        files: names.map((file, at) => ({ file, sha256: sources[at] })),
      }),
    ),
    reads,
    conversation: study.turns,
  };
  files.push({
    name: "report.json",
    bytes: new TextEncoder().encode(JSON.stringify(report, null, 1)),
  });
  return files;
}

function latest(decisions: readonly Decision[], suggestionId: string): Decision | undefined {
  const found = decisions.filter((decision) => decision.suggestionId === suggestionId).at(-1);
  return found?.action === "withdraw" ? undefined : found;
}

function describeRead(suggestion: Suggestion, series: Series, decision: Decision | undefined) {
  const value = suggestion.value as Value;
  const corrected = decision?.value as Value | undefined;
  return {
    image: series.name,
    suggestion: {
      id: suggestion.id,
      at: suggestion.at,
      expert: suggestion.model,
      version: suggestion.modelVersion,
      modelSha256: value.modelSha256,
      device: value.device,
      ms: value.ms,
      inputSha256: suggestion.inputSha256,
      rawMaskSha256: value.mask,
      findings: value.findings,
    },
    decision: decision
      ? {
          action: decision.action,
          by: decision.reviewer,
          at: decision.at,
          note: decision.note,
          correctedMaskSha256: corrected?.mask,
          voxelsChanged: corrected?.voxelsChanged,
          seconds: corrected?.seconds,
        }
      : { action: "undecided" },
  };
}

function maskFile(series: Series, expert: string, data: Uint8Array, number: number): BuiltFile {
  const base = `${number}-${series.name.replace(/\.[^.]+$/, "").replaceAll(/[^\p{L}\p{N}_-]+/gu, "-")}-${expert}`;
  if (isPicture(series.format, series.shape))
    return { name: `${base}.png`, bytes: writeLabelPng({ shape: series.shape, data }) };
  return {
    name: `${base}.nii.gz`,
    bytes: writeNifti({ shape: series.shape, affine: series.affine, data }, true),
  };
}

type Decided = {
  data: Uint8Array;
  labels: { id: number; name: string; color: string }[];
  suggestion: Suggestion;
  decision: Decision;
};

/** A DICOM SEG beside the NIfTI mask where the image came as DICOM: it names the slices it was drawn on. */
async function segmentationFile(
  series: Series,
  { data, labels, suggestion, decision }: Decided,
  beside: string,
  assets: AssetStore,
): Promise<BuiltFile | null> {
  if (series.format !== "DICOM" || !data.some((value) => value > 0)) return null;
  const source: DicomFile[] = [];
  for (const [at, id] of series.sources.entries()) {
    const bytes = await assets.get(id);
    // Images out of a ZIP are stored as that ZIP; such a segmentation refers to no slices.
    if (isDicom(bytes))
      source.push(
        readDicom(
          new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
          series.files[at] ?? series.name,
        ),
      );
  }
  const type = decision.action === "correct" ? "SEMIAUTOMATIC" : "AUTOMATIC";
  const maker = {
    algorithm: suggestion.model,
    version: suggestion.modelVersion,
    type,
    creator: decision.reviewer,
  } as const;
  const bytes = writeSegmentation(
    { shape: series.shape, data, affine: series.affine },
    labels,
    maker,
    source.length === series.files.length ? source : [],
  );
  return { name: `${beside.replace(/\.(nii\.gz|png)$/, "")}.dcm`, bytes };
}
