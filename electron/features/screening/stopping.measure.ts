/**
 * The promise "95 % recall at 95 % confidence" checked: stop rules and the recall estimate on replays of the labelled
 * reviews, RUNS prior pairs each (20 unless given): `node electron/features/screening/stopping.measure.ts [SET …]`.
 * ORDERS=FILE keeps the replays there, or takes them from there.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { missingWork } from "./chao.ts";
import { recipes, type Label } from "./learner.ts";
import { estimateRelevant } from "./recall-estimate.ts";
import { kindFromOthers, labelledReviews, replay } from "./replay-sets.ts";
import { runAtOnce } from "./slices.ts";
import { saysStop } from "./stop-methods.ts";
import { callaghanP, parseStopRule, promisedAt, standingOf } from "./stopping.ts";
import { hypergeometricCdf } from "./urns.ts";

/** Chao's estimate after `at` records. */
type Guess = { at: number; missing: number; high: number };
type Run = { set: string; found: boolean[]; guesses: Guess[] };
type Stop = { screened: number; recall: number };

async function replays(): Promise<Run[]> {
  const file = process.env["ORDERS"];
  if (file !== undefined && existsSync(file)) {
    const kept = JSON.parse(readFileSync(file, "utf8")) as (Omit<Run, "found"> & {
      found: string;
    })[];
    return kept.map(({ found, ...rest }) => ({
      ...rest,
      found: [...found].map((one) => one === "1"),
    }));
  }
  const all = await labelledReviews([], Number(process.env["RUNS"] ?? 20));
  const runs = all.flatMap((review) => {
    const kind = kindFromOthers(review, all);
    process.stderr.write(`${review.name} …\n`);
    return review.pairs.map((pair): Run => {
      const guesses: Guess[] = [];
      const rows = review.labels.length - pair.length;
      const step = Math.max(1, Math.floor(rows / 20));
      const priors = pair.map((row) => ({ row, relevant: review.labels[row] === true }));
      let known: Label[] = priors;
      const guess = (at: number, labels: readonly Label[]): void => {
        const one = at % step === 0 ? runAtOnce(missingWork(review.space, labels)) : null;
        if (one !== null) guesses.push({ at, ...one });
      };
      const found = replay(review, pair, { recipe: recipes.desk, kind }, (order) => {
        if (order.length % step === 0) guess(order.length, [...priors, ...order]);
        known = [...priors, ...order];
      });
      // Beyond the last relevant record only the number of irrelevant ones counts, not which they are.
      for (let at = known.length - pair.length + 1; at <= rows; at += 1) {
        known.push({ row: 0, relevant: false });
        guess(at, known);
      }
      return { set: review.name, found, guesses };
    });
  });
  if (file !== undefined)
    writeFileSync(
      file,
      JSON.stringify(
        runs.map((run) => ({ ...run, found: run.found.map((one) => (one ? 1 : 0)).join("") })),
      ),
    );
  return runs;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const wanted = process.argv.slice(2);
const runs = (await replays()).filter(({ set }) => wanted.length === 0 || wanted.includes(set));
const sets = [...new Set(runs.map(({ set }) => set))];

/** Where a run stops, asked at every record or at every hundredth part of them. */
function stopOf(
  { found }: Run,
  stops: (found: readonly boolean[], remaining: number) => boolean,
  step = 1,
): Stop {
  let at = step;
  while (at < found.length && !stops(found.slice(0, at), found.length - at)) at += step;
  at = Math.min(at, found.length);
  return stopAt(found, at);
}

function stopAt(found: readonly boolean[], at: number): Stop {
  const total = found.filter(Boolean).length;
  return {
    screened: at / found.length,
    recall: found.slice(0, at).filter(Boolean).length / total,
  };
}

function promiseStop({ found }: Run, root: number, odds: number): Stop {
  return stopAt(found, promisedAt(found, 0, 0.95, { root, odds }) ?? found.length);
}

/**
 * Callaghan and Müller-Hansen's whole procedure: once the test on the ranked order falls under 0.5, the rest is drawn
 * at random, until the hypergeometric test on the sample alone falls under 0.05.
 */
function sampled({ found }: Run): Stop {
  const total = found.filter(Boolean).length;
  const step = Math.max(1, Math.floor(found.length / 100));
  let at = step;
  while (at < found.length && callaghanP(found.slice(0, at), found.length - at, 0.95) >= 0.5)
    at += step;
  const before = found.slice(0, at).filter(Boolean).length;
  // Left over in a fixed shuffle: every seventh place of a prime walk.
  const rest = found.slice(at);
  let prime = 1009;
  while (rest.length > 0 && rest.length % prime === 0) prime += 2;
  let inside = 0;
  for (let drawn = 1; drawn <= rest.length; drawn += 1) {
    if (rest[(drawn * prime) % rest.length]) inside += 1;
    const missing = Math.floor((before + inside) / 0.95 - before) + 1;
    if (missing > rest.length) continue;
    if (hypergeometricCdf(inside, rest.length, missing, drawn) < 0.05)
      return { screened: (at + drawn) / found.length, recall: (before + inside) / total };
  }
  return { screened: 1, recall: 1 };
}

const reached = ({ recall }: Stop): boolean => recall >= 0.95 - 1e-9;
/** Means over reviews, so that each review weighs the same. */
function shown(name: string, stops: readonly Stop[], of: readonly Run[] = runs): string {
  const per = sets.map((set) => stops.filter((_, run) => of[run]?.set === set));
  const coverage = mean(per.map((own) => mean(own.map((stop) => Number(reached(stop))))));
  const screened = mean(per.map((own) => mean(own.map((stop) => stop.screened))));
  const recalls = stops.map(({ recall }) => recall).toSorted((a, b) => a - b);
  const at = (share: number) => (recalls[Math.floor(share * (recalls.length - 1))] ?? 0).toFixed(3);
  const short = sets.filter((_, index) => !per[index]?.every(reached)).join(", ");
  return `${name} | ${(100 * coverage).toFixed(1)} % | ${(100 * screened).toFixed(1)} % | ${(100 * (1 - screened)).toFixed(1)} % | ${at(0)} / ${at(0.05)} / ${at(0.5)} | ${short}\n`;
}

process.stdout.write(
  `rule (${runs.length} runs, ${sets.length} reviews) | runs at 95 % recall | screened | work saved | recall lowest / 5th percentile / median | reviews with a run below\n`,
);
/** The whole grid, declared before any run, and the safety margin that every choice is made more cautious by. */
const grid = [1.5, 2, 2.5, 3, 4].flatMap((root) =>
  [2, 2.5, 3, 3.5, 4, 5, 6].map((odds) => ({ root, odds })),
);
const margin = 1.4;
const gridStops = grid.map(({ root, odds }) => runs.map((run) => promiseStop(run, root, odds)));
const chosen: Record<string, number> = {};
const leftOut = runs.map((run): Stop => {
  const rest = runs.flatMap(({ set }, index) => (set === run.set ? [] : [index]));
  const [best] = grid
    .map((settings, place) => {
      const stops = rest.map((index) => gridStops[place]?.[index] as Stop);
      return { settings, all: stops.every(reached), cost: mean(stops.map((s) => s.screened)) };
    })
    .filter(({ all }) => all)
    .toSorted((a, b) => a.cost - b.cost);
  const { root, odds } = best?.settings ?? { root: 5, odds: 1 };
  const name = `root ${root}, odds ${odds}`;
  chosen[name] = (chosen[name] ?? 0) + 1;
  return promiseStop(run, root * margin, odds / margin);
});
process.stdout.write(
  shown(`promise, settings chosen on the other reviews, margin ${margin}`, leftOut),
);
process.stdout.write(`  chosen: ${JSON.stringify(chosen)}\n`);
const promise = parseStopRule("promise:0.95")?.stop ?? (() => true);
for (const rule of ["promise:0.95", "consecutive:50", "consecutive:200", "safe", "root:5"]) {
  const { stop } = parseStopRule(rule) ?? { stop: () => true };
  process.stdout.write(
    shown(
      rule,
      runs.map((run) => stopOf(run, stop)),
    ),
  );
}
// Asked at every twentieth of a set.
const chaoStops = runs.map(({ found, guesses }): Stop => {
  const told = guesses.find(({ at, ...guess }) =>
    saysStop(found.slice(0, at).filter(Boolean).length + 1, guess),
  );
  return stopAt(found, told?.at ?? found.length);
});
process.stdout.write(shown("chao: upper end of the interval at 95 % recall", chaoStops));
const guessed = runs.flatMap(({ found, guesses }) => {
  const total = found.filter(Boolean).length;
  return guesses.map(({ at, missing, high }) => {
    const positives = found.slice(0, at).filter(Boolean).length;
    return {
      holds: positives + high >= total - 1e-9,
      error: Math.abs((positives + 1) / (positives + 1 + missing) - (positives + 1) / (total + 1)),
    };
  });
});
process.stdout.write(
  `chao estimate: upper end at or over the truth at ${(100 * mean(guessed.map(({ holds }) => Number(holds)))).toFixed(1)} % of ${guessed.length} points, mean error of its recall ${mean(guessed.map(({ error }) => error)).toFixed(3)}\n`,
);
// The estimate at every twentieth of each set: does its interval hold the true number, and how wide is it?
const checks = runs.flatMap(({ set, found }) => {
  const total = found.filter(Boolean).length;
  return Array.from({ length: 19 }, (_, index) => {
    const at = Math.floor(((index + 1) / 20) * found.length);
    const estimate = estimateRelevant(found.slice(0, at), found.length - at);
    if (estimate === null) return null;
    const positives = standingOf(found.slice(0, at), found.length - at).found;
    return {
      set,
      holds: estimate.low <= total && total <= estimate.high,
      width: positives / estimate.low - positives / estimate.high,
      error: Math.abs(estimate.recall - positives / total),
    };
  }).filter((check) => check !== null);
});
const perSet = sets.map((set) => {
  const own = checks.filter((check) => check.set === set);
  return mean(own.map(({ holds }) => Number(holds)));
});
process.stdout.write(
  `recall estimate: interval holds the truth at ${(100 * mean(checks.map(({ holds }) => Number(holds)))).toFixed(1)} % of ${checks.length} points (lowest review ${(100 * Math.min(...perSet)).toFixed(0)} %), mean width ${mean(checks.map(({ width }) => width)).toFixed(3)}, mean error of the estimate ${mean(checks.map(({ error }) => error)).toFixed(3)}\n`,
);

// These tests look back over every stretch, the biased one by an integral each: two runs a review, asked 50 times.
const few = runs.filter(
  ({ set }, index) => runs.slice(0, index).filter((r) => r.set === set).length < 2,
);
const coarse = (run: Run): number => Math.max(1, Math.floor(run.found.length / 50));
process.stdout.write(`the same for ${few.length} runs:\n`);
process.stdout.write(
  shown(
    "promise:0.95",
    few.map((run) => stopOf(run, promise)),
    few,
  ),
);
for (const [name, odds] of [
  ["callaghan:0.95 on the ranked order", 1],
  ["buscar:0.95 (odds 2)", 2],
] as const)
  process.stdout.write(
    shown(
      name,
      few.map((run) =>
        stopOf(run, (found, left) => callaghanP(found, left, 0.95, odds) < 0.05, coarse(run)),
      ),
      few,
    ),
  );
process.stdout.write(shown("callaghan:0.95, random sample of the rest", few.map(sampled), few));
