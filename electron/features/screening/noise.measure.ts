/**
 * Decisions with slips: SHARE of them (0.05 unless given) turned round at random, SEEDS times (3), first prior pair of
 * each review: work saved with and without, by this desk's ranking and by ASReview's recipe, and what "look again"
 * finds of the slips once half of a review is screened. A record counts as found when it is read, whatever was said.
 * `node electron/features/screening/noise.measure.ts [SET …]`; ASREVIEW=1: its recipe too, which takes most of the time.
 */
import { learnerOn, recipes, type Recipe } from "./learner.ts";
import { lookAgainWork } from "./look-again.ts";
import { measureOrder } from "./metrics.ts";
import { kindFromOthers, labelledReviews, random, type LabelledReview } from "./replay-sets.ts";
import { simulate, type Step } from "./simulate.ts";
import { runAtOnce } from "./slices.ts";

const withTheirs = process.env["ASREVIEW"] === "1";
const share = Number(process.env["SHARE"] ?? 0.05);
const seeds = Array.from({ length: Number(process.env["SEEDS"] ?? 3) }, (_, at) => at + 1);
/** Records that somebody would look at again. */
const shown = 20;

type Run = { wss95: number; recall10: number; order: Step[]; said: boolean[] };

function replayNoisy(
  { space, labels, pairs }: LabelledReview,
  kind: Float64Array | null,
  { recipe, seed }: { recipe: Recipe; seed: number | null },
): Run {
  const [pair = [0, 0]] = pairs;
  const next = random(seed ?? 0);
  const said = labels.map((relevant) => (seed !== null && next() < share ? !relevant : relevant));
  // The two that start the screening are known for sure.
  for (const row of pair) said[row] = labels[row] === true;
  let left = labels.filter((relevant, row) => relevant && !pair.includes(row)).length;
  const { order } = simulate({
    learner: learnerOn(space, recipe, recipe.prior === 0 ? null : kind),
    labels: said,
    priors: pair,
    clock: () => 0,
    stop: (steps) => (labels[steps.at(-1)?.row ?? 0] === true ? --left : left) === 0,
    refitAfter: (labelled) => (labelled < 60 ? 1 : Math.floor(labelled / 40) + 1),
  });
  const rest = Array.from({ length: labels.length - pair.length - order.length }, () => false);
  const found = [...order.map(({ row }) => labels[row] === true), ...rest];
  const { wss95, recall10 } = measureOrder(found);
  return { wss95, recall10, order, said };
}

/** Of what is shown after half of the review: how many are slips, and how many slips of each kind there were. */
function lookedAgain(review: LabelledReview, kind: Float64Array | null, run: Run) {
  const half = run.order.slice(0, Math.ceil(review.labels.length / 2));
  const doubts = runAtOnce(lookAgainWork(learnerOn(review.space, recipes.desk, kind), half)) ?? [];
  const isSlip = (row: number): boolean => run.said[row] !== review.labels[row];
  const lost = half.filter(({ row }) => isSlip(row) && review.labels[row] === true);
  const top = new Set(doubts.slice(0, shown).map(({ row }) => row));
  return {
    shown: top.size,
    right: [...top].filter(isSlip).length,
    slips: half.filter(({ row }) => isSlip(row)).length,
    read: half.length,
    lost: lost.length,
    lostFound: lost.filter(({ row }) => top.has(row)).length,
    told: doubts.length,
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const all = await labelledReviews([], 1);
const wanted = process.argv.slice(2);
const reviews = all.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
process.stdout.write(
  `set | WSS@95 desk without / with ${100 * share} % slips (seeds) | ASReview's recipe | recall@10 % desk | look again: slips among the ${shown} shown, by chance; includes lost and shown\n`,
);
const totals: number[][] = [];
const sums = { shown: 0, right: 0, lost: 0, lostFound: 0, expected: 0 };
for (const review of reviews) {
  const kind = kindFromOthers(review, all);
  const run = (recipe: Recipe, seed: number | null) => replayNoisy(review, kind, { recipe, seed });
  const clean = [recipes.desk, ...(withTheirs ? [recipes.elasU4] : [])].map((recipe) =>
    run(recipe, null),
  );
  const noisy = seeds.map((seed) => run(recipes.desk, seed));
  const theirs = withTheirs ? seeds.map((seed) => run(recipes.elasU4, seed)) : [];
  const looks = noisy.map((one) => lookedAgain(review, kind, one));
  const add = (of: (look: (typeof looks)[number]) => number): number =>
    looks.reduce((sum, look) => sum + of(look), 0);
  sums.shown += add((look) => look.shown);
  sums.right += add((look) => look.right);
  sums.lost += add((look) => look.lost);
  sums.lostFound += add((look) => look.lostFound);
  sums.expected += add((look) => (look.shown * look.slips) / look.read);
  const values = [
    clean[0]?.wss95 ?? 0,
    mean(noisy.map(({ wss95 }) => wss95)),
    clean[1]?.wss95 ?? Number.NaN,
    withTheirs ? mean(theirs.map(({ wss95 }) => wss95)) : Number.NaN,
    clean[0]?.recall10 ?? 0,
    mean(noisy.map(({ recall10 }) => recall10)),
  ];
  totals.push(values);
  const text = values.map((value) => value.toFixed(3));
  process.stdout.write(
    `${review.name} | ${text[0]} / ${text[1]} (${noisy.map(({ wss95 }) => wss95.toFixed(3)).join(", ")}) | ${text[2]} / ${text[3]} | ${text[4]} / ${text[5]} | ${add((look) => look.right)} of ${add((look) => look.shown)}, ${add((look) => (look.shown * look.slips) / Math.max(1, look.read)).toFixed(1)}; ${add((look) => look.lostFound)} of ${add((look) => look.lost)}\n`,
  );
}
const means = totals[0]?.map((_, at) => mean(totals.map((row) => row[at] ?? 0)).toFixed(3)) ?? [];
process.stdout.write(
  `mean | ${means[0]} / ${means[1]} | ${means[2]} / ${means[3]} | ${means[4]} / ${means[5]} | ${sums.right} of ${sums.shown}, ${sums.expected.toFixed(1)}; ${sums.lostFound} of ${sums.lost}\n`,
);
