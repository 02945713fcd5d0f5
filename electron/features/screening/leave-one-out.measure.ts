/**
 * The ranking judged on reviews that had no part in choosing it: the recipe is chosen by mean WSS@95 on all
 * reviews but one and reported on that one, beside ASReview; the factor of the stop rule likewise.
 * `node electron/features/screening/leave-one-out.measure.ts [SET …]`; PAIRS: prior pairs per set, 1 unless given.
 * Without criteria. Refits in growing batches (see `refitAfter`), so figures differ a little from a refit per decision.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { featureSpaceWork } from "./feature-space.ts";
import { readLabelledSet } from "./labelled-set.ts";
import { learnerOn, recipes, type Recipe } from "./learner.ts";
import { measureOrder } from "./metrics.ts";
import { simulate } from "./simulate.ts";
import { runAtOnce } from "./slices.ts";
import { parseStopRule } from "./stopping.ts";
import { sharedSetsOrEnd } from "./shared-sets.ts";

const folder = sharedSetsOrEnd();

/** The whole grid, declared before any run. */
const grid: Recipe[] = [
  recipes.elasU4,
  recipes.deskLarge,
  ...[0, 0.25, 0.5, 1].map((nearest) => ({
    ...recipes.desk,
    name: `desk near ${nearest}`,
    nearest,
  })),
];
const factors = [2, 3, 4, 5, 6, 8, 10];

type Run = { recipe: string; set: string; pair: number; found: boolean[]; firstFive: number };
const priors: Record<string, { pair: number; included: number; excluded: number }[]> = JSON.parse(
  readFileSync(join(folder, "priors.json"), "utf8"),
);
const baseline: Record<string, string>[] = parse(
  readFileSync(join(folder, "asreview_baseline.csv")),
  { columns: true },
);
const pairs = Number(process.env["PAIRS"] ?? 1);
const sets = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(priors);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Every recipe's orders on one review; recipes with the same features share them. */
async function ordersOf(set: string): Promise<Run[]> {
  const records = await readLabelledSet(join(folder, `${set}.csv.gz`));
  const rowOf = new Map(records.map(({ id }, row) => [id, row]));
  const texts = records.map(({ title, abstract }) => `${title} ${abstract}`);
  const spaces = new Map<string, ReturnType<typeof spaceOf>>();
  const spaceOf = (recipe: Recipe) => runAtOnce(featureSpaceWork(texts, recipe));
  return grid.flatMap((recipe) => {
    const key = [recipe.maxDocumentShare, recipe.words, recipe.characters, recipe.designs].join();
    const space = spaces.get(key) ?? spaceOf(recipe);
    spaces.set(key, space);
    return (priors[set] ?? []).slice(0, pairs).map(({ pair, included, excluded }) => {
      const found = simulate({
        learner: learnerOn(space, recipe),
        labels: records.map(({ relevant }) => relevant === true),
        priors: [included, excluded].map((id) => rowOf.get(String(id)) ?? 0),
        clock: () => 0,
        refitAfter: (labelled) => (labelled < 60 ? 1 : Math.floor(labelled / 40) + 1),
      }).order.map(({ relevant }) => relevant);
      const places = found.flatMap((relevant, at) => (relevant ? [at + 1] : []));
      return { recipe: recipe.name, set, pair, found, firstFive: mean(places.slice(0, 5)) };
    });
  });
}

/** Share screened and recall where `root:factor` stops. */
function stopAt(found: readonly boolean[], factor: number): { screened: number; recall: number } {
  const rule = parseStopRule(`root:${factor}`);
  let at = 1;
  while (at < found.length && !rule?.stop(found.slice(0, at), found.length - at)) at += 1;
  const all = found.filter(Boolean).length;
  return { screened: at / found.length, recall: found.slice(0, at).filter(Boolean).length / all };
}

const runs: Run[] = [];
for (const set of sets) {
  runs.push(...(await ordersOf(set)));
  process.stderr.write(`${set} replayed\n`);
}
const columns: [string, string, (run: Run) => number][] = [
  ["WSS@95", "wss95", ({ found }) => measureOrder(found).wss95],
  ["WSS@100", "wss100", ({ found }) => measureOrder(found).wss100],
  ["recall@10%", "recall_at_10pct", ({ found }) => measureOrder(found).recall10],
  ["ATD", "atd_records", ({ found }) => measureOrder(found).atd],
  ["ERF10", "erf10", ({ found }) => measureOrder(found).erf10],
  ["loss", "loss", ({ found }) => measureOrder(found).loss],
];
process.stdout.write(
  `left out | recipe chosen on the rest | ${columns.map(([name]) => `${name} ours / ASReview`).join(" | ")} | mean place of the first five (ours alone) | stop rule with the factor chosen on the rest\n`,
);
const totals: number[][] = [];
const stops: { screened: number; recall: number }[] = [];
for (const set of sets) {
  const rest = runs.filter((run) => run.set !== set);
  const wss = (name: string): number =>
    mean(
      rest.filter(({ recipe }) => recipe === name).map(({ found }) => measureOrder(found).wss95),
    );
  const chosen = grid.map(({ name }) => name).toSorted((a, b) => wss(b) - wss(a))[0] ?? "";
  const own = runs.filter((run) => run.set === set && run.recipe === chosen);
  const theirs = baseline.filter((row) => row["dataset"] === set && Number(row["pair"]) <= pairs);
  const values = columns.flatMap(([, column, of]) => [
    mean(own.map(of)),
    mean(theirs.map((row) => Number(row[column]))),
  ]);
  totals.push(values);
  const shown = columns.map((_, at) =>
    [values[2 * at], values[2 * at + 1]]
      .map((value) => (value ?? Number.NaN).toFixed(3))
      .join(" / "),
  );
  // The smallest factor that keeps 95 % recall in 95 % of the other reviews' runs.
  const others = rest.filter(({ recipe }) => recipe === chosen);
  const factor =
    factors.find(
      (one) => mean(others.map(({ found }) => Number(stopAt(found, one).recall >= 0.95))) >= 0.95,
    ) ?? Number(factors.at(-1));
  const stopped = own.map(({ found }) => stopAt(found, factor));
  stops.push(...stopped);
  process.stdout.write(
    `${set} | ${chosen} | ${shown.join(" | ")} | ${mean(own.map((run) => run.firstFive)).toFixed(1)} | root:${factor} recall ${mean(stopped.map(({ recall }) => recall)).toFixed(3)} at ${Math.round(100 * mean(stopped.map(({ screened }) => screened)))} %\n`,
  );
}
process.stdout.write(
  `mean | | ${columns.map((_, at) => [2 * at, 2 * at + 1].map((place) => mean(totals.map((row) => row[place] ?? Number.NaN)).toFixed(3)).join(" / ")).join(" | ")}\n`,
);
process.stdout.write(
  `stop rule, factor chosen on the rest: 95 % recall in ${stops.filter(({ recall }) => recall >= 0.95).length} of ${stops.length} runs, lowest ${Math.min(...stops.map(({ recall }) => recall)).toFixed(3)}, ${Math.round(100 * mean(stops.map(({ screened }) => screened)))} % screened\n`,
);
