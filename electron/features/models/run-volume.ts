/** Packs that read volumes: checked here, run in the worker, counted here. */
import { createHash } from "node:crypto";
import { AppError } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import type { ExpertSettings } from "./experts.ts";
import type { Manifest } from "./manifest.ts";
import type { RunOptions, Unclocked } from "./models.ts";
import { packFile, type Pack } from "./pack.ts";
import { aboutRun, countedLabels } from "./run-planar.ts";
import { unpackLabels } from "./steps/label-runs.ts";
import type { WorkerClient } from "./worker-client.ts";
import type { VolumeInference } from "./worker-protocol.ts";

type Caller = { worker: WorkerClient; settings: ExpertSettings; options: RunOptions };

/** @param wanted ids of the labels asked for; a promptable network is asked for no others. */
export async function runVolume(
  pack: Pack,
  image: Volume,
  { worker, settings, options }: Caller,
  wanted?: readonly number[],
): Promise<Unclocked> {
  const { manifest } = pack;
  refuseWrongChannels(manifest, image);
  const inference = asked(manifest, wanted);
  const path = inference.kind === "rules" ? "" : packFile(pack, inference.file);
  const { preprocess, postprocess, labels } = manifest;
  const reply = await worker.label(
    {
      path,
      ...settings,
      image,
      preprocess,
      inference,
      postprocess,
      ids: labels.map(({ id }) => id),
    },
    options.signal,
    (done, total) => options.emit?.({ done, total, label: `Running ${manifest.title}` }),
  );
  const about = aboutRun(pack, reply, reply.msRuntime);
  // Without weights, the rules are what was run.
  const sha256 =
    inference.kind === "rules"
      ? createHash("sha256").update(JSON.stringify(inference)).digest("hex")
      : about.sha256;
  const unpacked = unpackLabels(reply.labels);
  return {
    kind: "segmentation",
    mask: { shape: image.shape, data: unpacked.labels },
    labels: countedLabels(manifest, unpacked.counts),
    ...about,
    sha256,
  };
}

function asked(
  { id, inference }: Manifest,
  wanted: readonly number[] | undefined,
): VolumeInference {
  if (inference.kind === "slidingWindow" || inference.kind === "rules") return inference;
  if (inference.kind !== "classPrompt")
    throw new AppError(
      "unsupported",
      `${id}: inference "${inference.kind}" does not apply to volumes.`,
    );
  return wanted
    ? {
        ...inference,
        classes: [...new Set(wanted)].filter((one) => inference.classes.includes(one)),
      }
    : inference;
}

function refuseWrongChannels(manifest: Manifest, image: Volume): void {
  const channels = manifest.inputs[0]?.channels ?? 1;
  if (image.channels === channels) return;
  const sequences = manifest.inputs[0]?.["sequences"];
  const named = Array.isArray(sequences) ? ` (${sequences.join(", ")})` : "";
  throw new AppError(
    "wrongModality",
    `${manifest.title} reads ${channels} channel(s)${named}; this image has ${image.channels}.`,
    { channels, actual: image.channels },
  );
}
