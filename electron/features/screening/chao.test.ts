import { expect, test } from "vitest";
import { chaoMissing, missingWork } from "./chao.ts";
import { featureSpaceWork } from "./feature-space.ts";
import { recipes, type Label } from "./learner.ts";
import { runAtOnce } from "./slices.ts";

test("Chao's bias-corrected estimate and interval are those of the formula", () => {
  // Once 10, twice 5, of 4 occasions: 3/4 * 10 * 9 / (2 * 6) = 5.625.
  const captures = [...Array<number>(10).fill(1), ...Array<number>(5).fill(2), 3, 4];
  const { missing, high } = chaoMissing(captures, 4);
  expect(missing).toBeCloseTo(5.625, 6);
  // Variance 5.625 + 0.5625*10*361/144 + 0.5625*100*5*81/5184 = 24.121...; exp(1.96 sqrt(ln(1 + v/m^2))).
  const variance = 5.625 + (0.5625 * 10 * 361) / 144 + (0.5625 * 100 * 5 * 81) / 5184;
  expect(high).toBeCloseTo(
    5.625 * Math.exp(1.96 * Math.sqrt(Math.log(1 + variance / 5.625 ** 2))),
    4,
  );
  expect(chaoMissing([2, 3, 4], 4)).toEqual({ missing: 0, high: 0 });
});

const filler = ["sleep of nurses", "salt in soup", "shift work and stress", "glass and light"];
const texts = [
  ...Array.from({ length: 12 }, (_, at) => `yoga for back pain in adults, trial ${at} of yoga`),
  ...Array.from({ length: 8 }, (_, at) => `aquatic gait ${"abcdefgh"[at]}${at}${at} alone`),
  ...Array.from({ length: 180 }, (_, at) => `${filler[at % 4]} report ${at} and ${at % 9}`),
];
const space = runAtOnce(featureSpaceWork(texts, recipes.desk));
const labelsOf = (included: readonly number[], screened: number): Label[] => [
  ...included.map((row) => ({ row, relevant: true })),
  ...Array.from({ length: screened - included.length }, (_, at) => ({
    row: texts.length - 1 - at,
    relevant: false,
  })),
];

test("relevant records that are all alike leave nothing to be missed; strangers among them tell of more", () => {
  const alike = Array.from({ length: 12 }, (_, row) => row);
  expect(runAtOnce(missingWork(space, labelsOf(alike, 60)))).toEqual({ missing: 0, high: 0 });
  // Reports that share no words with the others or each other: no other ranking would have come upon them.
  const strangers = [...alike.slice(0, 5), 22, 47, 71, 96, 125, 150];
  const guess = runAtOnce(missingWork(space, labelsOf(strangers, 30)));
  expect(guess?.missing ?? 0).toBeGreaterThan(1);
  expect(guess?.high ?? 0).toBeLessThanOrEqual(texts.length - 30);
});

test("before five includes there is no estimate", () => {
  expect(runAtOnce(missingWork(space, labelsOf([0, 1, 2, 3], 50)))).toBeNull();
  expect(runAtOnce(missingWork(space, []))).toBeNull();
});
