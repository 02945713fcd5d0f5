/**
 * The ranking judged on reviews that had no part in choosing it, beside ASReview: for each review the recipe is chosen
 * by mean WSS@95 on the others, and the prior's weights are fitted on them.
 * `node electron/features/screening/leave-one-out.measure.ts [SET …]`; PAIRS: prior pairs per set, 1 unless given;
 * CRITERIA=1: the reviews that have criteria, with them.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { recipes, type Recipe } from "./learner.ts";
import { measureOrder } from "./metrics.ts";
import { kindFromOthers, labelledReviews, replay } from "./replay-sets.ts";
import { sharedSetsOrEnd } from "./shared-sets.ts";

const folder = sharedSetsOrEnd();

/** The whole grid, declared before any run. */
const grid: Recipe[] = [0, 0.5, 1].flatMap((nearest) =>
  [0, 1, 2].map((prior) => ({
    ...recipes.desk,
    name: `near ${nearest}, prior ${prior}`,
    nearest,
    prior,
  })),
);

const pairs = Number(process.env["PAIRS"] ?? 1);
const withCriteria = process.env["CRITERIA"] === "1";
const baseline: Record<string, string>[] = parse(
  readFileSync(join(folder, "asreview_baseline.csv")),
  { columns: true },
);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

const all = await labelledReviews(process.argv.slice(2), pairs, withCriteria);
const reviews = withCriteria ? all.filter(({ criteria }) => criteria !== null) : all;

type Run = { recipe: string; set: string; found: boolean[] };
const runs: Run[] = reviews.flatMap((review) => {
  const kind = kindFromOthers(review, all);
  process.stderr.write(`${review.name} …\n`);
  return grid.flatMap((recipe) =>
    review.pairs.map((pair) => ({
      recipe: recipe.name,
      set: review.name,
      found: replay(review, pair, { recipe, kind }),
    })),
  );
});

const columns: [string, string, (run: Run) => number][] = [
  ["WSS@95", "wss95", ({ found }) => measureOrder(found).wss95],
  ["WSS@100", "wss100", ({ found }) => measureOrder(found).wss100],
  ["recall@10%", "recall_at_10pct", ({ found }) => measureOrder(found).recall10],
  ["ATD", "atd_records", ({ found }) => measureOrder(found).atd],
  ["ERF10", "erf10", ({ found }) => measureOrder(found).erf10],
  ["loss", "loss", ({ found }) => measureOrder(found).loss],
];
/** Mean place of the first five includes. */
const firstFive = ({ found }: Run): number =>
  mean(found.flatMap((relevant, at) => (relevant ? [at + 1] : [])).slice(0, 5));

process.stdout.write(
  `left out | recipe chosen on the rest | ${columns.map(([name]) => `${name} ours / ASReview`).join(" | ")} | mean place of the first five, with / without prior\n`,
);
const totals: number[][] = [];
for (const { name: set } of reviews) {
  const wss = (recipe: string): number =>
    mean(
      runs
        .filter((run) => run.set !== set && run.recipe === recipe)
        .map(({ found }) => measureOrder(found).wss95),
    );
  // Recipes within 0.005 of the best are alike: among them the one that finds sooner (least loss).
  const most = Math.max(...grid.map(({ name }) => wss(name)));
  const loss = (recipe: string): number =>
    mean(
      runs
        .filter((run) => run.set !== set && run.recipe === recipe)
        .map(({ found }) => measureOrder(found).loss),
    );
  const chosen =
    grid
      .map(({ name }) => name)
      .filter((name) => wss(name) >= most - 0.005)
      .toSorted((a, b) => loss(a) - loss(b))[0] ?? "";
  const own = (recipe: string) => runs.filter((run) => run.set === set && run.recipe === recipe);
  const theirs = baseline.filter((row) => row["dataset"] === set && Number(row["pair"]) <= pairs);
  const values = columns.flatMap(([, column, of]) => [
    mean(own(chosen).map(of)),
    mean(theirs.map((row) => Number(row[column]))),
  ]);
  totals.push(values);
  const shown = columns.map((_, at) =>
    [values[2 * at], values[2 * at + 1]]
      .map((value) => (value ?? Number.NaN).toFixed(3))
      .join(" / "),
  );
  const first = [chosen, chosen.replace(/prior \d/, "prior 0")].map((recipe) =>
    mean(own(recipe).map(firstFive)).toFixed(1),
  );
  process.stdout.write(`${set} | ${chosen} | ${shown.join(" | ")} | ${first.join(" / ")}\n`);
}
process.stdout.write(
  `mean | | ${columns.map((_, at) => [2 * at, 2 * at + 1].map((place) => mean(totals.map((row) => row[place] ?? Number.NaN)).toFixed(3)).join(" / ")).join(" | ")}\n`,
);
for (const { name } of grid)
  process.stdout.write(
    `all reviews, ${name}: ${columns.map(([column, , of]) => `${column} ${mean(reviews.map(({ name: set }) => mean(runs.filter((run) => run.set === set && run.recipe === name).map(of)))).toFixed(3)}`).join(", ")}\n`,
  );
