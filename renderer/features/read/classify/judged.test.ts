import { expect, test } from "vitest";
import type { Series, Study } from "../../../../electron/api/schemas/imaging.ts";
import { heatPicture } from "./heat-overlay.ts";
import { answersOn, calibratedText, pointText } from "./judged.ts";

const series = { id: "a" } as Series;
const study = (...decisions: object[]): Study =>
  ({
    suggestions: [
      {
        id: "1",
        kind: "classify",
        subject: "study:s/series:a",
        value: {
          findings: [
            { label: "effusion", above: true },
            { label: "edema", above: false },
          ],
        },
      },
      { id: "2", kind: "segment", subject: "study:s/series:a", value: { mask: "m" } },
      { id: "3", kind: "classify", subject: "study:s/series:b", value: { findings: [] } },
    ],
    decisions,
  }) as unknown as Study;

test("the reader's own word on a finding stands beside the model's and goes with the decision", () => {
  const findings = [
    { label: "effusion", present: false },
    { label: "edema", present: true },
  ];
  const correct = { suggestionId: "1", action: "correct", value: { findings } };
  const [answer, ...others] = answersOn(study(correct), series);
  expect(others).toEqual([]);
  expect(
    answer?.findings.map(({ above }) => above),
    "the model's word stays",
  ).toEqual([true, false]);
  expect([...(answer?.present ?? [])]).toEqual([
    ["effusion", false],
    ["edema", true],
  ]);
  const [back] = answersOn(study(correct, { suggestionId: "1", action: "withdraw" }), series);
  expect(back?.decision).toBeUndefined();
  expect(back?.present.get("edema")).toBe(false);
});

test("no probability and no accuracy without the patients they were measured on", () => {
  const bare = { label: "edema", above: true };
  expect(calibratedText({ ...bare, calibrated: 0.8 })).toBe("");
  expect(calibratedText({ ...bare, calibrated: 0.8, calibratedOn: "adults" })).toBe(
    "Calibrated probability 0.80, fitted on: adults",
  );
  expect(pointText({ ...bare, sensitivity: 0.9 })).not.toContain("0.9");
  expect(pointText({ ...bare, sensitivity: 0.9, cohort: "adults, n 129" })).toBe(
    "sensitivity 0.90 in adults, n 129",
  );
});

test("a map of the heat: the strongest change is opaque, none is clear, falls and rises differ in hue", () => {
  const [fall, none, rise] = [0, 4, 8].map((at) => [
    ...heatPicture({ columns: 3, rows: 1 }, [0.4, 0, -0.2]).slice(at, at + 4),
  ]);
  expect([fall?.[3], none?.[3], rise?.[3]]).toEqual([255, 0, 128]);
  expect(fall?.slice(0, 3)).not.toEqual(rise?.slice(0, 3));
});
