import { expect, test } from "vitest";
import type { Manifest } from "./manifest.ts";
import { votes } from "./run-ensemble.ts";
import { describeResult } from "../imaging/describe.ts";

const manifest = {
  labels: [
    { id: 0, name: "effusion" },
    { id: 1, name: "mass" },
    { id: 2, name: "unknown" },
  ],
  inference: { kind: "ensemble", members: [], voters: {} },
} as unknown as Manifest;

test("experts that disagree are told beside their mean, and those never trained on a label are not counted", () => {
  const found = votes(
    manifest,
    new Map([
      ["a", [0.9, 0.8, undefined]],
      ["b", [0.2, 0.7, undefined]],
      ["c", [0.3, undefined, undefined]],
    ]),
  );
  expect(
    found.map(({ label, above, votes: split }) => [label, above, split?.above, split?.asked]),
  ).toEqual([
    ["effusion", false, 1, 3],
    ["mass", true, 2, 2],
  ]);
  const text = describeResult(
    {
      kind: "classification",
      findings: found,
      expert: "x",
      version: "1.0.0",
      sha256: "",
      device: "cpu",
      ms: 1,
      msRuntime: 1,
    },
    { shape: [1, 1, 1], spacing: [1, 1, 1] },
    { request: "any finding?", args: "" },
  );
  expect(text).toContain("effusion (the experts disagree: 1 of 3 say above)");
  expect(text).toContain("Above the operating point: mass.");
});
