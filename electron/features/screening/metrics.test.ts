import { expect, test } from "vitest";
import { measureOrder } from "./metrics.ts";

const order = (length: number, positions: number[]): boolean[] =>
  Array.from({ length }, (_, at) => positions.includes(at + 1));

test("WSS counts screened records until ceil(0.95 P) are found", () => {
  // P = 4: ceil(3.8) = 4, so the last find at 10 of 20 counts for both.
  expect(measureOrder(order(20, [1, 2, 4, 10]))).toMatchObject({
    k95: 10,
    k100: 10,
    wss95: 1 - 0.5 - 0.05,
    wss100: 0.5,
  });
  // P = 20: ceil(19) = 19, not 20 by rounding error.
  expect(
    measureOrder(order(100, [...Array.from({ length: 19 }, (_, at) => at + 1), 100])),
  ).toMatchObject({ k95: 19, k100: 100 });
});

test("recall at a tenth, extra relevant found, and mean place of the finds", () => {
  const measured = measureOrder(order(25, [1, 3, 9, 20]));
  // floor(2.5) = 2 records hold one of four.
  expect(measured.recall10).toBe(0.25);
  expect(measured.recall).toMatchObject({ "10": 0.75, "20": 1 });
  expect(measured.atd).toBe(33 / 4);
});

test("loss is 0 for the best order and 1 for the worst", () => {
  expect(measureOrder(order(10, [1, 2, 3])).loss).toBe(0);
  expect(measureOrder(order(10, [8, 9, 10])).loss).toBe(1);
  // Areas: best 10+9+8 = 27, worst 3+2+1 = 6, this one 10+6+1 = 17.
  expect(measureOrder(order(10, [1, 5, 10])).loss).toBeCloseTo(10 / 21, 10);
});

test("a set without relevant or without any records gives numbers, not NaN", () => {
  for (const found of [[], [false, false], [true]]) {
    const { recall, ...rest } = measureOrder(found);
    expect([...Object.values(rest), ...Object.values(recall)].every(Number.isFinite)).toBe(true);
  }
});
