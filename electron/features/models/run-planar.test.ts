import { expect, test } from "vitest";
import { packFiles } from "./install/fixtures.ts";
import { parseManifest, type Manifest } from "./manifest.ts";
import { findings, operatingPointScore } from "./run-planar.ts";

const labels = [
  { id: 1, name: "normal" },
  { id: 2, name: "pneumonia" },
];
const manifest = (change: Record<string, unknown>): Manifest =>
  parseManifest(
    new TextDecoder().decode(
      packFiles({ task: "classification", labels, ...change })["manifest.json"],
    ),
    "small",
  );

test("a finding is above because its score passes one half, not its own operating point", () => {
  const pack = manifest({
    postprocess: [{ step: "sigmoid" }],
    operatingPoints: [{ label: "pneumonia", threshold: 0.2, cohort: "children" }],
    calibration: { temperature: 2, fittedOn: "children" },
  });
  const [normal, pneumonia] = findings(pack, Float32Array.of(-1, -1));
  expect(normal).toMatchObject({ label: "normal", operatingPoint: 0.5, above: false });
  expect(pneumonia).toMatchObject({
    label: "pneumonia",
    operatingPoint: 0.2,
    above: true,
    cohort: "children",
  });
  expect(pneumonia?.score).toBeCloseTo(0.26894, 5);
  expect(pneumonia?.calibrated).toBeCloseTo(1 / (1 + Math.exp(0.5)), 6);
  expect(pneumonia?.calibratedOn).toBe("children");
});

test("a probability is given although the card does not say on whom it was fitted", () => {
  const pack = manifest({
    postprocess: [{ step: "sigmoid" }],
    calibration: { temperature: 2 },
  });
  for (const finding of findings(pack, Float32Array.of(-1, -1)))
    expect(finding.calibrated).toBeUndefined();
});

test("labels that exclude each other are scored as if they did not", () => {
  const [normal, pneumonia] = findings(
    manifest({ postprocess: [{ step: "softmax" }] }),
    Float32Array.of(2, 1000),
  );
  expect((normal?.score ?? 0) + (pneumonia?.score ?? 0)).toBeCloseTo(1, 9);
  expect(pneumonia?.score).toBeCloseTo(1, 9);
});

test("the operating-point rescale moves 0, 1 or its own threshold", () => {
  expect([0, 0.1, 0.2, 0.6, 1].map((score) => operatingPointScore(score, 0.2))).toEqual([
    0, 0.25, 0.5, 0.75, 1,
  ]);
});
