/** Several classifiers asked about one film: each label is the mean over the members that vote on it. */
import { AppError } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import type { Manifest } from "./manifest.ts";
import type { Finding, Unclocked } from "./models.ts";
import { packFile, type Pack } from "./pack.ts";
import {
  aboutRun,
  eachRun,
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
  const { covering = [] } = options;
  /** Of the whole image, then with each part covered. */
  const runs = Array.from({ length: covering.length + 1 }, () => new Map<string, Scores>());
  const total = members.length * runs.length;
  let msRuntime = 0;
  let device = "";
  for (const [index, member] of members.entries()) {
    const tell = (done: number): void =>
      options.emit?.({ done: index * runs.length + done, total, label: `Running ${member.name}` });
    tell(0);
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
        covering,
      },
      options.signal,
      tell,
    );
    for (const [run, scores] of eachRun(reply.scores, options).entries())
      runs[run]?.set(name, memberScores(scores, thresholds));
    msRuntime += reply.msRuntime;
    device = reply.device;
  }
  options.emit?.({ done: total, total, label: manifest.title });
  const [findings = [], ...covered] = runs.map((answers) => votes(manifest, answers));
  return {
    kind: "classification",
    findings,
    ...(options.covering ? { covered } : {}),
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
    // 0.5 is each member's own operating point.
    const above = scores.filter((one) => one >= 0.5).length;
    const votes = {
      above,
      asked: scores.length,
      low: Math.min(...scores),
      high: Math.max(...scores),
    };
    return [{ label: name, score, operatingPoint: 0.5, above: score >= 0.5, votes }];
  });
}
