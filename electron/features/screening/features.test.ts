import { expect, test } from "vitest";
import { characterWork, runsOf } from "./character-features.ts";
import { signsOf } from "./design-features.ts";
import { featureSpaceWork } from "./feature-space.ts";
import { createLearner, learnerOn, recipeFor, recipes, type Label } from "./learner.ts";
import { createNearestIncludes } from "./nearest-includes.ts";
import { runAtOnce } from "./slices.ts";
import { feedbackWork } from "./zero-shot.ts";

const texts = [
  "Nifedipine against placebo in hypertension, a randomised double-blind trial",
  "Nicardipine against placebo in hypertension: randomly assigned adults",
  "Isradipine in rats with high blood pressure",
  "A cohort of nurses: sleep, shift work and hypertension",
  "Systematic review of sleep in nurses",
  "",
  "Case report of a rash after amlodipine",
  "睡眠 看護師 高血圧",
];
const labels: Label[] = [
  { row: 0, relevant: true },
  { row: 3, relevant: false },
  { row: 4, relevant: false },
];
const space = runAtOnce(featureSpaceWork(texts, recipes.desk));

test("drug names of one class share runs of characters; whole words alone would see nothing in common", () => {
  expect(runsOf("adult")).toEqual([" adul", "adult", "dult "]);
  expect(runsOf("of")).toEqual([" of "]);
  const { start, column } = runAtOnce(
    characterWork(["nifedipine", "nicardipine", "sleep"], { maxDocumentShare: 0.95 }),
  );
  const of = (row: number) => [...column.slice(start[row], start[row + 1])];
  expect(of(0).filter((one) => of(1).includes(one)).length).toBeGreaterThan(1);
  expect(of(2)).toEqual([]);
});

test("signs of design are read across two words, and not from one half of a phrase", () => {
  const none = signsOf("");
  expect(none).toBe(0);
  expect(signsOf("a double-blind trial")).toBe(signsOf("randomised"));
  expect(signsOf("we double the dose of the blind")).toBe(0);
  expect(signsOf("reports of a case")).toBe(0);
  expect(signsOf("case reports")).not.toBe(0);
  expect(signsOf("Meta-analysis")).toBe(signsOf("systematic reviews") & signsOf("meta-analysis"));
});

test("a row's squared length is what the fit takes it for, also of an empty text", () => {
  for (const row of texts.keys()) {
    let sum = space.unsharedSquared[row] ?? 0;
    for (const { start, value } of space.blocks)
      for (const one of value.slice(start[row], start[row + 1])) sum += one * one;
    expect(sum).toBeCloseTo(space.lengthSquared[row] ?? Number.NaN, 4);
  }
  expect(space.lengthSquared[5]).toBeCloseTo(0.1, 5);
});

test("the same decisions given one by one or at once rank alike, and a withdrawn include leaves no trace", () => {
  const stepwise = learnerOn(space, recipes.desk);
  stepwise.learn([...labels, { row: 6, relevant: true }]);
  const after = stepwise.learn(labels);
  const fresh = learnerOn(space, recipes.desk).learn(labels);
  for (const row of texts.keys())
    expect(Math.abs((after?.[row] ?? Number.NaN) - (fresh?.[row] ?? 0))).toBeLessThan(0.1);
});

test("a decision turned round reaches the fit on kept similarities", () => {
  const learner = createLearner(texts, { ...recipes.desk, prior: 0 });
  const before = learner.learn(labels);
  const turned = learner.learn([
    { row: 0, relevant: false },
    { row: 3, relevant: true },
    { row: 4, relevant: true },
  ]);
  expect((before?.[1] ?? 0) > (before?.[7] ?? 0)).toBe(true);
  expect((turned?.[1] ?? 0) < (turned?.[7] ?? 0)).toBe(true);
});

test("work on the nearest includes that was dropped half-way does not spoil the next", () => {
  const many = Array.from({ length: 600 }, (_, row) => `${texts[row % 5]} site${row % 50}`);
  const large = runAtOnce(featureSpaceWork(many, recipes.desk));
  const nearest = createNearestIncludes(large);
  const dropped = nearest.similarityWork([0, 7]);
  dropped.next();
  dropped.return(new Float64Array());
  const again = runAtOnce(nearest.similarityWork([7]));
  expect(again).toEqual(runAtOnce(createNearestIncludes(large).similarityWork([7])));
});

test("feedback lifts a record that names none of the criteria's words but is like those that do", () => {
  const first = Float64Array.from([1, 0.9, 0, 0, 0, 0, 0, 0]);
  const scores = runAtOnce(feedbackWork(space, first));
  expect(scores[2] ?? 0).toBeGreaterThan(scores[4] ?? 0);
  expect(scores.every(Number.isFinite)).toBe(true);
});

test("a very large review does without characters", () => {
  expect(recipeFor(25_000).characters).toBeGreaterThan(0);
  expect(recipeFor(25_001).characters).toBe(0);
});
