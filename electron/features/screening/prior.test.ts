import { expect, test } from "vitest";
import { designWork } from "./design-features.ts";
import { featureSpaceWork } from "./feature-space.ts";
import { fitKindWeights } from "./fit-kind-prior.ts";
import { kindScores } from "./kind-prior.ts";
import { learnerOn, recipes, type Label } from "./learner.ts";
import { addRow, dot } from "./linear-svm.ts";
import { similaritiesWork } from "./similarities.ts";
import { runAtOnce } from "./slices.ts";

const kinds = [
  "a randomised double-blind trial compared with placebo",
  "a case report of a rash",
  "a cohort study of nurses",
  "letter to the editor",
];
const drugs = ["nifedipine", "nicardipine", "isradipine", "amlodipine", "verapamil", "diltiazem"];
const texts = drugs.flatMap((drug) => kinds.map((kind) => `${drug} in hypertension: ${kind}`));
const space = runAtOnce(featureSpaceWork(texts, recipes.desk));

test("similarities by lists of records are the products of the rows, with the whole length on the diagonal", () => {
  const similarityOf = runAtOnce(similaritiesWork(space));
  for (const row of [0, 5, 23]) {
    const weights = space.blocks.map((block) => new Float64Array(block.columns));
    addRow(space, weights, row, 1);
    for (const other of texts.keys())
      expect(similarityOf(row)[other]).toBeCloseTo(
        other === row ? (space.lengthSquared[row] ?? 0) : dot(space, weights, other),
        5,
      );
  }
});

test("the fit on kept similarities ends where the one on features does", () => {
  const recipe = { ...recipes.desk, prior: 0, nearest: 0, tolerance: 1e-6 };
  const labels: Label[] = [0, 1, 2, 4, 5, 10, 15].map((row) => ({ row, relevant: row % 4 === 0 }));
  const kept = learnerOn(space, recipe);
  kept.learn(labels.slice(0, 4));
  const scores = kept.learn(labels);
  const plain = learnerOn(space, { ...recipe, keepsSimilarities: false }).learn(labels);
  for (const row of texts.keys()) expect(scores?.[row]).toBeCloseTo(plain?.[row] ?? Number.NaN, 3);
});

test("weights fitted on reviews that include trials put trials first in another", () => {
  const { kinds: signs } = runAtOnce(designWork(texts));
  const weights = fitKindWeights([{ kinds: signs, labels: texts.map((_, row) => row % 4 === 0) }]);
  const other = runAtOnce(designWork(kinds.map((kind) => `sleep and ${kind}`)));
  const scores = kindScores(other.kinds, weights);
  expect(Math.max(...scores)).toBe(scores[0]);
  expect(runAtOnce(designWork(["", ""])).kinds.characters[0]).toBe(0);
  expect([...kindScores(runAtOnce(designWork(["", ""])).kinds)]).toEqual([0, 0]);
});

test("the kind leads after one include and gives way to decisions that say otherwise", () => {
  const { learn } = learnerOn(space, recipes.desk);
  const first = learn([
    { row: 3, relevant: true },
    { row: 2, relevant: false },
  ]);
  // One included letter is no proof against trials.
  expect(first?.[20] ?? 0).toBeGreaterThan(first?.[21] ?? 0);
  const letters = Array.from({ length: 20 }, (_, row): Label => ({ row, relevant: row % 4 === 3 }));
  const later = learn(letters);
  for (const row of [20, 21, 22]) expect(later?.[23] ?? 0).toBeGreaterThan(later?.[row] ?? 0);
});

test("criteria lift what they speak of while few includes are known", () => {
  const { learn } = learnerOn(space, recipes.desk);
  const labels = [
    { row: 0, relevant: true },
    { row: 3, relevant: false },
  ];
  const criteria = Float64Array.from(texts, (text) => (text.startsWith("diltiazem") ? 1 : 0));
  const [without, withThem] = [learn(labels), learn(labels, criteria)];
  const place = (scores: Float64Array | null, row: number): number =>
    [...(scores ?? [])].filter((one) => one > (scores?.[row] ?? 0)).length;
  expect(place(withThem, 22)).toBeLessThan(place(without, 22));
});
