/** When to stop, and how many relevant records are probably left. None of these decides for anyone. */

export type Estimate = { relevant: number; low: number; high: number; recall: number; method: string };

/** log of n choose k by Stirling's series (Lanczos), good to 1e-10 for the sizes here. */
function logChoose(n: number, k: number): number {
  return k < 0 || k > n ? Number.NEGATIVE_INFINITY : logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

function logGamma(x: number): number {
  const g = [76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155, 1.208650973866179e-3, -5.395239384953e-6];
  const t = x + 5.5 - (x + 0.5) * Math.log(x + 5.5);
  return -t + Math.log((Math.sqrt(2 * Math.PI) * (1.000000000190015 + g.reduce((sum, value, at) => sum + value / (x + at + 1), 0))) / x);
}

/** P(X ≤ k) of the hypergeometric: `draws` without return from `total`, of which `good` are relevant. */
export function hypergeometricCdf(k: number, total: number, good: number, draws: number): number {
  const all = logChoose(total, draws);
  let sum = 0;
  for (let x = Math.max(0, draws - (total - good)); x <= Math.min(k, good, draws); x += 1) sum += Math.exp(logChoose(good, x) + logChoose(total - good, draws - x) - all);
  return Math.min(1, sum);
}

/**
 * Callaghan and Müller-Hansen's test (Systematic Reviews 2020;9:273) over the ranked order: looks back
 * over every last stretch and asks how likely so few finds would be were the recall still below the
 * target. Small p: the target is probably reached. Conservative, since ranked finds are denser than random ones.
 */
export function callaghanP(found: readonly boolean[], remaining: number, target: number): number {
  const positives = found.reduce((sum, value) => sum + (value ? 1 : 0), 0);
  if (positives === 0) return 1;
  let best = 1;
  let inside = 0;
  // Stretches that begin right after a find are the ones that matter; every tenth record covers the rest.
  for (let start = found.length - 1; start >= 0; start -= 1) {
    if (found[start]) inside += 1;
    if (!(start === 0 || found[start - 1]) && start % 10 !== 0) continue;
    const draws = found.length - start;
    const before = positives - inside;
    const missing = Math.floor(positives / target - before) + 1;
    best = Math.min(best, hypergeometricCdf(inside, draws + remaining, Math.min(missing, draws + remaining), draws));
  }
  return best;
}

export type StopRule = { name: string; stop: (found: readonly boolean[], remaining: number) => boolean };

/** Reads `consecutive:50`, `callaghan:0.95` or `never`. */
export function parseStopRule(text: string): StopRule | null {
  const [name = "", value = ""] = text.split(":");
  if (name === "never") return { name, stop: () => false };
  if (name === "consecutive") {
    const count = Number(value || 50);
    if (!Number.isInteger(count) || count < 1) return null;
    return { name: `consecutive:${count}`, stop: (found) => found.length >= count && !found.slice(-count).includes(true) };
  }
  if (name === "callaghan") {
    const target = Number(value || 0.95);
    if (!(target > 0 && target < 1)) return null;
    // The test is costly and changes slowly: every fifth irrelevant record is enough.
    return { name: `callaghan:${target}`, stop: (found, remaining) => found.length % 5 === 0 && callaghanP(found, remaining, target) < 0.05 };
  }
  return null;
}

/**
 * How many relevant records there are in all: the finds so far plus those that the last stretch of the
 * order lets expect, with a 95 % upper bound from the hypergeometric test at each possible number.
 */
export function estimateRelevant(found: readonly boolean[], remaining: number): Estimate | null {
  const positives = found.reduce((sum, value) => sum + (value ? 1 : 0), 0);
  if (positives === 0 || found.length < 20) return null;
  const stretch = found.slice(-Math.max(20, Math.floor(found.length / 3)));
  const inside = stretch.filter(Boolean).length;
  // Finds thin out along a good ranking: the rest is taken at half of the stretch's rate.
  const expected = Math.min(remaining, ((inside + 0.5) / (stretch.length + 1)) * remaining * 0.5);
  let high = 0;
  for (let more = 0; more <= remaining; more = Math.max(more + 1, Math.floor(more * 1.1))) {
    high = more;
    if (hypergeometricCdf(inside, stretch.length + remaining, inside + more, stretch.length) < 0.05) break;
  }
  const relevant = positives + expected;
  return { relevant, low: positives, high: positives + Math.max(high, expected), recall: positives / relevant, method: "rate of the last third, hypergeometric upper bound" };
}
