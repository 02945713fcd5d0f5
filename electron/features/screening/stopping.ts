/** When to stop, and how many relevant records are probably left. None of these decides for anyone. */

export type Estimate = {
  relevant: number;
  low: number;
  high: number;
  recall: number;
  method: string;
};

/** ln n! by n, as far as it was asked for. */
const logFactorials = [0];

function logFactorial(n: number): number {
  for (let next = logFactorials.length; next <= n; next += 1)
    logFactorials.push((logFactorials[next - 1] as number) + Math.log(next));
  return logFactorials[n] as number;
}

function logChoose(n: number, k: number): number {
  return k < 0 || k > n
    ? Number.NEGATIVE_INFINITY
    : logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** P(X ≤ k) of the hypergeometric: `draws` without return from `total`, of which `good` are relevant. */
export function hypergeometricCdf(k: number, total: number, good: number, draws: number): number {
  const all = logChoose(total, draws);
  let sum = 0;
  for (let x = Math.max(0, draws - (total - good)); x <= Math.min(k, good, draws); x += 1)
    sum += Math.exp(logChoose(good, x) + logChoose(total - good, draws - x) - all);
  return Math.min(1, sum);
}

/**
 * Callaghan and Müller-Hansen's test (Systematic Reviews 2020;9:273) over the ranked order: looks back
 * over every last stretch and asks how likely so few finds would be were the recall still below the
 * target. Small p: the target is probably reached. Conservative, since ranked finds are denser than random ones;
 * `odds` over 1 takes that into account (biased urns).
 */
export function callaghanP(
  found: readonly boolean[],
  remaining: number,
  target: number,
  odds = 1,
): number {
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
    const total = draws + remaining;
    const good = Math.min(missing, total);
    best = Math.min(
      best,
      odds === 1
        ? hypergeometricCdf(inside, total, good, draws)
        : walleniusCdf(inside, good, total - good, draws, odds),
    );
  }
  return best;
}

/**
 * Finds in `draws` out of `good` relevant and `bad` irrelevant records when a relevant one is `odds` times
 * as likely to be drawn next: P(X ≤ k) of Wallenius' noncentral hypergeometric. The integral
 * C(g,x) C(b,n−x) ∫₀¹ (1−t^(ω/D))^x (1−t^(1/D))^(n−x) dt, D = ω(g−x) + b − n + x (Fog, Commun. Stat.
 * 2008;37:241), by Simpson's rule over u = −ln t / D, in which the integrand has one peak.
 */
export function walleniusCdf(
  k: number,
  good: number,
  bad: number,
  draws: number,
  odds: number,
): number {
  let sum = 0;
  for (let x = Math.max(0, draws - bad); x <= Math.min(k, good, draws); x += 1) {
    const left = odds * (good - x) + bad - draws + x;
    const choices = logChoose(good, x) + logChoose(bad, draws - x);
    if (left <= 0) return 1;
    const log = (u: number): number =>
      choices +
      x * Math.log(-Math.expm1(-odds * u)) +
      (draws - x) * Math.log(-Math.expm1(-u)) -
      left * u +
      Math.log(left);
    sum += peakArea(log);
  }
  return Math.min(1, sum);
}

/** ∫ exp(log(u)) du over u > 0 for a concave `log`: in v = ln u, 22 log units down from the peak on both sides. */
function peakArea(log: (u: number) => number): number {
  const inner = (v: number): number => log(Math.exp(v)) + v;
  let low = -40;
  let high = 10;
  for (let step = 0; step < 36; step += 1) {
    const [a, b] = [low + (high - low) * 0.382, low + (high - low) * 0.618];
    if (inner(a) < inner(b)) low = a;
    else high = b;
  }
  const peak = (low + high) / 2;
  const top = inner(peak);
  let reach = 1e-3;
  while (reach < 40 && (inner(peak - reach) > top - 22 || inner(peak + reach) > top - 22))
    reach *= 1.5;
  const panels = 80;
  const width = (2 * reach) / panels;
  let sum = 0;
  for (let at = 0; at <= panels; at += 1) {
    const value = Math.exp(inner(peak - reach + at * width));
    sum += value * (at === 0 || at === panels ? 1 : at % 2 === 1 ? 4 : 2);
  }
  return Number.isFinite(sum) ? (sum * width) / 3 : 0;
}

export type StopRule = {
  name: string;
  stop: (found: readonly boolean[], remaining: number) => boolean;
};

export const stopRuleForms = "consecutive:N, callaghan:R, buscar:R, safe, root:S, never";

const share = (value: string): number | null => {
  const target = Number(value || 0.95);
  return target > 0 && target < 1 ? target : null;
};

/** The tests are costly and change slowly: they are made at every fifth record. */
const due = (found: readonly boolean[]): boolean => found.length % 5 === 0;

const rules: Record<string, (value: string) => StopRule | null> = {
  never: () => ({ name: "never", stop: () => false }),
  consecutive: (value) => {
    const count = Number(value || 50);
    if (!Number.isInteger(count) || count < 1) return null;
    return {
      name: `consecutive:${count}`,
      stop: (found) => found.length >= count && !found.slice(-count).includes(true),
    };
  },
  callaghan: (value) => {
    const target = share(value);
    return target === null
      ? null
      : {
          name: `callaghan:${target}`,
          stop: (found, remaining) => due(found) && callaghanP(found, remaining, target) < 0.05,
        };
  },
  // The same test with biased urns (Callaghan's buscar): a ranking is taken to find a relevant record twice as readily as chance.
  buscar: (value) => {
    const target = share(value);
    return target === null
      ? null
      : {
          name: `buscar:${target}`,
          stop: (found, remaining) => due(found) && callaghanP(found, remaining, target, 2) < 0.05,
        };
  },
  // Ours: nothing relevant in the last S × √N records of N, S = 5 unless given. Counting a fixed number stops small
  // reviews too late and large ones too early. S was read off replays of labelled reviews; it is a rule of thumb
  // with a measured coverage, no test with a proven one.
  root: (value) => {
    const factor = Number(value || 5);
    if (!(factor > 0)) return null;
    return {
      name: `root:${factor}`,
      stop: (found, remaining) => {
        const quiet = Math.ceil(factor * Math.sqrt(found.length + remaining));
        return found.length >= quiet && found.includes(true) && !found.slice(-quiet).includes(true);
      },
    };
  },
  // The active-learning phase of SAFE (Boetje and van de Schoot, Systematic Reviews 2024;13:81): a tenth screened,
  // twice as many screened as are relevant (here: found), the last 50 irrelevant. Its change of model is not part of a simulation.
  safe: () => ({
    name: "safe",
    stop: (found, remaining) => {
      if (
        found.length < 0.1 * (found.length + remaining) ||
        found.length < 50 ||
        found.slice(-50).includes(true)
      )
        return false;
      return found.length >= 2 * found.filter(Boolean).length;
    },
  }),
};

/** Reads a rule of `stopRuleForms`; null when it is none of them. */
export function parseStopRule(text: string): StopRule | null {
  const [name = "", value = ""] = text.split(":");
  return Object.hasOwn(rules, name) ? (rules[name]?.(value) ?? null) : null;
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
    if (hypergeometricCdf(inside, stretch.length + remaining, inside + more, stretch.length) < 0.05)
      break;
  }
  const relevant = positives + expected;
  return {
    relevant,
    low: positives,
    high: positives + Math.max(high, expected),
    recall: positives / relevant,
    method: "rate of the last third, hypergeometric upper bound",
  };
}
