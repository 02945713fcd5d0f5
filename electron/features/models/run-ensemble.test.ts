import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeResult } from "../imaging/describe.ts";
import { parseManifest } from "./manifest.ts";
import { ballotOf } from "./run-ensemble.ts";
import { countsOf, whoIsAsked } from "./several/asking.ts";
import { tally } from "./several/tally.ts";

const scores = (of: Record<string, number>) => new Map(Object.entries(of));

test("experts that disagree are told beside their mean, and those never trained on a label are not counted", () => {
  const found = tally(
    [
      { name: "effusion", of: 3 },
      { name: "mass", of: 2 },
      { name: "unknown", of: 0 },
    ],
    [
      { name: "a", mass: 1, scores: scores({ effusion: 0.9, mass: 0.8 }) },
      { name: "b", mass: 1, scores: scores({ effusion: 0.2, mass: 0.7 }) },
      { name: "c", mass: 1, scores: scores({ effusion: 0.3 }) },
    ],
  );
  expect(
    found.map(({ label, above, votes }) => [label, above, votes?.above, votes?.asked, votes?.of]),
  ).toEqual([
    ["effusion", false, 1, 3, 3],
    ["mass", true, 2, 2, 2],
  ]);
  expect(found[0]?.votes?.by.map(({ name, above }) => [name, above])).toEqual([
    ["a", true],
    ["b", false],
    ["c", false],
  ]);
  const text = describeResult(
    {
      kind: "classification",
      findings: found,
      asked: { effort: "balanced", experts: ["a", "b", "c"], of: 8, calibratedOn: null },
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
  expect(text).toContain("Asked: 3 of 8 experts (balanced, not calibrated): a, b, c.");
});

test("experts are asked in the order of their mass until it reaches p, and no label goes without one", () => {
  const experts = [0.5, 0.3, 0.15, 0.05].map((mass, at) => ({ name: `e${at}`, mass }));
  const all = [0, 1, 2, 3];
  const asked = (reach: number, voters = [all]) => whoIsAsked({ experts, voters, reach });
  expect(asked(0)).toEqual([0]);
  expect(asked(0.5)).toEqual([0]);
  expect(asked(0.6), "the one that crosses the line is asked").toEqual([0, 1]);
  expect(asked(0.81)).toEqual([0, 1, 2]);
  expect(asked(1)).toEqual(all);
  expect(asked(0, [[0, 1], [3]]), "a label that only the last one knows").toEqual([0, 3]);
});

const ensemble = (): string =>
  readFileSync(join(import.meta.dirname, "fixtures/xrv-ensemble-tiny/manifest.json"), "utf8");

test("fast asks members of a converted ensemble that do not vote on what only others know", () => {
  const { experts, voters, calibrated } = ballotOf(parseManifest(ensemble(), "xrv"), undefined);
  const counts = countsOf(experts, voters, calibrated);
  // Pneumothorax is the residual network's alone, so the first is not enough even for the shortest choice.
  expect(counts).toEqual({ fast: 2, balanced: 3, thorough: 3 });
  const [first = []] = voters;
  expect(first.length).toBeGreaterThan(0);
});

test("a calibration in the manifest changes who is asked, and one that lacks a member is not used", () => {
  const manifest = JSON.parse(ensemble());
  const choice = { auroc: 0.8, calls: 1 };
  const measured = {
    ...{ on: "films of a ward", n: 200, date: "2026-11-25" },
    ...{ fast: choice, balanced: choice, thorough: choice, all: choice },
    one: { name: "second", auroc: 0.8 },
  };
  const reach = { fast: 0, balanced: 0.2, thorough: 1 };
  manifest.inference.asking = {
    any: { mass: { first: 0.1, second: 0.2, residual: 0.7 }, reach, measured },
  };
  const read = (): ReturnType<typeof ballotOf> =>
    ballotOf(parseManifest(JSON.stringify(manifest), "xrv"), undefined, "cxr-adult");
  const { experts, voters, calibrated } = read();
  expect(calibrated?.measured.on).toBe("films of a ward");
  expect(experts.map(({ mass }) => mass)).toEqual([0.1, 0.2, 0.7]);
  const [lead] = whoIsAsked({ experts, voters, reach: 0 });
  expect(experts[lead ?? 0]?.name).toBe("residual");
  delete manifest.inference.asking.any.mass.first;
  expect(read().calibrated).toBeUndefined();
});
