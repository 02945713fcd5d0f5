/** Screening figures: speed at 1,000 to 100,000 records, and WSS@95 on the labelled reviews beside ASReview's. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { readLabelledSet } from "./labelled-set.ts";
import { createLearner, recipeFor, type Label } from "./learner.ts";
import { measureOrder, type Metrics } from "./metrics.ts";
import { simulate } from "./simulate.ts";
import { sharedSetsOrEnd } from "./shared-sets.ts";

const shared = sharedSetsOrEnd();

const baseline: Record<string, string>[] = parse(
  readFileSync(join(shared, "asreview_baseline.csv")),
  {
    columns: true,
  },
);
const priors = JSON.parse(readFileSync(join(shared, "priors.json"), "utf8")) as Record<
  string,
  { pair: number; included: number; excluded: number }[]
>;
const textOf = (record: { title: string; abstract: string }): string =>
  `${record.title} ${record.abstract}`;

async function speed(): Promise<void> {
  const base = await readLabelledSet(join(shared, "BannachBrown_2019.csv.gz"));
  process.stdout.write(
    "records | features s | retrain + re-rank ms, on the clock (CPU) (medians of 20, 100 to 120 labels) | peak memory MB\n",
  );
  // One size alone (SIZES=100000) shows its own peak of memory, without what a smaller one left.
  const sizes = (process.env["SIZES"] ?? "1000,10000,100000").split(",").map(Number);
  for (const size of sizes) {
    // Real abstracts, each copy with words of its own, so that the vocabulary grows as it would.
    const texts = {
      length: size,
      at: (row: number) =>
        `${textOf(base[row % base.length] as (typeof base)[number])} study${Math.floor(row / base.length)} site${row % 977}`,
    };
    const started = performance.now();
    const learner = createLearner(texts, recipeFor(size));
    const built = performance.now() - started;
    const labels: Label[] = Array.from({ length: 100 }, (_, row) => ({
      row,
      relevant: base[row % base.length]?.relevant === true,
    }));
    learner.learn(labels);
    const times = Array.from({ length: 20 }, (_, step) => {
      labels.push({
        row: 100 + step,
        relevant: base[(100 + step) % base.length]?.relevant === true,
      });
      const [from, fromCpu] = [performance.now(), process.cpuUsage()];
      learner.learn(labels);
      const used = process.cpuUsage(fromCpu);
      return { clock: performance.now() - from, cpu: (used.user + used.system) / 1000 };
    });
    const median = (of: (one: (typeof times)[number]) => number): string =>
      (times.map(of).toSorted((a, b) => a - b)[10] ?? Number.NaN).toFixed(1);
    process.stdout.write(
      `${size} | ${(built / 1000).toFixed(2)} | ${median(({ clock }) => clock)} (${median(({ cpu }) => cpu)}) | ${Math.round(process.resourceUsage().maxRSS / 1024)}\n`,
    );
  }
}

const compared = [
  ["WSS@95", "wss95", (metrics: Metrics) => metrics.wss95],
  ["recall@10%", "recall_at_10pct", (metrics: Metrics) => metrics.recall10],
  ["ATD", "atd_records", (metrics: Metrics) => metrics.atd],
  ["k100", "screened_to_100", (metrics: Metrics) => metrics.k100],
] as const;

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Our recipe on one review from the prior pairs: [ours, ASReview's] per measure, then ms per step. */
async function compareReview(name: string): Promise<[number, number][]> {
  const records = await readLabelledSet(join(shared, `${name}.csv.gz`));
  const rowOf = new Map(records.map((record, row) => [record.id, row]));
  const runs = (priors[name] ?? [])
    .slice(0, Number(process.env["PAIRS"] ?? 1))
    .map(({ pair, included, excluded }) => {
      const labels = records.map((record) => record.relevant === true);
      const known = [rowOf.get(String(included)) ?? 0, rowOf.get(String(excluded)) ?? 0];
      let left = labels.filter(Boolean).length - known.filter((row) => labels[row]).length;
      // Like ASReview's simulation it ends with the last relevant record; no measure looks at what follows.
      const run = simulate({
        learner: createLearner(records.map(textOf), recipeFor(records.length)),
        labels,
        priors: known,
        clock: () => performance.now(),
        stop: (order) => (order.at(-1)?.relevant === true ? --left : left) === 0,
      });
      const rest = labels.length - known.length - run.order.length;
      return {
        metrics: measureOrder([
          ...run.order.map((step) => step.relevant),
          ...Array.from({ length: rest }, () => false),
        ]),
        ms: 1000 * run.secondsPerStep.mean,
        known:
          baseline.find((row) => row["dataset"] === name && row["pair"] === String(pair)) ?? {},
      };
    });
  const pairs = compared.map(([, column, of]): [number, number] => [
    meanOf(runs.map((run) => of(run.metrics))),
    meanOf(runs.map((run) => Number(run.known[column]))),
  ]);
  const speedPair: [number, number] = [
    meanOf(runs.map((run) => run.ms)),
    meanOf(runs.map((run) => 1000 * Number(run.known["sec_per_step_mean"]))),
  ];
  return [...pairs, speedPair];
}

async function quality(): Promise<void> {
  const heads = [...compared.map(([head]) => head), "ms per step"];
  process.stdout.write(
    `\nset (PAIRS=5 for the mean of all prior pairs) | ${heads.map((head) => `${head} ours / ASReview`).join(" | ")}\n`,
  );
  const all: [number, number][][] = [];
  const shown = (values: [number, number][]): string =>
    values.map(([a, b]) => `${a.toFixed(4)} / ${b.toFixed(4)}`).join(" | ");
  for (const name of Object.keys(priors)) {
    const values = await compareReview(name);
    all.push(values);
    process.stdout.write(`${name} | ${shown(values)}\n`);
  }
  const means = heads.map((_, at): [number, number] => [
    meanOf(all.map((values) => values[at]?.[0] ?? 0)),
    meanOf(all.map((values) => values[at]?.[1] ?? 0)),
  ]);
  process.stdout.write(`mean | ${shown(means)}\n`);
}

const only = process.env["ONLY"];
if (only !== "quality") await speed();
if (only !== "speed") await quality();
