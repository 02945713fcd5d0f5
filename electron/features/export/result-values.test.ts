import { expect, test } from "vitest";
import { measuredBy, readValue } from "./result-values.ts";

test.each([
  ["Death, number of events", { kind: "events", outcome: "Death" }],
  ["Pain at 12 weeks, mean (SD)", { kind: "meanSd", outcome: "Pain at 12 weeks" }],
  ["Pain, mean", { kind: "mean", outcome: "Pain" }],
  ["Pain, standard error", { kind: "se", outcome: "Pain" }],
  ["Group size", { kind: "n", outcome: "" }],
  ["Pain, number analysed", { kind: "n", outcome: "Pain" }],
  ["Age, mean (SD)", undefined],
  ["Setting", undefined],
])("the field %s measures what its name says", (name, measured) => {
  expect(measuredBy({ name })).toEqual(measured);
});

test("a field's own outcome stands above its name", () => {
  expect(measuredBy({ name: "Events", outcome: "Stroke", timePoint: "1 year" })?.outcome).toBe(
    "Stroke (1 year)",
  );
  expect(measuredBy({ name: "Events", outcome: "Stroke" })).toEqual({
    kind: "events",
    outcome: "Stroke",
  });
});

test.each([
  ["events", "12/50", { events: 12, n: 50 }],
  ["events", "12 of 1,050 (1.1 %)", { events: 12, n: 1050 }],
  ["events", "0", { events: 0 }],
  ["meanSd", "-5.2 (1.1)", { mean: -5.2, sd: 1.1 }],
  ["meanSd", "5·2 ± 1·1", { mean: 5.2, sd: 1.1 }],
  ["mean", "5.2 (SE 0.4)", { mean: 5.2, se: 0.4 }],
  ["n", "1,204", { n: 1204 }],
] as const)("%s: %s", (kind, text, numbers) => {
  expect(readValue(kind, text)).toEqual({ ok: true, numbers });
});

test.each([
  ["events", "24%", "percentage"],
  ["mean", "5.2 (1.1)", "SD or an SE"],
  ["mean", "5 to 9", "not one number"],
  ["n", "about 40", "not one number"],
] as const)("%s refuses %s, which could be read wrongly", (kind, text, reason) => {
  expect(readValue(kind, text)).toMatchObject({
    ok: false,
    reason: expect.stringContaining(reason),
  });
});
