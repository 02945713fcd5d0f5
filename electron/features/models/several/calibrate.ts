/**
 * Chooses, on validation images with known labels, which expert is asked first and how many are enough. Pure: scores
 * come from whoever ran them. After the measured case of text experts (models/training/text/how_many_experts.py).
 */
import { efforts, type AskingKind, type Effort } from "../../../api/schemas/effort.ts";
import { whoIsAsked, type Ballot } from "./asking.ts";
import { tally } from "./tally.ts";

/** One image: what is true of it by label, and each expert's scores (0.5 is its operating point). */
export type Judged = {
  truth: ReadonlyMap<string, boolean>;
  scores: readonly ReadonlyMap<string, number>[];
};
type Calibrating = {
  names: readonly string[];
  /** For each label the positions of the experts that know it. */
  labels: readonly { name: string; voters: readonly number[] }[];
  images: readonly Judged[];
  on: string;
  date: string;
};

/** Mean AUROC that a choice may lose against asking all. `fast` asks the first alone, whatever that costs. */
const allowed: Record<Exclude<Effort, "fast">, number> = { balanced: 0.001, thorough: 0 };

/**
 * Area under the ROC curve by ranks, ties counted as half (Mann-Whitney); undefined where one class is missing.
 */
export function auroc(scores: readonly number[], truth: readonly boolean[]): number | undefined {
  const positives = scores.filter((_, at) => truth[at]);
  const negatives = scores.filter((_, at) => !truth[at]);
  if (positives.length === 0 || negatives.length === 0) return undefined;
  let won = 0;
  for (const one of positives)
    for (const other of negatives) won += one > other ? 1 : one === other ? 0.5 : 0;
  return won / (positives.length * negatives.length);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Undefined where no label has images of both kinds: nothing can be chosen on such images. */
export function calibrate({
  names,
  labels,
  images,
  on,
  date,
}: Calibrating): AskingKind | undefined {
  const voters = labels.map((label) => label.voters);
  /** Mean AUROC over the labels that have both classes, of those asked, weighed by mass. */
  function meanOf(asked: readonly number[], masses: readonly number[]): number | undefined {
    const found = labels.flatMap(({ name, voters: of }) => {
      const scored = images.flatMap(({ truth, scores }) => {
        const answers = asked
          .filter((at) => of.includes(at))
          .map((at) => ({
            name: names[at] ?? "",
            mass: masses[at] ?? 0,
            scores: scores[at] ?? new Map<string, number>(),
          }));
        const [finding] = tally([{ name, of: of.length }], answers);
        const is = truth.get(name);
        return finding && is !== undefined ? [{ score: finding.score, is }] : [];
      });
      return (
        auroc(
          scored.map(({ score }) => score),
          scored.map(({ is }) => is),
        ) ?? []
      );
    });
    return found.length === 0 ? undefined : mean(found);
  }

  const everybody = names.map((_, at) => at);
  const alike = everybody.map(() => 1);
  const all = meanOf(everybody, alike);
  const alone = everybody.map((at) => meanOf([at], alike));
  if (all === undefined) return undefined;
  // How far above chance; one that is not still may be asked, last.
  const above = alone.map((value) => Math.max(0.01, 2 * (value ?? 0.5) - 1));
  const whole = above.reduce((sum, value) => sum + value, 0);
  const masses = above.map((value) => value / whole);
  const experts: Ballot["experts"] = names.map((name, at) => ({ name, mass: masses[at] ?? 0 }));
  const measured = (reach: number): { asked: number[]; auroc: number } => {
    const asked = whoIsAsked({ experts, voters, reach });
    return { asked, auroc: meanOf(asked, masses) ?? 0.5 };
  };
  const grid = [...Array(20).keys()].map((step) => step / 20);
  const reachFor = (effort: Effort): number => {
    if (effort === "fast") return 0;
    return grid.find((reach) => measured(reach).auroc >= all - allowed[effort] - 1e-12) ?? 1;
  };
  const [fast, balanced, thorough] = efforts.map((effort) => {
    const reach = reachFor(effort);
    const { asked, auroc: value } = measured(reach);
    return { reach, measured: { auroc: value, calls: asked.length } };
  }) as [Choice, Choice, Choice];
  const best = alone
    .map((value, at) => ({ name: names[at] ?? "", auroc: value ?? 0 }))
    .toSorted((a, b) => b.auroc - a.auroc)[0];
  return {
    mass: Object.fromEntries(names.map((name, at) => [name, masses[at] ?? 0])),
    reach: { fast: fast.reach, balanced: balanced.reach, thorough: thorough.reach },
    measured: {
      ...{ on, n: images.length, date },
      ...{ fast: fast.measured, balanced: balanced.measured, thorough: thorough.measured },
      all: { auroc: all, calls: names.length },
      one: best ?? { name: "", auroc: 0 },
    },
  };
}
type Choice = { reach: number; measured: { auroc: number; calls: number } };
