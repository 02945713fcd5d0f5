/** When to stop. None of these rules decides for anyone. */
import { hypergeometricCdf, walleniusCdf } from "./urns.ts";

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
 * Ours: the more cautious of two signals, both over the records since the last find (`quiet`).
 *
 * 1. Quiet for 2 × √N records of N: counting a fixed number stops small reviews too late, large ones too early.
 * 2. A biased urn (after Callaghan and Müller-Hansen, and their buscar): were the recall still below the target,
 *    so many relevant records would be left that none of them in `quiet` draws has a probability under 5 %, a
 *    relevant record being 3.5 times as likely to come next as another. Relevant records that a ranking missed
 *    are alike, so at most 4 of them count as independent.
 *
 * Both numbers were read off replays with each review left out in turn and then made more cautious (see
 * stopping.measure.ts): a rule with a measured coverage, no test with a proven one.
 */
export type PromiseSettings = { root: number; odds: number };
export const promiseSettings: PromiseSettings = { root: 2, odds: 3.5 };
const mostIndependent = 4;
const doubt = 0.05;

/** Where a screening stands: what the rule and the estimate read of it. */
export type Standing = { found: number; quiet: number; remaining: number; screened: number };

export function standingOf(found: readonly boolean[], remaining: number): Standing {
  const last = found.lastIndexOf(true);
  return {
    found: found.reduce((sum, value) => sum + (value ? 1 : 0), 0),
    quiet: found.length - 1 - last,
    remaining,
    screened: found.length,
  };
}

/**
 * Records still to be screened until the promise holds at `target` recall, if none of them is relevant;
 * 0: it holds now; null before the first find.
 */
export function recordsToPromise(
  { found, quiet, remaining, screened }: Standing,
  target = 0.95,
  { root, odds }: PromiseSettings = promiseSettings,
): number | null {
  if (found === 0) return null;
  // The smallest number of missing records with which the recall would be below the target.
  const missing = Math.min(mostIndependent, Math.floor(found / target - found + 1e-9) + 1);
  const mayRemain = (quiet + remaining) * doubt ** (1 / (odds * missing));
  const wanted = Math.max(
    Math.ceil(root * Math.sqrt(screened + remaining)) - quiet,
    Math.ceil(remaining - mayRemain - 1e-9),
  );
  return Math.max(0, Math.min(remaining, wanted));
}

/** How many records were screened when the promise first held, in one pass; null where it never did. */
export function promisedAt(
  found: readonly boolean[],
  remaining: number,
  target = 0.95,
  settings: PromiseSettings = promiseSettings,
): number | null {
  let [positives, quiet] = [0, 0];
  for (const [index, relevant] of found.entries()) {
    [positives, quiet] = relevant ? [positives + 1, 0] : [positives, quiet + 1];
    const screened = index + 1;
    const left = found.length - screened + remaining;
    const standing = { found: positives, quiet, screened, remaining: left };
    if (recordsToPromise(standing, target, settings) === 0) return screened;
  }
  return null;
}

export type StopRule = {
  name: string;
  stop: (found: readonly boolean[], remaining: number) => boolean;
};

export const stopRuleForms = "promise:R, consecutive:N, callaghan:R, buscar:R, safe, root:S, never";

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
  promise: (value) => {
    const target = share(value);
    return target === null
      ? null
      : {
          name: `promise:${target}`,
          stop: (found, remaining) => recordsToPromise(standingOf(found, remaining), target) === 0,
        };
  },
  // Nothing relevant in the last S × √N records of N, S = 5 unless given. Counting a fixed number stops small
  // reviews too late and large ones too early. One signal alone.
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
