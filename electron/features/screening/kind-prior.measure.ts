/**
 * Prints the weights of kind-prior.ts from all labelled reviews, and how well weights from the others order each:
 * `node electron/features/screening/kind-prior.measure.ts`.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { designWork } from "./design-features.ts";
import { fitKindWeights } from "./fit-kind-prior.ts";
import { kindScores } from "./kind-prior.ts";
import { readLabelledSet } from "./labelled-set.ts";
import { sharedSetsOrEnd } from "./shared-sets.ts";
import { runAtOnce } from "./slices.ts";

const folder = sharedSetsOrEnd();
const reviews = await Promise.all(
  readdirSync(folder)
    .filter((name) => name.endsWith(".csv.gz"))
    .toSorted()
    .map(async (name) => {
      const records = await readLabelledSet(join(folder, name));
      const texts = records.map(({ title, abstract }) => `${title} ${abstract}`);
      const { kinds } = runAtOnce(designWork(texts));
      return { name, kinds, labels: records.map(({ relevant }) => relevant === true) };
    }),
);

/** Share of pairs of a relevant and an irrelevant record in which the relevant one scores higher. */
function auroc(scores: Float64Array, labels: readonly boolean[]): number {
  const [relevant, rest] = [true, false].map((wanted) =>
    [...scores].filter((_, row) => labels[row] === wanted),
  ) as [number[], number[]];
  const wins = relevant.reduce(
    (sum, one) =>
      sum + rest.reduce((s, other) => s + (one > other ? 1 : one === other ? 0.5 : 0), 0),
    0,
  );
  return wins / (relevant.length * rest.length);
}

process.stdout.write("review | area under the curve, weights from the other reviews\n");
const areas = reviews.map(({ name, kinds, labels }) => {
  const weights = fitKindWeights(reviews.filter((other) => other.name !== name));
  const area = auroc(kindScores(kinds, weights), labels);
  process.stdout.write(`${name} | ${area.toFixed(3)}\n`);
  return area;
});
process.stdout.write(
  `mean | ${(areas.reduce((sum, one) => sum + one, 0) / areas.length).toFixed(3)}\nweights from all: ${JSON.stringify(fitKindWeights(reviews))}\n`,
);
