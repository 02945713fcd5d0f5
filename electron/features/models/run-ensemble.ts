/** Several classifiers asked about one film: each label is the mean over those asked that vote on it. */
import { AppError } from "../../api/errors.ts";
import type { Asking } from "../../api/schemas/effort.ts";
import type { Volume } from "../../api/volume.ts";
import type { Manifest } from "./manifest.ts";
import type { Unclocked } from "./models.ts";
import { packFile, type Pack } from "./pack.ts";
import {
  aboutRun,
  eachRun,
  operatingPointScore,
  refuseStack,
  sigmoid,
  type PlanarCaller,
} from "./run-planar.ts";
import { calibrationFor, reachOf, whoIsAsked } from "./several/asking.ts";
import { tally, type Answer } from "./several/tally.ts";

/** What is known of asking the pack's members, and who hears of calls that were not made. */
export type EnsembleKeeping = {
  asking?: Asking | undefined;
  spared?: ((pack: Pack, calls: number) => void) | undefined;
};

export async function runEnsemble(
  pack: Pack,
  image: Volume,
  { worker, settings, options }: PlanarCaller,
  { asking, spared }: EnsembleKeeping = {},
): Promise<Unclocked> {
  const { manifest } = pack;
  refuseStack(image);
  const { covering = [], effort = "thorough", kind } = options;
  const { members, experts, voters, calibrated } = ballotOf(manifest, asking, kind);
  const chosen = options.members
    ? experts.flatMap(({ name }, at) => (options.members?.includes(name) ? [at] : []))
    : whoIsAsked({ experts, voters, reach: reachOf(effort, calibrated) });
  /** Of the whole image, then with each part covered. */
  const runs: Answer[][] = Array.from({ length: covering.length + 1 }, () => []);
  const total = chosen.length * runs.length;
  let msRuntime = 0;
  let device = "";
  for (const [turn, at] of chosen.entries()) {
    const member = members[at] as Member;
    const { name, preprocess, file, input, output } = member;
    const tell = (done: number): void =>
      options.emit?.({ done: turn * runs.length + done, total, label: `Running ${name}` });
    tell(0);
    const reply = await worker.score(
      {
        path: packFile(pack, file),
        ...settings,
        image,
        preprocess,
        inference: { kind: "full", file, input, output },
        postprocess: [],
        ids: [],
        withProbability: false,
        covering,
      },
      options.signal,
      tell,
    );
    for (const [run, logits] of eachRun(reply.scores, options).entries())
      runs[run]?.push({
        name,
        mass: experts[at]?.mass ?? 0,
        scores: memberScores(manifest, voters, at, member, logits),
      });
    msRuntime += reply.msRuntime;
    device = reply.device;
  }
  options.emit?.({ done: total, total, label: manifest.title });
  spared?.(pack, members.length - chosen.length);
  const labels = manifest.labels.map(({ name }, at) => ({ name, of: voters[at]?.length ?? 0 }));
  const [findings = [], ...covered] = runs.map((answers) => tally(labels, answers));
  return {
    kind: "classification",
    findings,
    ...(options.covering ? { covered } : {}),
    asked: {
      effort,
      experts: chosen.map((at) => members[at]?.name ?? ""),
      of: members.length,
      calibratedOn: calibrated?.measured.on ?? null,
    },
    ...aboutRun(pack, { device }, msRuntime),
  };
}

type Member = Extract<Manifest["inference"], { kind: "ensemble" }>["members"][number];

/** Members with their shares of the mass (all alike where nothing was calibrated), and who votes on each label. */
export function ballotOf(manifest: Manifest, asking: Asking | undefined, kind?: string) {
  const { id, inference, labels } = manifest;
  if (inference.kind !== "ensemble")
    throw new AppError("unsupported", `${id}: "${inference.kind}" is no ensemble.`);
  const { members } = inference;
  const names = members.map(({ name }) => name);
  const calibrated = calibrationFor(asking ?? inference.asking, kind, names);
  const experts = names.map((name) => ({
    name,
    mass: calibrated?.mass[name] ?? 1 / members.length,
  }));
  const voters = labels.map(({ name }, label) =>
    members.flatMap((member, at) => (votesOn(inference, member, name, label) ? [at] : [])),
  );
  return { members, experts, voters, calibrated };
}

/** A member votes on what it was trained on, where the pack does not leave the label to others. */
export function votesOn(
  { voters }: Extract<Manifest["inference"], { kind: "ensemble" }>,
  { name, thresholds }: Member,
  label: string,
  at: number,
): boolean {
  return (voters[label]?.includes(name) ?? true) && (thresholds[at] ?? null) !== null;
}

function memberScores(
  { labels }: Manifest,
  voters: readonly (readonly number[])[],
  at: number,
  { thresholds }: Member,
  logits: Float32Array,
): Map<string, number> {
  const scores = new Map<string, number>();
  for (const [label, { name }] of labels.entries()) {
    const [logit, threshold] = [logits[label], thresholds[label] ?? null];
    if (logit === undefined || threshold === null || !voters[label]?.includes(at)) continue;
    scores.set(name, operatingPointScore(sigmoid(logit), threshold));
  }
  return scores;
}
