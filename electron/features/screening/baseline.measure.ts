/**
 * Our replay of ASReview's recipe beside ASReview's own figures, on every labelled set and prior pair:
 * `node electron/features/screening/baseline.measure.ts [set …]`. Prints means per set and the largest
 * absolute difference of any single run, for each measure. PAIRS=1 takes the first prior pair only.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { readLabelledSet } from "./labelled-set.ts";
import { createLearner, recipes } from "./learner.ts";
import { measureOrder, type Metrics } from "./metrics.ts";
import { simulate } from "./simulate.ts";
import { sharedSetsOrEnd } from "./shared-sets.ts";

const folder = sharedSetsOrEnd();

const measures: [string, string, (metrics: Metrics) => number][] = [
  ["WSS@95", "wss95", (metrics) => metrics.wss95],
  ["recall@10%", "recall_at_10pct", (metrics) => metrics.recall10],
  ["k95", "screened_to_95", (metrics) => metrics.k95],
  ["k100", "screened_to_100", (metrics) => metrics.k100],
  ["ERF10", "erf10", (metrics) => metrics.erf10],
  ["loss", "loss", (metrics) => metrics.loss],
  ["ATD", "atd_records", (metrics) => metrics.atd],
];

const baseline: Record<string, string>[] = parse(
  readFileSync(join(folder, "asreview_baseline.csv")),
  { columns: true },
);
const priors: Record<string, { pair: number; included: number; excluded: number }[]> = JSON.parse(
  readFileSync(join(folder, "priors.json"), "utf8"),
);
const wanted = process.argv.slice(2);
const sets = wanted.length === 0 ? Object.keys(priors) : wanted.filter((name) => name in priors);

process.stdout.write(
  `set (mean of its prior pairs) | ${measures.map(([name]) => `${name} ours / ASReview / largest difference`).join(" | ")} | ms per step ours / ASReview\n`,
);
for (const name of sets) {
  const records = await readLabelledSet(join(folder, `${name}.csv.gz`));
  const rowOf = new Map(records.map((record, row) => [record.id, row]));
  const labels = records.map((record) => record.relevant === true);
  const runs = (priors[name] ?? [])
    .slice(0, Number(process.env["PAIRS"] ?? 5))
    .map(({ pair, included, excluded }) => {
      const learner = createLearner(
        records.map((record) => `${record.title} ${record.abstract}`),
        recipes.elasU4,
      );
      const known = [rowOf.get(String(included)) ?? 0, rowOf.get(String(excluded)) ?? 0];
      let left = labels.filter(Boolean).length - known.filter((row) => labels[row]).length;
      // Like ASReview's simulation it ends with the last relevant record; no measure looks at what follows.
      const run = simulate({
        learner,
        labels,
        priors: known,
        clock: () => performance.now(),
        stop: (order) => (order.at(-1)?.relevant === true ? --left : left) === 0,
      });
      const rest = labels.length - known.length - run.order.length;
      const theirs =
        baseline.find((row) => row["dataset"] === name && row["pair"] === String(pair)) ?? {};
      return {
        metrics: measureOrder([
          ...run.order.map((step) => step.relevant),
          ...Array.from({ length: rest }, () => false),
        ]),
        seconds: run.secondsPerStep.mean,
        theirs,
      };
    });
  const mean = (values: number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const columns = measures.map(([, column, of]) => {
    const ours = runs.map((run) => of(run.metrics));
    const theirs = runs.map((run) => Number(run.theirs[column]));
    const largest = Math.max(
      ...ours.map((value, index) => Math.abs(value - (theirs[index] ?? Number.NaN))),
    );
    return `${mean(ours).toFixed(4)} / ${mean(theirs).toFixed(4)} / ${largest.toFixed(4)}`;
  });
  process.stdout.write(
    `${name} | ${columns.join(" | ")} | ${(1000 * mean(runs.map((run) => run.seconds))).toFixed(1)} / ${(1000 * mean(runs.map((run) => Number(run.theirs["sec_per_step_mean"])))).toFixed(1)}\n`,
  );
}
