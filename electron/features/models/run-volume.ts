/** Packs whose network reads volumes: steps here, windows and labels in the worker, then back to the image's grid. */
import { AppError } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import type { ExpertSettings } from "./experts.ts";
import type { PostprocessStep } from "./manifest.ts";
import type { RunOptions, Unclocked } from "./models.ts";
import { packFile, type Pack } from "./pack.ts";
import { aboutRun, countedLabels } from "./run-planar.ts";
import { gridOf, voxelOrder } from "./steps/grid.ts";
import { tidyLabels } from "./steps/labelling.ts";
import { preprocessVolume } from "./steps/volume-steps.ts";
import type { WorkerClient } from "./worker-client.ts";

type Caller = { worker: WorkerClient; settings: ExpertSettings; options: RunOptions };

/** @param wanted ids of the labels asked for; a promptable network is asked for no others. */
export async function runVolume(pack: Pack, image: Volume, { worker, settings, options }: Caller, wanted?: readonly number[]): Promise<Unclocked> {
  const { manifest } = pack;
  const { inference } = manifest;
  if (inference.kind !== "slidingWindow" && inference.kind !== "classPrompt") throw new AppError("unsupported", `${manifest.id}: inference "${inference.kind}" does not apply to volumes.`);
  const channels = manifest.inputs[0]?.channels ?? 1;
  if (image.channels !== channels) {
    const sequences = manifest.inputs[0]?.["sequences"];
    throw new AppError("wrongModality", `${manifest.title} reads ${channels} channel(s)${Array.isArray(sequences) ? ` (${sequences.join(", ")})` : ""}; this image has ${image.channels}.`);
  }
  const { grid, undo } = preprocessVolume(gridOf(image), manifest.preprocess);
  const { before, after } = splitAtInvert(manifest.postprocess);
  const asked = inference.kind === "classPrompt" && wanted ? { ...inference, classes: [...new Set(wanted)].filter((id) => inference.classes.includes(id)) } : inference;
  const request = { path: packFile(pack, inference.file), ...settings, grid, inference: asked, steps: before, ids: manifest.labels.map(({ id }) => id) };
  const reply = await worker.label(request, options.signal, (done, total) => options.emit?.({ done, total, label: `Running ${manifest.title}` }));
  const labels = after.reduce(tidyLabels, undo(reply.labels));
  const data = voxelOrder(labels);
  return { kind: "segmentation", mask: { shape: image.shape, data }, labels: countedLabels(manifest, data), ...aboutRun(pack, reply, reply.msRuntime) };
}

/** What comes after `invert` runs on the image's own grid; label maps go back by nearest neighbour only. */
function splitAtInvert(steps: readonly PostprocessStep[]): { before: PostprocessStep[]; after: PostprocessStep[] } {
  const at = steps.findIndex(({ step }) => step === "invert");
  if (at < 0) return { before: [...steps], after: [] };
  const invert = steps[at];
  if (invert?.step === "invert" && invert.mode !== "nearest") throw new AppError("packInvalid", `A volume's labels are inverted with mode "nearest", not "${invert.mode}".`);
  return { before: steps.slice(0, at), after: steps.slice(at + 1) };
}
