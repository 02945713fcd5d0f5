import { expect, test } from "vitest";
import {
  checkArmTotal,
  checkConfidenceInterval,
  checkEventsWithin,
  checkMeanInRange,
  checkPercent,
  checkSpread,
  checkStandardError,
} from "./checks.ts";
import { findNumbers, fromWords } from "./numbers.ts";

test("more events than people is caught, and so is a fraction of a person", () => {
  expect(checkEventsWithin(12, 10).ok).toBe(false);
  expect(checkEventsWithin(2.5, 10).ok).toBe(false);
  expect(checkEventsWithin(10, 10).ok).toBe(true);
});

test("a percentage is judged to its printed digits", () => {
  expect(checkPercent(17, 33, 51.5, 1).ok).toBe(true);
  expect(checkPercent(17, 33, 51.6, 1).ok).toBe(false);
  expect(checkPercent(17, 33, 52, 0).ok).toBe(true);
  expect(checkPercent(1, 0, 50, 0).ok).toBe(false);
});

test("a failed check shows both sides", () => {
  expect(checkArmTotal([33, 34], 66).message).toBe("33 + 34 = 67 against 66 in total");
});

test("a standard error printed as a standard deviation is caught", () => {
  expect(checkStandardError(10, 2, 25).ok).toBe(true);
  expect(checkStandardError(2, 2, 25).ok).toBe(false);
});

test("a confidence interval must be centred on its mean and as wide as SD and size say", () => {
  const half = (1.96 * 10) / Math.sqrt(100);
  expect(checkConfidenceInterval(50, 10, 100, 50 - half, 50 + half).ok).toBe(true);
  expect(checkConfidenceInterval(50, 10, 100, 40, 60).ok).toBe(false);
  expect(checkConfidenceInterval(53, 10, 100, 50 - half, 50 + half).ok).toBe(false);
  expect(checkMeanInRange(5, 6, 9).ok).toBe(false);
  expect(checkSpread(5, -1).ok).toBe(false);
});

test("numbers are read with signs, commas, middle dots and in words, and ranges are not minus signs", () => {
  const values = (text: string): number[] => findNumbers(text).map((found) => found.value);
  expect(values("1,204 of 3,000; 0·5 and .05")).toEqual([1204, 3000, 0.5, 0.05]);
  expect(values("−3.2 (−5.0 to −1.4)")).toEqual([-3.2, -5, -1.4]);
  expect(values("aged 18-65 years")).toEqual([18, 65]);
  expect(values("One hundred forty-two patients")).toEqual([142]);
  expect(fromWords("one hundred and twelve")).toBe(112);
  expect(fromWords("several")).toBeNaN();
});
