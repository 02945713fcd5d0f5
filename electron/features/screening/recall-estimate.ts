/** How many relevant records there are in all, as the order so far lets expect: shown, never acted on. */
import { standingOf } from "./stopping.ts";
import { binomialCdf } from "./urns.ts";

export type Estimate = {
  relevant: number;
  low: number;
  high: number;
  recall: number;
  method: string;
};

/**
 * Odds with which a relevant record comes next against another. A ranking draws it sooner than chance does: the
 * upper bound takes twice as likely, which held in replays (stopping.measure.ts); the estimate four times, which
 * was nearest to the truth there.
 */
const odds = { bound: 2, estimate: 4 };
const doubt = 0.05;
const shortest = 20;

/** Chance that a relevant record, there at a stretch's start, is found in it. */
const chanceOf = (stretch: number, remaining: number, by: number): number =>
  1 - (remaining / (stretch + remaining)) ** by;

/** The fewest missing records that would make at most `inside` finds in the stretch improbable. */
function mostMissing(inside: number, stretch: number, remaining: number): number {
  const chance = chanceOf(stretch, remaining, odds.bound);
  let [low, high] = [0, remaining];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (binomialCdf(inside, inside + middle, chance) <= doubt) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Finds so far plus what the last third of the order lets expect, with a one-sided 95 % bound: the smaller of the
 * bounds from that third and from the quiet records since the last find. Null before 20 records or the first find.
 */
export function estimateRelevant(found: readonly boolean[], remaining: number): Estimate | null {
  const { found: positives, quiet } = standingOf(found, remaining);
  if (positives === 0 || found.length < shortest) return null;
  const stretch = Math.max(shortest, Math.floor(found.length / 3));
  const inside = found.slice(-stretch).filter(Boolean).length;
  const bound = Math.min(
    mostMissing(inside, stretch, remaining),
    quiet === 0 ? remaining : mostMissing(0, quiet, remaining),
  );
  const chance = chanceOf(stretch, remaining, odds.estimate);
  const missing = Math.min(bound, ((inside + 0.3) * (1 - chance)) / chance);
  const relevant = positives + missing;
  return {
    relevant,
    low: positives,
    high: positives + bound,
    recall: positives / relevant,
    method:
      "finds in the last third of the order, relevant records taken to come sooner than chance",
  };
}
