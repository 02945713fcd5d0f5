/** Runs image packs: check, pre-process, infer in the worker, post-process onto the image's own grid. */
import { AppError } from "../../api/errors.ts";
import type { Asking } from "../../api/schemas/effort.ts";
import type { Volume } from "../../api/volume.ts";
import type { Manifest } from "./manifest.ts";
import type { Experts, RunOptions, Unclocked } from "./models.ts";
import type { Pack } from "./pack.ts";
import { networkPath } from "./pack-info.ts";
import type { Packs } from "./packs.ts";
import { runEnsemble, type EnsembleKeeping } from "./run-ensemble.ts";
import { runPlanar } from "./run-planar.ts";
import { runVolume } from "./run-volume.ts";
import { askPacks } from "./several/ask-packs.ts";
import type { WorkerClient } from "./worker-client.ts";

export type ExpertSettings = { devices: string[]; threads: number };
/** Each pack has its own order of devices. */
export type SettingsOf = (packId: string) => ExpertSettings;

/** What is kept beside the packs about asking several experts, and who hears of calls that were not made. */
export type Several = {
  /** The calibration of a pack, or of several packs by their ids joined by "+". */
  askingOf: (id: string) => Asking | undefined;
  spared: (pack: Pack, calls: number) => void;
};

export function createExperts(
  packs: Packs,
  worker: WorkerClient,
  settingsOf: SettingsOf,
  several?: Several,
): Experts {
  const experts: Experts = {
    list: async () => {
      const installed = await packs.list();
      return installed.flatMap((one) => ("pack" in one && one.enabled ? [one.pack.manifest] : []));
    },
    runImage: async (packId, image, options) => {
      if (options.peers && options.peers.length > 0)
        return askPacks(packId, image, options, {
          experts,
          askingOf: several?.askingOf,
          spared: async (id, calls) => several?.spared(await packs.find(id), calls),
        });
      const started = performance.now();
      const work = async (): Promise<Unclocked> => {
        const pack = await packs.checkedPack(packId);
        refuseWrongModality(pack.manifest, image);
        refuseClicks(pack.manifest, options);
        const answer = await run(
          pack,
          image,
          { worker, settings: settingsOf(packId), options },
          { asking: several?.askingOf(packId), spared: several?.spared },
        );
        const tried = worker.useOf(networkPath(pack))?.tried ?? [];
        return tried.length > 0 ? { ...answer, tried } : answer;
      };
      const result = await untilAborted(work(), options.signal);
      return { ...result, ms: performance.now() - started };
    },
    runNetwork: async (packId, feeds, { signal, file }) => {
      const pack = await packs.checkedPack(packId);
      const { inference } = pack.manifest;
      const path = file ?? ("file" in inference ? inference.file : "");
      const { outputs, msRuntime, device } = await worker.run(
        { path: packs.fileOf(pack, path), ...settingsOf(packId), feeds },
        signal,
      );
      return { outputs, msRuntime, device };
    },
    folderOf: async (packId) => {
      const pack = await packs.checkedPack(packId);
      return { folder: pack.folder, manifest: pack.manifest };
    },
  };
  return experts;
}

/**
 * A model at work is ended with its process; checking a large file or waiting for the process to start or for other
 * calls is not, and who cancels is not kept waiting for those either.
 */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let giveUp = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(cancellation(signal));
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

const cancellation = ({ reason }: AbortSignal): AppError =>
  reason instanceof AppError ? reason : new AppError("cancelled", "The model run was cancelled.");

async function run(
  pack: Pack,
  image: Volume,
  caller: { worker: WorkerClient; settings: ExpertSettings; options: RunOptions },
  keeping: EnsembleKeeping,
): Promise<Unclocked> {
  const { manifest } = pack;
  switch (manifest.inference.kind) {
    case "full":
      return runPlanar(pack, image, caller);
    case "ensemble":
      return runEnsemble(pack, image, caller, keeping);
    case "slidingWindow":
    case "classPrompt":
    case "rules":
      return runVolume(pack, image, caller, wantedLabels(manifest, caller.options.args));
    default:
      throw new AppError(
        "unsupported",
        `${manifest.id} is a ${manifest.task} pack; it reads no images.`,
      );
  }
}

function refuseWrongModality(manifest: Manifest, image: Volume): void {
  const accepted = manifest.inputs.flatMap((input) => input.modality);
  if (image.modality === "unknown" || accepted.includes(image.modality)) return;
  throw new AppError(
    "wrongModality",
    `${manifest.title} reads ${accepted.join(" or ")}; this image is ${image.modality}.`,
    { accepted, actual: image.modality },
  );
}

/** Clicks that were passed over would leave an outline of something else. */
function refuseClicks({ id, title, inference }: Manifest, { clicks = [] }: RunOptions): void {
  if (clicks.length === 0 || (inference.kind === "classPrompt" && inference.points)) return;
  throw new AppError("badInput", `${title} takes no clicks.`, { id });
}

/** Arguments name groups or labels, by commas; none, or "everything", asks for all. @throws badInput for others */
export function wantedLabels(
  manifest: Pick<Manifest, "id" | "labels" | "groups">,
  args: string | undefined,
): number[] | undefined {
  const wanted = args?.trim().toLowerCase() ?? "";
  if (wanted === "" || wanted === "everything") return undefined;
  const ids = (name: string): readonly number[] | undefined => {
    const group = Object.entries(manifest.groups ?? {}).find(
      ([one]) => one.toLowerCase() === name,
    )?.[1];
    const label = manifest.labels.find((one) => one.name.toLowerCase() === name);
    return group ?? (label && [label.id]);
  };
  const whole = ids(wanted);
  if (whole) return [...whole];
  return wanted.split(",").flatMap((part) => {
    const found = ids(part.trim());
    if (found) return found;
    const valid = [
      ...Object.keys(manifest.groups ?? {}),
      ...manifest.labels.map(({ name }) => name),
    ];
    throw new AppError(
      "badInput",
      `${manifest.id} does not know "${part.trim()}". Valid: everything, ${valid.join(", ")}.`,
      { valid },
    );
  });
}
