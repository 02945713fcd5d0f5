/** Packs whose network reads single images; a deeper image goes through slice by slice. */
import { AppError } from "../../api/errors.ts";
import { voxelCount, type Volume } from "../../api/volume.ts";
import type { ExpertSettings } from "./experts.ts";
import type { Manifest } from "./manifest.ts";
import type { Finding, RunOptions, Unclocked } from "./models.ts";
import { packFile, type Pack } from "./pack.ts";
import { planesOf, postprocessPlanes, preprocessPlanes, type Planes } from "./planes.ts";
import type { RunResult, WorkerClient } from "./worker-client.ts";

type Caller = { worker: WorkerClient; settings: ExpertSettings; options: RunOptions };

export async function runPlanar(pack: Pack, image: Volume, caller: Caller): Promise<Unclocked> {
  const { manifest } = pack;
  return manifest.task === "classification"
    ? classify(pack, image, caller)
    : segment(pack, image, caller);
}

async function classify(pack: Pack, image: Volume, caller: Caller): Promise<Unclocked> {
  const { output, reply } = await infer(pack, planesOf(image), caller);
  return {
    kind: "classification",
    findings: findings(pack.manifest, output.data),
    ...aboutRun(pack, reply, reply.msRuntime),
  };
}

async function segment(pack: Pack, image: Volume, caller: Caller): Promise<Unclocked> {
  const [width, height, depth] = image.shape;
  const data = new Uint8Array(voxelCount(image.shape));
  const probability = new Float32Array(data.length);
  let msRuntime = 0;
  let last: RunResult | undefined;
  for (let slice = 0; slice < depth; slice += 1) {
    caller.options.emit?.({ done: slice, total: depth, label: `Running ${pack.manifest.title}` });
    const { output, reply } = await infer(pack, planesOf(image, slice), caller);
    const [, channels = 1, rows = 1, columns = 1] = output.dims;
    const logits: Planes = {
      width: columns,
      height: rows,
      channels: split(output.data, channels),
      eightBit: false,
    };
    const result = postprocessPlanes(
      logits,
      { width, height },
      pack.manifest.postprocess,
      pack.manifest.labels.map(({ id }) => id),
    );
    data.set(result.mask, slice * width * height);
    probability.set(result.probability, slice * width * height);
    msRuntime += reply.msRuntime;
    last = reply;
  }
  if (last === undefined) throw new AppError("badFile", "The image has no slices.");
  caller.options.emit?.({ done: depth, total: depth, label: "Done" });
  return {
    kind: "segmentation",
    mask: { shape: image.shape, data },
    probability,
    labels: countedLabels(pack.manifest, data),
    ...aboutRun(pack, last, msRuntime),
  };
}

type Output = { dims: number[]; data: Float32Array };

async function infer(
  pack: Pack,
  planes: Planes,
  { worker, settings, options }: Caller,
): Promise<{ output: Output; reply: RunResult }> {
  const { manifest } = pack;
  const { inference } = manifest;
  if (inference.kind !== "full")
    throw new AppError(
      "unsupported",
      `${manifest.id}: inference "${inference.kind}" does not apply to single images.`,
    );
  const input = preprocessPlanes(planes, manifest.preprocess);
  refuseOtherChannels(manifest, input.channels.length);
  const size = input.width * input.height;
  const data = new Float32Array(size * input.channels.length);
  for (const [index, channel] of input.channels.entries()) data.set(channel, index * size);
  const feeds = {
    [inference.input]: {
      type: "float32" as const,
      dims: [1, input.channels.length, input.height, input.width],
      data,
    },
  };
  const reply = await worker.run(
    { path: packFile(pack, inference.file), ...settings, feeds },
    options.signal,
  );
  const output = reply.outputs[inference.output];
  if (output === undefined || !(output.data instanceof Float32Array)) {
    throw new AppError(
      "modelFailed",
      `${manifest.id}: the network gave no float output "${inference.output}" (it gave ${Object.keys(reply.outputs).join(", ")}).`,
    );
  }
  if (output.data.some(Number.isNaN))
    throw new AppError(
      "modelFailed",
      `${manifest.id}: the network's output holds NaN; nothing of it is used.`,
    );
  return { output: { dims: output.dims, data: output.data }, reply };
}

/** A plane short of a network's channels would only fail inside the runtime, in its words. */
function refuseOtherChannels(manifest: Manifest, given: number): void {
  const input = manifest.inputs[0];
  if (input === undefined || given === input.channels) return;
  const { channels } = input;
  const sequences = input["sequences"];
  const named = Array.isArray(sequences) ? ` (${sequences.map(String).join(", ")})` : "";
  throw new AppError(
    "wrongModality",
    `${manifest.title} reads ${channels} channels${named}; this image has ${given}.`,
    { channels, given },
  );
}

function split(data: Float32Array, channels: number): Float32Array[] {
  const size = data.length / channels;
  return Array.from({ length: channels }, (_, index) =>
    data.subarray(index * size, (index + 1) * size),
  );
}

/** The manifest's labels with how many voxels each got. */
export function countedLabels(
  manifest: Manifest,
  data: Uint8Array,
): { id: number; name: string; color: string; voxels: number }[] {
  const counts = new Uint32Array(256);
  for (let at = 0; at < data.length; at += 1) {
    const id = data[at] as number;
    counts[id] = (counts[id] as number) + 1;
  }
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
  return {
    expert: manifest.id,
    version: manifest.version,
    sha256: weights?.sha256 ?? "",
    device,
    msRuntime,
  };
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

/**
 * Logits [1, labels] to findings: sigmoid (or softmax, where the pack says that labels exclude each other), then above or below the operating point; never a bare
 * percentage. With `opNorm` the score is TorchXRayVision's, where 0.5 is each label's own threshold
 * and labels the network was not trained on (threshold null) are left out.
 */
export function findings(manifest: Manifest, logits: Float32Array): Finding[] {
  const rescale = manifest.postprocess.find((step) => step.step === "opNorm");
  const temperature = Number(manifest.calibration?.["temperature"] ?? Number.NaN);
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
    const cohort = point?.cohort ? { cohort: point.cohort } : {};
    if (rescale?.step === "opNorm") {
      const threshold = rescale.thresholds[index] ?? null;
      if (threshold === null) return [];
      const score = operatingPointScore(raw, threshold);
      return [{ label: label.name, score, operatingPoint: 0.5, above: score >= 0.5, ...cohort }];
    }
    const threshold = point?.threshold ?? 0.5;
    // A temperature says nothing of labels that it was not fitted on.
    const fitted = calibratedLabels === undefined || calibratedLabels.includes(label.name);
    const calibrated =
      Number.isNaN(temperature) || exclusive || !fitted
        ? {}
        : { calibrated: sigmoid(logit / temperature) };
    return [
      {
        label: label.name,
        score: raw,
        operatingPoint: threshold,
        above: raw >= threshold,
        ...calibrated,
        ...cohort,
      },
    ];
  });
}

/** Piecewise linear, so that the threshold becomes 0.5 and 0 and 1 stay (torchxrayvision `op_norm`). */
export function operatingPointScore(score: number, threshold: number): number {
  return score < threshold ? score / (2 * threshold) : 1 - (1 - score) / (2 * (1 - threshold));
}
