/** Runs image packs: check, pre-process, infer in the worker, post-process onto the image's own grid. */
import { AppError } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import type { Manifest } from "./manifest.ts";
import type { ExpertResult, Experts, Finding, RunOptions } from "./models.ts";
import { packFile, type Pack } from "./pack.ts";
import type { Packs } from "./packs.ts";
import { planesOf, postprocessPlanes, preprocessPlanes, type Planes } from "./planes.ts";
import type { WorkerClient } from "./worker-client.ts";

export type ExpertSettings = { devices: string[]; threads: number };

export function createExperts(packs: Packs, worker: WorkerClient, settings: ExpertSettings): Experts {
  return {
    list: async () => {
      const installed = await packs.list();
      return installed.flatMap((one) => ("pack" in one && one.enabled ? [one.pack.manifest] : []));
    },
    runImage: async (packId, image, options) => {
      const started = performance.now();
      const pack = await packs.checkedPack(packId);
      refuseWrongModality(pack.manifest, image);
      const result = await runPlanar(pack, image, worker, settings, options);
      return { ...result, ms: performance.now() - started };
    },
  };
}

function refuseWrongModality(manifest: Manifest, image: Volume): void {
  const accepted = manifest.inputs.flatMap((input) => input.modality);
  if (image.modality === "unknown" || accepted.includes(image.modality)) return;
  throw new AppError("wrongModality", `${manifest.title} reads ${accepted.join(" or ")}; this image is ${image.modality}.`, { accepted, actual: image.modality });
}

type Unclocked = ExpertResult extends infer Result ? (Result extends ExpertResult ? Omit<Result, "ms"> : never) : never;

async function runPlanar(pack: Pack, image: Volume, worker: WorkerClient, settings: ExpertSettings, options: RunOptions): Promise<Unclocked> {
  const { manifest } = pack;
  const { inference } = manifest;
  if (inference.kind !== "full") throw new AppError("unsupported", `${manifest.id}: inference "${inference.kind}" does not apply to single images.`);
  const input = preprocessPlanes(planesOf(image), manifest.preprocess);
  options.emit?.({ done: 0, total: 1, label: `Running ${manifest.title}` });
  const size = input.width * input.height;
  const data = new Float32Array(size * input.channels.length);
  for (const [index, channel] of input.channels.entries()) data.set(channel, index * size);
  const feeds = { [inference.input]: { type: "float32" as const, dims: [1, input.channels.length, input.height, input.width], data } };
  const reply = await worker.run({ path: packFile(pack, inference.file), ...settings, feeds }, options.signal);
  const output = reply.outputs[inference.output];
  if (output === undefined || !(output.data instanceof Float32Array)) {
    throw new AppError("modelFailed", `${manifest.id}: the network gave no float output "${inference.output}" (it gave ${Object.keys(reply.outputs).join(", ")}).`);
  }
  if (output.data.some((value) => Number.isNaN(value))) throw new AppError("modelFailed", `${manifest.id}: the network's output holds NaN; nothing of it is used.`);
  options.emit?.({ done: 1, total: 1, label: "Done" });
  const about = { expert: manifest.id, version: manifest.version, sha256: sha256Of(manifest, inference.file), device: reply.device, msRuntime: reply.msRuntime };
  if (manifest.task === "classification") return { kind: "classification", findings: findings(manifest, output.data), ...about };
  const [, channels = 1, height = 1, width = 1] = output.dims;
  const logits: Planes = { width, height, channels: split(output.data, channels), eightBit: false };
  const { mask, probability } = postprocessPlanes(logits, { width: image.shape[0], height: image.shape[1] }, manifest.postprocess);
  const labels = manifest.labels
    .filter((label) => label.id > 0)
    .map((label) => ({ id: label.id, name: label.name, color: label.color ?? "#3b82f6", voxels: mask.reduce((sum, value) => sum + (value === label.id ? 1 : 0), 0) }));
  return { kind: "segmentation", mask: { shape: image.shape, data: mask }, probability, labels, ...about };
}

function split(data: Float32Array, channels: number): Float32Array[] {
  const size = data.length / channels;
  return Array.from({ length: channels }, (_, index) => data.subarray(index * size, (index + 1) * size));
}

function sha256Of(manifest: Manifest, path: string): string {
  return manifest.files.find((file) => file.path === path)?.sha256 ?? "";
}

/** Logits [1, labels] to findings: sigmoid, then above or below the operating point; never a bare percentage. */
function findings(manifest: Manifest, logits: Float32Array): Finding[] {
  const temperature = Number(manifest.calibration?.["temperature"] ?? Number.NaN);
  return manifest.labels.flatMap((label, index): Finding[] => {
    const logit = logits[index];
    if (logit === undefined) return [];
    const score = 1 / (1 + Math.exp(-logit));
    const point = manifest.operatingPoints?.find((one) => one.label === label.name);
    const threshold = point?.threshold ?? 0.5;
    const calibrated = Number.isNaN(temperature) ? {} : { calibrated: 1 / (1 + Math.exp(-logit / temperature)) };
    return [{ label: label.name, score, operatingPoint: threshold, above: score >= threshold, ...calibrated, ...(point?.cohort ? { cohort: point.cohort } : {}) }];
  });
}
