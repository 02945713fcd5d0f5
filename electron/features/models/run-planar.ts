/** Packs whose network reads single images: checked here, run in the worker, scored and counted here. */
import { createHash } from "node:crypto";
import { AppError } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import type { ExpertSettings } from "./experts.ts";
import type { Manifest } from "./manifest.ts";
import type { Finding, RunOptions, Unclocked } from "./models.ts";
import { packFile, type Pack } from "./pack.ts";
import { unpackLabels } from "./steps/label-runs.ts";
import type { WorkerClient } from "./worker-client.ts";
import type { PlanarRequest } from "./worker-protocol.ts";

export type PlanarCaller = { worker: WorkerClient; settings: ExpertSettings; options: RunOptions };

/** A deeper image goes through slice by slice, for outlines only. */
export async function runPlanar(
  pack: Pack,
  image: Volume,
  caller: PlanarCaller,
): Promise<Unclocked> {
  const { manifest } = pack;
  const { worker, options } = caller;
  refuseOtherChannels(manifest, image.channels);
  const request = requestOf(pack, image, caller);
  if (manifest.task === "classification") {
    refuseStack(image);
    const reply = await worker.score(request, options.signal, (done, total) =>
      options.emit?.({ done, total, label: `Covering parts of the image for ${manifest.title}` }),
    );
    const [whole = [], ...covered] = eachRun(reply.scores, options).map((scores) =>
      findings(manifest, scores),
    );
    return {
      kind: "classification",
      findings: whole,
      ...(options.covering ? { covered } : {}),
      ...aboutRun(pack, reply, reply.msRuntime),
    };
  }
  const tell = (done: number, total: number): void =>
    options.emit?.({ done, total, label: `Running ${manifest.title}` });
  tell(0, image.shape[2]);
  const reply = await worker.outline(request, options.signal, tell);
  tell(image.shape[2], image.shape[2]);
  const { labels, counts } = unpackLabels(reply.labels);
  return {
    kind: "segmentation",
    mask: { shape: image.shape, data: labels },
    ...(reply.probability ? { probability: reply.probability } : {}),
    labels: countedLabels(manifest, counts),
    ...aboutRun(pack, reply, reply.msRuntime),
  };
}

/** The scores of the whole image, then those with each part covered. */
export function eachRun(scores: Float32Array, { covering = [] }: RunOptions): Float32Array[] {
  const labels = scores.length / (covering.length + 1);
  return Array.from({ length: covering.length + 1 }, (_, run) =>
    scores.subarray(run * labels, (run + 1) * labels),
  );
}

function requestOf(pack: Pack, image: Volume, { settings, options }: PlanarCaller): PlanarRequest {
  const { id, inference, preprocess, postprocess, labels } = pack.manifest;
  if (inference.kind !== "full")
    throw new AppError(
      "unsupported",
      `${id}: inference "${inference.kind}" does not apply to single images.`,
    );
  return {
    path: packFile(pack, inference.file),
    ...settings,
    image,
    preprocess,
    inference,
    postprocess,
    ids: labels.map((label) => label.id),
    withProbability: options.withProbability ?? false,
    ...(options.covering ? { covering: options.covering } : {}),
  };
}

export function refuseStack({ shape }: Volume): void {
  if (shape[2] !== 1)
    throw new AppError(
      "wrongModality",
      `This expert reads single images; the study has ${shape[2]} slices.`,
    );
}

/** A plane short of a network's channels would only fail inside the runtime, in its words. */
function refuseOtherChannels(manifest: Manifest, given: number): void {
  const input = manifest.inputs[0];
  if (input === undefined || given === input.channels || joinsChannels(manifest)) return;
  const { channels } = input;
  const sequences = input["sequences"];
  const named = Array.isArray(sequences) ? ` (${sequences.map(String).join(", ")})` : "";
  throw new AppError(
    "wrongModality",
    `${manifest.title} reads ${channels} channels${named}; this image has ${given}.`,
    { channels, given },
  );
}

/** Colours become one grey, or the first of them is taken. */
function joinsChannels({ preprocess }: Manifest): boolean {
  return preprocess.some(({ step }) => step === "grayscale" || step === "xrv");
}

/** The manifest's labels with how many voxels each got. */
export function countedLabels(
  manifest: Manifest,
  counts: Uint32Array,
): { id: number; name: string; color: string; voxels: number }[] {
  return manifest.labels
    .filter((label) => label.id > 0)
    .map((label) => ({
      id: label.id,
      name: label.name,
      color: label.color ?? "#3b82f6",
      voxels: counts[label.id] ?? 0,
    }));
}

export function aboutRun({ manifest }: Pack, { device }: { device: string }, msRuntime: number) {
  const { inference } = manifest;
  const weights =
    "file" in inference ? manifest.files.find((file) => file.path === inference.file) : undefined;
  // Of several networks, all count.
  const all = inference.kind === "ensemble" ? hashOf(manifest.files) : "";
  return {
    expert: manifest.id,
    version: manifest.version,
    sha256: weights?.sha256 ?? all,
    device,
    msRuntime,
  };
}

function hashOf(files: Manifest["files"]): string {
  const hash = createHash("sha256");
  for (const { sha256 } of files) hash.update(sha256);
  return hash.digest("hex");
}

export const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

/**
 * Logits [1, labels] to findings: sigmoid (or softmax, where the pack says that labels exclude each other), then above or below the operating point; never a bare
 * percentage. With `opNorm` the score is TorchXRayVision's, where 0.5 is each label's own threshold
 * and labels the network was not trained on (threshold null) are left out.
 */
export function findings(manifest: Manifest, logits: Float32Array): Finding[] {
  const rescale = manifest.postprocess.find((step) => step.step === "opNorm");
  const temperature = Number(manifest.calibration?.["temperature"] ?? Number.NaN);
  const fittedOn = manifest.calibration?.["fittedOn"];
  // A probability without its cohort would be taken for one of any patient's.
  const calibratedOn = typeof fittedOn === "string" ? fittedOn : "";
  const listed = manifest.calibration?.["labels"];
  const calibratedLabels = Array.isArray(listed) ? listed.map(String) : undefined;
  const exclusive = manifest.postprocess.some((step) => step.step === "softmax");
  const most = Math.max(...logits);
  const sum = exclusive ? logits.reduce((total, logit) => total + Math.exp(logit - most), 0) : 0;
  return manifest.labels.flatMap((label, index): Finding[] => {
    const logit = logits[index];
    if (logit === undefined) return [];
    const raw = exclusive ? Math.exp(logit - most) / sum : sigmoid(logit);
    const point = manifest.operatingPoints?.find((one) => one.label === label.name);
    const measured = {
      ...(point?.cohort ? { cohort: point.cohort } : {}),
      ...(point?.sensitivity === undefined ? {} : { sensitivity: point.sensitivity }),
      ...(point?.specificity === undefined ? {} : { specificity: point.specificity }),
    };
    if (rescale?.step === "opNorm") {
      const threshold = rescale.thresholds[index] ?? null;
      if (threshold === null) return [];
      const score = operatingPointScore(raw, threshold);
      return [{ label: label.name, score, operatingPoint: 0.5, above: score >= 0.5, ...measured }];
    }
    const threshold = point?.threshold ?? 0.5;
    // A temperature says nothing of labels that it was not fitted on.
    const fitted = calibratedLabels === undefined || calibratedLabels.includes(label.name);
    const calibrated =
      Number.isNaN(temperature) || exclusive || !fitted || calibratedOn === ""
        ? {}
        : { calibrated: sigmoid(logit / temperature), calibratedOn };
    return [
      {
        label: label.name,
        score: raw,
        operatingPoint: threshold,
        above: raw >= threshold,
        ...calibrated,
        ...measured,
      },
    ];
  });
}

/** Piecewise linear, so that the threshold becomes 0.5 and 0 and 1 stay (torchxrayvision `op_norm`). */
export function operatingPointScore(score: number, threshold: number): number {
  return score < threshold ? score / (2 * threshold) : 1 - (1 - score) / (2 * (1 - threshold));
}
