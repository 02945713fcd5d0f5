/** Several classifiers asked about one film: each label is the mean over the members that vote on it. */
import { AppError } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import type { Manifest } from "./manifest.ts";
import type { Finding, Unclocked } from "./models.ts";
import { packFile, type Pack } from "./pack.ts";
import {
  aboutRun,
  operatingPointScore,
  refuseStack,
  sigmoid,
  type PlanarCaller,
} from "./run-planar.ts";

/** A member's score per label of the pack, where 0.5 is its own threshold; undefined where it was not trained. */
type Scores = (number | undefined)[];

export async function runEnsemble(
  pack: Pack,
  image: Volume,
  { worker, settings, options }: PlanarCaller,
): Promise<Unclocked> {
  const { manifest } = pack;
  const members = membersOf(manifest);
  refuseStack(image);
  const answers = new Map<string, Scores>();
  let msRuntime = 0;
  let device = "";
  for (const [index, member] of members.entries()) {
    options.emit?.({ done: index, total: members.length, label: `Running ${member.name}` });
    const { name, preprocess, file, input, output, thresholds } = member;
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
      },
      options.signal,
    );
    answers.set(name, memberScores(reply.scores, thresholds));
    msRuntime += reply.msRuntime;
    device = reply.device;
  }
  options.emit?.({ done: members.length, total: members.length, label: manifest.title });
  return {
    kind: "classification",
    findings: votes(manifest, answers),
    ...aboutRun(pack, { device }, msRuntime),
  };
}

function membersOf({ id, inference }: Manifest) {
  if (inference.kind === "ensemble") return inference.members;
  throw new AppError("unsupported", `${id}: "${inference.kind}" is no ensemble.`);
}

function memberScores(logits: Float32Array, thresholds: readonly (number | null)[]): Scores {
  return thresholds.map((threshold, index) => {
    const logit = logits[index];
    if (threshold === null || logit === undefined) return undefined;
    return operatingPointScore(sigmoid(logit), threshold);
  });
}

/**
 * Mean over a label's voters that were trained on it; labels without such a voter are left out, rather than
 * pulled to one half by members that know nothing of them.
 */
export function votes(manifest: Manifest, answers: ReadonlyMap<string, Scores>): Finding[] {
  const voters = manifest.inference.kind === "ensemble" ? manifest.inference.voters : {};
  return manifest.labels.flatMap(({ name }, index): Finding[] => {
    const asked = voters[name] ?? [...answers.keys()];
    const scores = asked.flatMap((member) => answers.get(member)?.[index] ?? []);
    if (scores.length === 0) return [];
    const score = scores.reduce((sum, one) => sum + one, 0) / scores.length;
    return [{ label: name, score, operatingPoint: 0.5, above: score >= 0.5 }];
  });
}
