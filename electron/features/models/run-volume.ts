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
import type { PointsRule, VolumeInference } from "./worker-protocol.ts";

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
  const points = pointed(manifest.id, inference, options.clicks, wanted);
  const path = inference.kind === "rules" ? "" : packFile(pack, points?.file ?? inference.file);
  const { preprocess, postprocess, labels } = manifest;
  const reply = await worker.label(
    {
      path,
      ...settings,
      image,
      preprocess,
      inference,
      ...("head" in inference && inference.head
        ? { headPath: packFile(pack, inference.head.file) }
        : {}),
      postprocess,
      ids: labels.map(({ id }) => id),
      ...(points ? { points: points.rule } : {}),
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
  const classes = [...new Set(wanted ?? inference.everything ?? inference.classes)];
  const known = classes.filter((one) => inference.classes.includes(one));
  if (known.length === 0)
    throw new AppError("badInput", `${id} cannot be asked for the classes ${classes.join(", ")}.`, {
      classes,
    });
  return { ...inference, classes: known };
}

/** @throws badInput where clicks are not of one label, or all lie outside */
function pointed(
  id: string,
  inference: VolumeInference,
  clicks: RunOptions["clicks"],
  wanted: readonly number[] | undefined,
): { file: string; rule: PointsRule } | undefined {
  if (clicks === undefined || clicks.length === 0) return undefined;
  if (inference.kind !== "classPrompt" || inference.points === undefined) return undefined;
  const [label, ...others] = wanted ?? [];
  if (label === undefined || others.length > 0)
    throw new AppError("badInput", "Clicks show where one structure is: name one label.", { id });
  if (!clicks.some(({ inside }) => inside))
    throw new AppError("badInput", "At least one click must lie inside the structure.", { id });
  const { file, special, ...names } = inference.points;
  const { roi, cval } = inference;
  const isSpecial = special.includes(label);
  return { file, rule: { ...names, roi, cval, clicks, label, isSpecial } };
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
