/**
 * `npm run bench residency`: the policy beside LRU, LFU and prefetching whatever is likely; five seeds.
 * The settings were chosen on seeds 11 to 15.
 */
import {
  generatedSessions,
  languageModel,
  smallExperts,
  workflowNames,
} from "./generated-sessions.ts";
import type { Weight } from "./residency.ts";
import {
  leastFrequent,
  leastRecent,
  ourKeeper,
  play,
  prefetchEverything,
  type Played,
} from "./simulation.ts";

const seeds = [1, 2, 3, 4, 5];
const sessionsPlayed = 300;

function weightsOf(experts: readonly Weight[]): (id: string) => Weight {
  const byId = new Map(experts.map((one) => [one.id, one]));
  return (id) => {
    const weight = byId.get(id);
    if (!weight) throw new Error(`no expert ${id}`);
    return weight;
  };
}

/** Mean and the half width of its 95 % interval (Student's t, four degrees of freedom). */
function meanOf(values: readonly number[]): { mean: number; half: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const spread = Math.sqrt(
    values.reduce((total, value) => total + (value - mean) ** 2, 0) / (values.length - 1),
  );
  return { mean, half: (2.776 * spread) / Math.sqrt(values.length) };
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const hit = ({ hits, calls }: Played): number => hits / calls;

type Arm = Record<"ours" | "LRU" | "LFU" | "prefetch everything" | "ours, no prefetch", Played>;
function arms(
  weightOf: (id: string) => Weight,
  budget: number,
  history: string[][],
  sessions: string[][],
): Arm {
  return {
    ours: play(sessions, weightOf, ourKeeper(weightOf, budget, history)),
    "ours, no prefetch": play(
      sessions,
      weightOf,
      ourKeeper(weightOf, budget, history, { prefetches: false }),
    ),
    LRU: play(sessions, weightOf, leastRecent(weightOf, budget)),
    LFU: play(sessions, weightOf, leastFrequent(weightOf, budget)),
    "prefetch everything": play(sessions, weightOf, prefetchEverything(weightOf, budget, history)),
  };
}

function table(
  title: string,
  experts: readonly Weight[],
  share: number,
  withModel: boolean,
): Arm[] {
  const weightOf = weightsOf(experts);
  const whole = experts.reduce((total, { liveBytes }) => total + liveBytes, 0);
  const budget = whole * share;
  const runs = seeds.map((seed) =>
    arms(
      weightOf,
      budget,
      generatedSessions(sessionsPlayed, seed + 100, { withModel }),
      generatedSessions(sessionsPlayed, seed, { withModel }),
    ),
  );
  say(`\n${title}: budget ${(budget / 1e6).toFixed(0)} of ${(whole / 1e6).toFixed(0)} MB`);
  say("policy | hit ratio | waiting, s | GB moved");
  for (const name of Object.keys(runs[0] ?? {}) as (keyof Arm)[]) {
    const of = (measure: (played: Played) => number, digits: number): string => {
      const { mean, half } = meanOf(runs.map((run) => measure(run[name])));
      return `${mean.toFixed(digits)} ± ${half.toFixed(digits)}`;
    };
    say(
      `${name} | ${of(hit, 3)} | ${of(({ stallMs }) => stallMs / 1000, 1)} | ${of(({ bytesMoved }) => bytesMoved / 1e9, 1)}`,
    );
  }
  return runs;
}

const meanBy = (runs: Arm[], name: keyof Arm, measure: (played: Played) => number): number =>
  meanOf(runs.map((run) => measure(run[name]))).mean;
const verdict = (text: string, met: boolean): void => say(`${met ? "met" : "MISSED"} | ${text}`);

const half = table("16 small experts, half of their bytes", smallExperts, 0.5, false);
const quarter = table("16 small experts, a quarter", smallExperts, 0.25, false);
const stall = ({ stallMs }: Played): number => stallMs;
const bytes = ({ bytesMoved }: Played): number => bytesMoved;

say("\nacceptance");
const ratio = (runs: Arm[], measure: (played: Played) => number): number =>
  meanBy(runs, "ours", measure) / meanBy(runs, "LRU", measure);
verdict(
  `half: hit ratio ${meanBy(half, "ours", hit).toFixed(3)}, goal 0.95`,
  meanBy(half, "ours", hit) >= 0.95,
);
verdict(
  `half: waiting ${ratio(half, stall).toFixed(2)} of LRU's, goal 0.35`,
  ratio(half, stall) <= 0.35,
);
verdict(
  `half: bytes ${ratio(half, bytes).toFixed(2)} of LRU's, goal 1.1`,
  ratio(half, bytes) <= 1.1,
);
const gain = meanBy(quarter, "ours", hit) - meanBy(quarter, "LRU", hit);
verdict(`quarter: hit ratio +${(100 * gain).toFixed(1)} points over LRU, goal +25`, gain >= 0.25);
verdict(
  `quarter: waiting ${ratio(quarter, stall).toFixed(2)} of LRU's, goal 0.40`,
  ratio(quarter, stall) <= 0.4,
);

let worst = { budget: 0, times: 0 };
for (const share of [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.66, 0.7, 0.75, 0.8, 0.9, 1])
  for (const experts of [smallExperts, [...smallExperts, languageModel]]) {
    const withModel = experts.length > smallExperts.length;
    const weightOf = weightsOf(experts);
    const budget = share * experts.reduce((total, { liveBytes }) => total + liveBytes, 0);
    const largest = Math.max(...experts.map(({ liveBytes }) => liveBytes));
    if (largest > budget) continue;
    const sums = { ours: 0, LRU: 0, LFU: 0 };
    for (const seed of seeds) {
      const run = arms(
        weightOf,
        budget,
        generatedSessions(sessionsPlayed, seed + 100, { withModel }),
        generatedSessions(sessionsPlayed, seed, { withModel }),
      );
      for (const name of ["ours", "LRU", "LFU"] as const) sums[name] += run[name].stallMs;
    }
    const best = Math.min(sums.LRU, sums.LFU);
    const times = best === 0 ? (sums.ours === 0 ? 1 : Infinity) : sums.ours / best;
    say(
      `guard | ${withModel ? "with" : "without"} the language model, budget ${(share * 100).toFixed(0)} %: waiting ${(sums.ours / 5000).toFixed(1)} s; LRU ${(sums.LRU / 5000).toFixed(1)}, LFU ${(sums.LFU / 5000).toFixed(1)}`,
    );
    if (times > worst.times) worst = { budget: share, times };
  }
verdict(
  `guard: at worst ${worst.times.toFixed(2)} of the better of LRU and LFU, goal 1.05`,
  worst.times <= 1.05,
);

const weightOf = weightsOf(smallExperts);
const budget = 0.5 * smallExperts.reduce((total, { liveBytes }) => total + liveBytes, 0);
const losses = workflowNames.map((left) => {
  const only = workflowNames.filter((name) => name !== left);
  const met = generatedSessions(sessionsPlayed, 1, { only: [left] });
  const known = generatedSessions(sessionsPlayed, 101);
  const unknown = generatedSessions(sessionsPlayed, 101, { only });
  const inside = hit(play(met, weightOf, ourKeeper(weightOf, budget, known)));
  return inside - hit(play(met, weightOf, ourKeeper(weightOf, budget, unknown)));
});
const most = Math.max(...losses);
verdict(
  `unseen workflow: hit ratio falls by at most ${(100 * most).toFixed(1)} points, goal 10`,
  most <= 0.1,
);
