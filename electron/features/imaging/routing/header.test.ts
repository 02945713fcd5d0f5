import { expect, test } from "vitest";
import { ageInYears, headerFacts } from "./header.ts";

const header = (tags: Record<string, string>) =>
  headerFacts({ string: (tag: string) => tags[tag] ?? "" });

test("an age is read in its own unit, and a broken one says nothing rather than a wrong age", () => {
  expect(ageInYears("034Y")).toBe(34);
  expect(ageInYears("018M")).toBeCloseTo(1.5);
  expect(ageInYears("34")).toBeUndefined();
  expect(ageInYears("")).toBeUndefined();
});

test("without an age the dates of birth and study tell it, to the day", () => {
  expect(header({ x00100030: "20080614", x00080020: "20240613" }).ageYears).toBe(15);
  expect(header({ x00100030: "20080614", x00080020: "20240614" }).ageYears).toBe(16);
  expect(
    header({ x00100030: "20300101", x00080020: "20240614" }),
    "born after it was taken",
  ).toEqual({});
  expect(header({ x00180015: "CHEST ", x00185101: "PA", x0008103e: "T2 FLAIR" })).toEqual({
    bodyPart: "CHEST",
    view: "PA",
    description: "T2 FLAIR",
  });
});
