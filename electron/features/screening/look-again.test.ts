import { expect, test } from "vitest";
import { featureSpaceWork } from "./feature-space.ts";
import { learnerOn, recipes, type Label } from "./learner.ts";
import { lookAgainWork } from "./look-again.ts";
import { runAtOnce } from "./slices.ts";

const others = ["salt in soup", "shift work of nurses", "glass and light", "roads in winter"];
const texts = [
  ...Array.from({ length: 14 }, (_, at) => `yoga for back pain in adults, trial ${at}`),
  ...Array.from({ length: 40 }, (_, at) => `${others[at % 4]}, report ${at}`),
];
const space = runAtOnce(featureSpaceWork(texts, recipes.desk));
const told = (labels: readonly Label[]) =>
  runAtOnce(lookAgainWork(learnerOn(space, recipes.desk), labels));

test("a decision is held against a ranking that did not learn from it", () => {
  const labels = texts.map((_, row) => ({ row, relevant: row < 14 }));
  expect(told(labels)).toEqual([]);
  const slips = new Set([3, 30]);
  const slipped = labels.map(({ row, relevant }) => ({
    row,
    relevant: slips.has(row) ? !relevant : relevant,
  }));
  const doubts = told(slipped);
  expect(new Set(doubts?.slice(0, 2).map(({ row }) => row))).toEqual(slips);
  for (const { strength } of doubts ?? []) expect(strength).toBeLessThanOrEqual(1);
});

test("before five of each kind nothing is doubted", () => {
  const few = texts.map((_, row) => ({ row, relevant: row < 4 }));
  expect(told(few)).toBeNull();
  expect(told([])).toBeNull();
});
