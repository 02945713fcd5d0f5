import { expect, test } from "vitest";
import { headlineFigures, type Figure } from "./headline-figures.ts";

const make = (value: number, cohort: string, subgroup?: string): Figure => ({
  metric: "AUROC",
  value,
  n: 10,
  cohort,
  date: "2026-11-25",
  ...(subgroup ? { subgroup } : {}),
});

/** The figures of pneumonia of cxr-findings 1.1.0. */
const chest = [
  make(0.9783, "held-out patients", "child"),
  make(0.9805, "held-out patients", "child, pneumonia_bacterial against normal"),
  make(0.9759, "held-out patients", "child, pneumonia_viral against normal"),
  make(0.8025, "held-out patients", "adult AP"),
  make(0.7547, "held-out patients", "adult AP, F under 60"),
  make(0.8808, "held-out patients", "adult PA"),
  make(0.5921, "held-out patients", "external adults (ieee8023, never trained on)"),
];

test("only children's figures of the chest pack are seen, the adults' and the outside ones are not", () => {
  expect(headlineFigures(chest).map(({ value }) => value)).toEqual([
    0.9783, 0.8025, 0.8808, 0.5921,
  ]);
});

test("of many cohorts, the lowest is left out or not named so", () => {
  const figures = [0.9, 0.95, 0.3, 0.8, 0.7].map((value, at) => make(value, `cohort ${at}`));
  expect(headlineFigures(figures).map(({ value, place }) => [value, place])).toEqual([
    [0.9, undefined],
    [0.3, "lowest"],
    [0.95, "highest"],
  ]);
});

test("a part of the one cohort that does badly is hidden behind the mean", () => {
  const figures = [make(0.85, "all"), make(0.5, "all", "site A"), make(0.9, "all", "site B")];
  expect(headlineFigures(figures).map(({ value, place }) => [value, place])).toEqual([
    [0.85, undefined],
    [0.5, "lowest"],
    [0.9, "highest"],
  ]);
});

test("a pack of one figure a metric shows one metric only, or fails without figures", () => {
  const bone = { ...make(0.7, "ct"), metric: "Dice bone" };
  expect(headlineFigures([make(0.9, "ct"), bone])).toHaveLength(2);
  expect(headlineFigures([])).toEqual([]);
});
