import { expect, test } from "vitest";
import { measureAgreement, type Pair } from "./agreement.ts";

const repeat = (count: number, pair: Pair): Pair[] => Array.from({ length: count }, () => pair);

test("kappa and PABAK of a 2 x 2 table are those worked out by hand", () => {
  // a 20, b 5, c 10, d 15: po = 35/50 = 0.7; pe = (25*30 + 25*20)/2500 = 0.5; kappa = 0.2/0.5 = 0.4.
  const found = measureAgreement(
    [
      ...repeat(20, ["include", "include"]),
      ...repeat(5, ["include", "exclude"]),
      ...repeat(10, ["exclude", "include"]),
      ...repeat(15, ["exclude", "exclude"]),
    ],
    "include",
  );
  expect(found.table).toEqual([
    [20, 5],
    [10, 15],
  ]);
  expect(found.agreement).toBeCloseTo(0.7, 12);
  expect(found.kappa).toBeCloseTo(0.4, 12);
  expect(found.pabak).toBeCloseTo(0.4, 12);
  // sqrt(0.7 * 0.3 / 50) / 0.5 = 0.129615; 0.4 -/+ 1.96 * 0.129615.
  expect(found.kappaInterval?.low).toBeCloseTo(0.14596, 4);
  expect(found.kappaInterval?.high).toBeCloseTo(0.65404, 4);
});

test("maybe is a category of its own in 3 x 3, and goes on to the full text in 2 x 2", () => {
  const pairs: Pair[] = [
    ...repeat(2, ["include", "include"]),
    ...repeat(1, ["include", "maybe"]),
    ...repeat(1, ["maybe", "maybe"]),
    ...repeat(1, ["maybe", "exclude"]),
    ...repeat(5, ["exclude", "exclude"]),
  ];
  // po = 8/10; rows 0.3 0.2 0.5, columns 0.2 0.2 0.6: pe = 0.06 + 0.04 + 0.30 = 0.40; (0.8 - 0.4)/0.6.
  const own = measureAgreement(pairs, "own");
  expect(own.categories).toEqual(["include", "maybe", "exclude"]);
  expect(own.kappa).toBeCloseTo(2 / 3, 12);
  expect(own.pabak).toBeCloseTo((3 * 0.8 - 1) / 2, 12);
  // 2 x 2: [[4, 1], [0, 5]]: po = 0.9; pe = 0.5*0.4 + 0.5*0.6 = 0.5; kappa = 0.8.
  const going = measureAgreement(pairs, "include");
  expect(going.table).toEqual([
    [4, 1],
    [0, 5],
  ]);
  expect(going.kappa).toBeCloseTo(0.8, 12);
});

test("high agreement with rare includes shows the paradox: low kappa, high PABAK", () => {
  const found = measureAgreement(
    [
      ...repeat(1, ["include", "exclude"]),
      ...repeat(1, ["exclude", "include"]),
      ...repeat(98, ["exclude", "exclude"]),
    ],
    "include",
  );
  // po = 0.98; pe = 0.99^2 + 0.01^2 = 0.9802; kappa = -0.0002/0.0198.
  expect(found.kappa).toBeCloseTo(-0.0002 / 0.0198, 10);
  expect(found.pabak).toBeCloseTo(0.96, 12);
});

test("nothing in common, and one class only, give no kappa instead of a division by nought", () => {
  expect(measureAgreement([], "own")).toMatchObject({ n: 0, agreement: null, kappa: null });
  expect(measureAgreement(repeat(3, ["exclude", "exclude"]), "own")).toMatchObject({
    agreement: 1,
    kappa: null,
    pabak: 1,
  });
});
