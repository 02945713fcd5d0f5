/** Several installed packs asked about one image: the first one's labels, judged by those that know them. */
import { AppError } from "../../../api/errors.ts";
import type { Asking } from "../../../api/schemas/effort.ts";
import type { Volume } from "../../../api/volume.ts";
import type { Classification, ExpertCard, ExpertResult, Experts, RunOptions } from "../models.ts";
import { operatingPointScore } from "../run-planar.ts";
import { calibrationFor, reachOf, whoIsAsked } from "./asking.ts";
import { firstMass, panelKey, votersOf } from "./panel.ts";
import { tally, type Answer } from "./tally.ts";

type Dependencies = {
  experts: Pick<Experts, "list" | "runImage">;
  askingOf?: ((id: string) => Asking | undefined) | undefined;
  /** Calls of a pack that were not made. */
  spared: (packId: string, calls: number) => Promise<void>;
};
type Judgement = ExpertResult & Classification;

/**
 * The first pack is the one that was called for, and its refusal is the call's; another that refuses the image is
 * named in the answer and the next one is asked. @throws what the first pack throws, and cancelled
 */
export async function askPacks(
  first: string,
  image: Volume,
  { peers = [], ...options }: RunOptions,
  { experts, askingOf, spared }: Dependencies,
): Promise<ExpertResult> {
  const started = performance.now();
  const cards = await experts.list();
  const listed = [{ id: first, mass: firstMass }, ...peers].flatMap(({ id, mass }) => {
    const card = cards.find((one) => one.id === id);
    return card ? [{ id, mass, card }] : [];
  });
  const ids = listed.map(({ id }) => id);
  const calibrated = calibrationFor(askingOf?.(panelKey(ids)), options.kind, ids);
  const effort = options.effort ?? "thorough";
  const able = listed.map((one) => ({ ...one, mass: calibrated?.mass[one.id] ?? one.mass }));
  const [lead] = able;
  if (lead?.id !== first) return experts.runImage(first, image, options);
  const answers: (Answer & { judged: Judgement })[] = [];
  const refused: { name: string; why: string }[] = [];
  const isDone = (id: string): boolean => [...answers, ...refused].some(({ name }) => name === id);

  /** Who is to be asked yet; what refused the image counts as not there. */
  function next(): (typeof able)[number] | undefined {
    // The one that was called for is asked whatever its share.
    if (answers.length === 0) return lead;
    const left = able.filter(({ id }) => !refused.some(({ name }) => name === id));
    return whoIsAsked({
      experts: left.map(({ id, mass }) => ({ name: id, mass })),
      voters: votersOf(
        lead?.card ?? { labels: [] },
        left.map(({ card }) => card),
      ),
      reach: reachOf(effort, calibrated),
    })
      .flatMap((at) => left[at] ?? [])
      .find(({ id }) => !isDone(id));
  }

  for (let one = next(); one !== undefined; one = next())
    try {
      const judged = await experts.runImage(one.id, image, options);
      if (judged.kind !== "classification") return judged;
      answers.push({ name: one.id, mass: one.mass, scores: scoresOf(judged), judged });
    } catch (thrown) {
      const isOwn = thrown instanceof AppError && thrown.code !== "cancelled";
      if (one.id === first || options.signal.aborted || !isOwn) throw thrown;
      refused.push({ name: one.id, why: thrown.message });
    }
  for (const id of ids) if (!isDone(id)) await spared(id, 1);
  const own = answers[0]?.judged as Judgement;
  return {
    ...own,
    findings: merged(
      own,
      answers,
      able.map(({ card }) => card),
    ),
    asked: {
      effort,
      experts: answers.map(({ judged }) => `${judged.expert} ${judged.version}`),
      of: able.length,
      calibratedOn: calibrated?.measured.on ?? null,
      ...(refused.length > 0 ? { refused } : {}),
    },
    ms: performance.now() - started,
    msRuntime: answers.reduce((sum, { judged }) => sum + judged.msRuntime, 0),
  };
}

/** By label in small letters: packs write names their own way. */
function scoresOf({ findings }: Classification): Map<string, number> {
  return new Map(
    findings.map(({ label, score, operatingPoint }) => [
      label.toLowerCase(),
      operatingPointScore(score, operatingPoint),
    ]),
  );
}

/**
 * The first pack's findings; where others spoke, the score is the mean with 0.5 as everybody's operating point. What
 * a card says of its own operating point or probability is not said of that mean.
 */
function merged(
  own: Judgement,
  answers: readonly Answer[],
  cards: readonly Pick<ExpertCard, "labels">[],
): Judgement["findings"] {
  return own.findings.map((finding) => {
    const name = finding.label.toLowerCase();
    const of = cards.filter(({ labels }) => labels.some((one) => one.name.toLowerCase() === name));
    const [mean] = tally([{ name, of: of.length }], answers);
    if (mean?.votes === undefined || of.length < 2) return finding;
    if (mean.votes.asked < 2) return { ...finding, votes: mean.votes };
    return { ...mean, label: finding.label };
  });
}
