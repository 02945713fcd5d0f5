/** Screening figures: speed at 1,000 to 100,000 records, and WSS@95 on the labelled reviews beside ASReview's. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { programFolder } from "../../places.ts";
import { readLabelledSet } from "./labelled-set.ts";
import { createLearner, recipes, type Label } from "./learner.ts";
import { measureOrder } from "./metrics.ts";
import { simulate } from "./simulate.ts";

const shared = join(
  process.env["EVIDESK_SHARED"] ?? join(programFolder, "..", "shared"),
  "data",
  "screening",
);
if (!existsSync(shared)) {
  process.stdout.write("Skipped: the labelled reviews of the shared data folder are not here.\n");
  process.exit(0);
}

type Baseline = { dataset: string; pair: string; wss95: string; sec_per_step_mean: string };
const baseline: Baseline[] = parse(readFileSync(join(shared, "asreview_baseline.csv")), {
  columns: true,
});
const priors = JSON.parse(readFileSync(join(shared, "priors.json"), "utf8")) as Record<
  string,
  { pair: number; included: number; excluded: number }[]
>;
const textOf = (record: { title: string; abstract: string }): string =>
  `${record.title} ${record.abstract}`;

async function speed(): Promise<void> {
  const base = await readLabelledSet(join(shared, "BannachBrown_2019.csv.gz"));
  process.stdout.write(
    "records | features s | retrain + re-rank ms (median of 20, 100 to 120 labels) | peak memory MB\n",
  );
  for (const size of [1_000, 10_000, 100_000]) {
    // Real abstracts, each copy with words of its own, so that the vocabulary grows as it would.
    const texts = {
      length: size,
      at: (row: number) =>
        `${textOf(base[row % base.length] as (typeof base)[number])} study${Math.floor(row / base.length)} site${row % 977}`,
    };
    const started = performance.now();
    const learner = createLearner(texts, recipes.elasU4);
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
      const from = performance.now();
      learner.learn(labels);
      return performance.now() - from;
    }).toSorted((a, b) => a - b);
    process.stdout.write(
      `${size} | ${(built / 1000).toFixed(2)} | ${times[10]?.toFixed(1)} | ${Math.round(process.resourceUsage().maxRSS / 1024)}\n`,
    );
  }
}

async function quality(): Promise<void> {
  process.stdout.write(
    "\nset (mean of its prior pairs) | WSS@95 ours | ASReview | seconds per step ours | ASReview\n",
  );
  let ours = 0;
  let theirs = 0;
  for (const [name, pairs] of Object.entries(priors)) {
    const records = await readLabelledSet(join(shared, `${name}.csv.gz`));
    const rowOf = new Map(records.map((record, row) => [record.id, row]));
    const runs = pairs
      .slice(0, Number(process.env["PAIRS"] ?? 1))
      .map(({ pair, included, excluded }) => {
        const learner = createLearner(records.map(textOf), recipes.elasU4);
        const run = simulate({
          learner,
          labels: records.map((record) => record.relevant === true),
          priors: [rowOf.get(String(included)) ?? 0, rowOf.get(String(excluded)) ?? 0],
          clock: () => performance.now(),
        });
        const known = baseline.find((row) => row.dataset === name && row.pair === String(pair));
        return {
          wss: measureOrder(run.order.map((step) => step.relevant)).wss95,
          seconds: run.secondsPerStep.mean,
          known,
        };
      });
    const mean = (value: (run: (typeof runs)[number]) => number): number =>
      runs.reduce((sum, run) => sum + value(run), 0) / runs.length;
    const [mine, other] = [mean((run) => run.wss), mean((run) => Number(run.known?.wss95))];
    ours += mine;
    theirs += other;
    process.stdout.write(
      `${name} | ${mine.toFixed(4)} | ${other.toFixed(4)} | ${mean((run) => run.seconds).toFixed(4)} | ${mean((run) => Number(run.known?.sec_per_step_mean)).toFixed(4)}\n`,
    );
  }
  const sets = Object.keys(priors).length;
  process.stdout.write(`mean | ${(ours / sets).toFixed(4)} | ${(theirs / sets).toFixed(4)}\n`);
}

await speed();
await quality();
