/**
 * `npm run bench residency`: the policy beside LRU, LFU and prefetching whatever is likely; five seeds.
 * The settings were chosen on seeds 11 to 15.
 */
import { join } from "node:path";
import {
  generatedSessions,
  languageModel,
  smallExperts,
  workflowNames,
} from "./generated-sessions.ts";
import { recordedSessions, type Recorded } from "./recorded-sessions.ts";
import type { Weight } from "./residency.ts";
import {
  leastFrequent,
  leastRecent,
  ourKeeper,
  play,
  prefetchEverything,
  type Keeper,
  type Played,
} from "./simulation.ts";
import type { Step } from "./trace.ts";

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

/** As in a generated session: the reader looks before each call. */
const thought = (sessions: readonly string[][]): Step[][] =>
  sessions.map((calls) => calls.map((expert) => ({ expert, afterMs: 4000 })));

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const hit = ({ hits, calls }: Played): number => hits / calls;

type Arm = Record<"ours" | "LRU" | "LFU" | "prefetch everything" | "ours, no prefetch", Played>;
function arms(
  weightOf: (id: string) => Weight,
  budget: number,
  history: Step[][],
  sessions: string[][],
  thinkMs?: (session: number, call: number) => number,
): Arm {
  const played = (keeper: Keeper): Played => play(sessions, weightOf, keeper, thinkMs);
  return {
    ours: played(ourKeeper(weightOf, budget, history)),
    "ours, no prefetch": played(ourKeeper(weightOf, budget, history, { prefetches: false })),
    LRU: played(leastRecent(weightOf, budget)),
    LFU: played(leastFrequent(weightOf, budget)),
    "prefetch everything": played(prefetchEverything(weightOf, budget, history)),
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
      thought(generatedSessions(sessionsPlayed, seed + 100, { withModel })),
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

/**
 * A goal is met or missed on the point; where the seeds' interval holds the goal, the two are a tie and that is said.
 * @param half half of the 95 % interval over the seeds, 0 for a single run
 */
function verdict(text: string, point: number, half: number, goal: number, isMost: boolean): void {
  const met = isMost ? point <= goal : point >= goal;
  const tie = half > 0 && Math.abs(point - goal) < half ? ", a tie by its interval" : "";
  const spread = half > 0 ? ` ± ${half.toFixed(3)}` : "";
  say(
    `${met ? "met" : "MISSED"} | ${text} ${point.toFixed(3)}${spread}, goal ${isMost ? "at most" : "at least"} ${goal}${tie}`,
  );
}
const halfOf = (values: readonly number[]): number => (values.length > 1 ? meanOf(values).half : 0);
const stall = ({ stallMs }: Played): number => stallMs;
const bytes = ({ bytesMoved }: Played): number => bytesMoved;

/** Totals over all seeds against LRU's; the interval is of the seeds' own ratios. */
function ratioVerdict(
  text: string,
  runs: Arm[],
  measure: (played: Played) => number,
  goal: number,
): void {
  const total = (name: "ours" | "LRU"): number =>
    runs.reduce((sum, run) => sum + measure(run[name]), 0);
  const ratios = runs.map((run) => measure(run.ours) / (measure(run.LRU) || 1));
  verdict(text, total("ours") / (total("LRU") || 1), halfOf(ratios), goal, true);
}

function accept(name: string, half: Arm[], quarter: Arm[]): void {
  say(`\nacceptance, ${name}`);
  const hits = half.map((run) => hit(run.ours));
  const mean = (values: readonly number[]): number =>
    values.reduce((a, b) => a + b, 0) / values.length;
  verdict(
    `${name}, half: hit ratio (LRU ${mean(half.map((run) => hit(run.LRU))).toFixed(3)}, LFU ${mean(half.map((run) => hit(run.LFU))).toFixed(3)}, prefetch everything ${mean(half.map((run) => hit(run["prefetch everything"]))).toFixed(3)})`,
    mean(hits),
    halfOf(hits),
    0.95,
    false,
  );
  ratioVerdict(`${name}, half: waiting over LRU's`, half, stall, 0.35);
  ratioVerdict(`${name}, half: bytes over LRU's`, half, bytes, 1.1);
  const gains = quarter.map((run) => hit(run.ours) - hit(run.LRU));
  verdict(`${name}, quarter: hit ratio over LRU's`, mean(gains), halfOf(gains), 0.25, false);
  ratioVerdict(`${name}, quarter: waiting over LRU's`, quarter, stall, 0.4);
}
accept(
  "generated sessions",
  table("16 small experts, half of their bytes", smallExperts, 0.5, false),
  table("16 small experts, a quarter", smallExperts, 0.25, false),
);

// What was learned in a recording's first half is played on the second.
function playRecorded(recorded: Recorded, share: number): Arm[] {
  const middle = Math.floor(recorded.sessions.length / 2);
  const whole = recorded.experts.reduce((total, { liveBytes }) => total + liveBytes, 0);
  const largest = Math.max(...recorded.experts.map(({ liveBytes }) => liveBytes));
  const budget = Math.max(share * whole, largest);
  const run = arms(
    weightsOf(recorded.experts),
    budget,
    recorded.sessions.slice(0, middle),
    recorded.sessions.slice(middle).map((steps) => steps.map(({ expert }) => expert)),
    (session, call) => recorded.sessions[middle + session]?.[call]?.afterMs ?? 0,
  );
  say(
    `\n${recorded.sessions.length - middle} recorded sessions, ${recorded.experts.length} models: budget ${(budget / 1e6).toFixed(0)} of ${(whole / 1e6).toFixed(0)} MB`,
  );
  say("policy | hit ratio | waiting, s | MB moved");
  for (const [name, played] of Object.entries(run))
    say(
      `${name} | ${hit(played).toFixed(3)} | ${(stall(played) / 1000).toFixed(2)} | ${(bytes(played) / 1e6).toFixed(0)}`,
    );
  return [run];
}
const recordings = recordedSessions(
  ["recorded-sessions.jsonl", "recorded-sessions-paused.jsonl"].map((file) =>
    join(import.meta.dirname, "fixtures", file),
  ),
);
for (const [at, recorded] of recordings.entries())
  accept(
    `recorded sessions, ${at === 0 ? "without pauses" : "with a reader's pauses"}`,
    playRecorded(recorded, 0.5),
    playRecorded(recorded, 0.25),
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
        thought(generatedSessions(sessionsPlayed, seed + 100, { withModel })),
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
verdict("guard: at worst, waiting over the better of LRU's and LFU's", worst.times, 0, 1.05, true);

const weightOf = weightsOf(smallExperts);
const budget = 0.5 * smallExperts.reduce((total, { liveBytes }) => total + liveBytes, 0);
const losses = workflowNames.map((left) => {
  const only = workflowNames.filter((name) => name !== left);
  const met = generatedSessions(sessionsPlayed, 1, { only: [left] });
  const known = thought(generatedSessions(sessionsPlayed, 101));
  const unknown = thought(generatedSessions(sessionsPlayed, 101, { only }));
  const inside = hit(play(met, weightOf, ourKeeper(weightOf, budget, known)));
  return inside - hit(play(met, weightOf, ourKeeper(weightOf, budget, unknown)));
});
const most = Math.max(...losses);
verdict("unseen workflow: hit ratio lost at most", most, 0, 0.1, true);
