/** Screening replayed on a labelled set: one query at a time, the model refitted after each label. */
import type { Learner, Label } from "./learner.ts";

export type Step = { row: number; relevant: boolean };
export type Simulation = {
  order: Step[];
  secondsPerStep: { mean: number; p95: number; max: number };
};

/**
 * Priors are known from the start and not part of the order. `criteria`: scores by row that the ranking takes
 * into account; `stop` ends the screening early.
 */
export function simulate(input: {
  learner: Learner;
  labels: readonly boolean[];
  priors: readonly number[];
  criteria?: Float64Array | null;
  stop?: (order: readonly Step[], remaining: number) => boolean;
  /** Decisions between two refits by the number of labels, for quick replays; every decision when not given. */
  refitAfter?: (labelled: number) => number;
  clock: () => number;
}): Simulation {
  const { learner, labels, clock } = input;
  const known: Label[] = input.priors.map((row) => ({ row, relevant: labels[row] === true }));
  const open = new Uint8Array(labels.length).fill(1);
  for (const row of input.priors) open[row] = 0;
  const order: Step[] = [];
  const seconds: number[] = [];
  let scores: Float64Array | null = null;
  let due = 0;
  for (let left = labels.length - known.length; left > 0; left -= 1) {
    const started = clock();
    if (scores === null || known.length >= due) {
      scores = learner.learn(known, input.criteria);
      due = known.length + (input.refitAfter?.(known.length) ?? 1);
    }
    const row = next(open, scores);
    seconds.push((clock() - started) / 1000);
    open[row] = 0;
    const step = { row, relevant: labels[row] === true };
    known.push(step);
    order.push(step);
    if (input.stop?.(order, left - 1)) break;
  }
  seconds.sort((a, b) => a - b);
  const mean = seconds.reduce((sum, value) => sum + value, 0) / Math.max(1, seconds.length);
  return {
    order,
    secondsPerStep: {
      mean,
      p95: seconds[Math.floor(0.95 * seconds.length)] ?? 0,
      max: seconds.at(-1) ?? 0,
    },
  };
}

/** The open record with the highest score; ties and the time before both classes go by file order. */
function next(open: Uint8Array, scores: Float64Array | null): number {
  let best = -1;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < open.length; row += 1) {
    if (open[row] === 0) continue;
    const value = scores === null ? 0 : (scores[row] as number);
    if (value > bestScore) {
      best = row;
      bestScore = value;
    }
  }
  return best;
}
