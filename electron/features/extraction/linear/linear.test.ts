import { expect, test } from "vitest";
import { fitLinear, type Example } from "./fit.ts";
import { linearScores, softmax } from "./linear.ts";

const example = (names: string[], gold: number[]): Example => ({
  features: new Map(names.map((name) => [name, 1])),
  gold,
});

test("what was fitted says of each label how likely it is, and nothing of features it never saw", () => {
  const examples = [
    ...Array.from({ length: 9 }, () => example(["a", "common"], [1, 0])),
    ...Array.from({ length: 3 }, () => example(["b", "common"], [0, 1])),
    example(["once"], [0, 1]),
  ];
  const model = fitLinear(examples, { labels: ["A", "B"], loss: "softmax", penalty: 1e-4 });
  const chance = (names: string[]): number[] =>
    softmax(linearScores(model, new Map(names.map((name) => [name, 1]))));
  expect(chance(["a"])[0]).toBeGreaterThan(0.8);
  expect(chance(["b"])[1]).toBeGreaterThan(0.8);
  expect(chance(["never seen", "constructor"])).toEqual(chance([]));
  expect(Object.keys(model.weights)).not.toContain("once");
});

test("labels that may hold together are fitted one by one", () => {
  const examples = [
    ...Array.from({ length: 5 }, () => example(["both"], [1, 1])),
    ...Array.from({ length: 5 }, () => example(["neither"], [0, 0])),
  ];
  const model = fitLinear(examples, { labels: ["A", "B"], loss: "each", penalty: 1e-4 });
  const scores = linearScores(model, new Map([["both", 1]]));
  expect(scores.every((score) => score > 0)).toBe(true);
});
