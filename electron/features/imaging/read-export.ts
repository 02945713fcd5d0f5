/** The files of an exported read: what a person decided on, measured and reported, and where each came from. */
import type { Study, Series } from "../../api/schemas/imaging.ts";
import type { Decision, Suggestion } from "../../api/schemas/ledger.ts";
import type { AssetStore } from "../review/assets.ts";
import { measureMask } from "./describe.ts";
import type { DicomFile } from "./dicom.ts";
import type { SegmentToWrite } from "./dicom-seg-writer.ts";
import { buildMask, json, type BuiltFile, type BuiltMask, type DecidedMask } from "./read-masks.ts";
import { decisionOn } from "./report/draft.ts";
import type { openEntries } from "./report/entries.ts";
import { reportFiles } from "./report/report-files.ts";
import { ownSegments } from "./segments.ts";
import { loadVolume } from "./series-store.ts";
import { sourceFiles } from "./source-files.ts";

type Value = {
  mask?: string;
  labels?: SegmentToWrite[];
  segments?: SegmentToWrite[];
  voxelsChanged?: number;
  seconds?: number;
  findings?: unknown;
  origin?: unknown;
  modelSha256?: string;
  device?: string;
  ms?: number;
};
export type ReadToBuild = {
  study: Study;
  entries: ReturnType<ReturnType<typeof openEntries>["of"]>;
  reader: string;
  /** Headers of each series in place of its own: those without what names the patient. */
  sources?: ReadonlyMap<string, DicomFile[]>;
};

/** Accepted and corrected suggestions and the readers' own segments become files; rejected ones are named in the report. */
export async function buildRead(
  { study, entries, reader, sources: given }: ReadToBuild,
  assets: AssetStore,
): Promise<BuiltFile[]> {
  const sources = new Map(given);
  if (given === undefined)
    for (const series of study.images)
      sources.set(
        series.id,
        (await sourceFiles(series, assets)).map(({ file }) => file),
      );
  const masks: (DecidedMask & BuiltMask)[] = [];
  const reads = [];
  for (const suggestion of study.suggestions) {
    const series = study.images.find((image) => suggestion.subject.endsWith(`/series:${image.id}`));
    if (series === undefined) continue;
    const decision = decisionOn(study.decisions, suggestion.id);
    const entry = describeRead(suggestion, series, decision);
    const mask = await decidedMask(suggestion, series, decision, assets);
    if (mask === null) {
      reads.push(entry);
      continue;
    }
    const whole = { ...mask, source: sources.get(series.id) ?? [] };
    const built = buildMask(whole, masks.length + 1);
    masks.push({ ...whole, ...built });
    reads.push({
      ...entry,
      mask: {
        file: built.files[0]?.name,
        sha256: mask.maskId,
        labels: measureMask(mask.data, series, mask.labels),
      },
    });
  }
  for (const decision of ownSegments(study)) {
    const series = study.images.find((image) => decision.subject.endsWith(`/series:${image.id}`));
    const mask = series && (await ownMask(series, decision, assets));
    if (!mask) continue;
    const whole = { ...mask, source: sources.get(series.id) ?? [] };
    const built = buildMask(whole, masks.length + 1);
    masks.push({ ...whole, ...built });
    reads.push({
      image: series.name,
      suggestion: null,
      decision: { action: "drawn by hand", by: decision.reviewer, at: decision.at },
      mask: {
        file: built.files[0]?.name,
        sha256: mask.maskId,
        labels: measureMask(mask.data, series, mask.labels),
      },
    });
  }
  const report = {
    format: "evidesk-read/1",
    notice: "Research use only - not for diagnosis.",
    study: { id: study.id, name: study.name, opened: study.at },
    exportedAt: new Date().toISOString(),
    images: study.images.map(imageOf),
    reads,
    ...entries,
    conversation: study.turns,
  };
  return [
    ...masks.flatMap(({ files }) => files),
    ...reportFiles({ study, ...entries, sources, masks, reader }),
    { name: "report.json", bytes: json(report) },
  ];
}

const imageOf = (series: Series) => ({
  name: series.name,
  format: series.format,
  modality: series.modality,
  shape: series.shape,
  spacing: series.spacing,
  sizes: series.sizes,
  scale: series.scale,
  affineRas: series.affine,
  orientation: series.orientation,
  pixelsSha256: series.pixels,
  files: series.files.map((file, at) => ({ file, sha256: series.sources[at] })),
});

async function decidedMask(
  suggestion: Suggestion,
  series: Series,
  decision: Decision | undefined,
  assets: AssetStore,
): Promise<Omit<DecidedMask, "source"> | null> {
  const suggested = suggestion.value as Value;
  if (decision?.action !== "accept" && decision?.action !== "correct") return null;
  if (suggested.mask === undefined) return null;
  const maskId =
    decision.action === "correct"
      ? ((decision.value as Value | undefined)?.mask ?? suggested.mask)
      : suggested.mask;
  return {
    series,
    suggestion,
    decision,
    maskId,
    data: await assets.get(maskId),
    volume: await loadVolume(series, assets),
    labels: labelsLeft(suggested, decision.action === "correct" ? decision.value : undefined),
    ...(maskId === suggested.mask ? {} : { raw: await assets.get(suggested.mask) }),
  };
}

/** As the reader left them: renamed or added segments are theirs, and a renamed one loses the pack's code. */
function labelsLeft({ labels = [] }: Value, corrected: unknown): SegmentToWrite[] {
  const { segments } = (corrected ?? {}) as Value;
  return (segments ?? labels).map(({ id, name, color }) => {
    const snomed = labels.find((one) => one.id === id && one.name === name)?.snomed;
    return { id, name, color, ...(snomed ? { snomed } : {}) };
  });
}

async function ownMask(
  series: Series,
  decision: Decision,
  assets: AssetStore,
): Promise<Omit<DecidedMask, "source"> | null> {
  const value = (decision.value ?? {}) as Value;
  if (value.mask === undefined) return null;
  return {
    series,
    suggestion: undefined,
    decision,
    maskId: value.mask,
    data: await assets.get(value.mask),
    volume: await loadVolume(series, assets),
    labels: labelsLeft({}, value),
  };
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
      method: suggestion.method,
      origin: value.origin,
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
