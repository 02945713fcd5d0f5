import { expect, test } from "vitest";
import { createLearner, recipes, type Label } from "./learner.ts";
import { buildFeatures } from "./text-features.ts";

const texts = [
  "Exercise lowers blood pressure in older adults, a randomised trial",
  "Exercise and blood pressure in a cohort of older nurses",
  "Blood pressure drugs: a review of trials",
  "Stroke rehabilitation by exercise in adults with high blood pressure",
  "Mice fed a salty diet have high blood pressure",
  "A survey of nurses about sleep and shift work",
  "Sleep and blood sugar in mice",
  "Migraine treated with a drug: a randomised trial in adults",
  "",
  "運動療法 高血圧 運動療法 ランダム化 比較試験",
];
const labels: Label[] = [0, 3, 1, 4, 5, 6].map((row) => ({
  row,
  relevant: row === 0 || row === 3,
}));

test("scores agree with scikit-learn's TfidfVectorizer and LinearSVC", () => {
  const scores = createLearner(texts, recipes.elasU4).learn(labels);
  // TfidfVectorizer(ngram_range=(1,2), sublinear_tf=True, max_df=.95), LinearSVC(C=.11, loss="squared_hinge", tol=1e-10), balanced by 9.8.
  for (const [row, expected] of [
    [2, 0.355676],
    [7, 0.424625],
    [8, 0.32397],
    [9, 0.32397],
  ] as const)
    expect(scores?.[row]).toBeCloseTo(expected, 3);
});

test("rows have length 1 with their unshared terms, an empty text has none, and scripts without Latin letters are words too", () => {
  const { start, value, privateSquared } = buildFeatures(texts);
  const lengths = texts.map((_, row) =>
    value
      .slice(start[row], start[row + 1])
      .reduce((sum, one) => sum + one * one, privateSquared[row] ?? 0),
  );
  expect(lengths.map((length) => Number(length.toFixed(5)))).toEqual([
    1, 1, 1, 1, 1, 1, 1, 1, 0, 1,
  ]);
});

test("one class, no decisions, or all withdrawn: no scores rather than a made-up order", () => {
  const { learn } = createLearner(texts, recipes.elasU4);
  expect(learn([])).toBeNull();
  expect(learn([{ row: 0, relevant: true }])).toBeNull();
  expect(
    learn([
      { row: 1, relevant: false },
      { row: 4, relevant: false },
    ]),
  ).toBeNull();
  expect(learn(labels)).not.toBeNull();
  expect(learn([])).toBeNull();
});

test("a warm start ends where a cold one does, also when a decision is turned round", () => {
  const warm = createLearner(texts, recipes.elasU4);
  warm.learn(labels.slice(0, 4));
  const turned = labels.map((label) => (label.row === 4 ? { ...label, relevant: true } : label));
  warm.learn(turned);
  const cold = createLearner(texts, recipes.elasU4);
  const [a, b] = [warm.learn(labels), cold.learn(labels)];
  for (const row of texts.keys()) expect(a?.[row]).toBeCloseTo(b?.[row] ?? Number.NaN, 2);
});

test("the same decisions give the same scores, bit for bit", () => {
  const run = () => createLearner(texts, recipes.elasU4).learn(labels);
  expect(run()).toEqual(run());
});
