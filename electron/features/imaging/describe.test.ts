import { expect, test } from "vitest";
import type { ExpertResult } from "../models/models.ts";
import { describeResult } from "./describe.ts";

const about = { expert: "cxr-lungs", version: "1", sha256: "", device: "cpu", ms: 1, msRuntime: 1 };
const outlined = (labels: string[], data: number[]): ExpertResult => ({
  ...about,
  kind: "segmentation",
  mask: { shape: [4, 1, 1], data: Uint8Array.from(data) },
  labels: labels.map((name, at) => ({ id: at + 1, name, color: "#3b82f6", voxels: 1 })),
});
const film = { shape: [4, 1, 1] as [number, number, number], spacing: [1, 1, 1] as [1, 1, 1] };
const said = (request: string, result: ExpertResult): string =>
  describeResult(result, film, { request, args: "" });

test("a side that no outline knows is told, so that both lungs are not accepted for the left one", () => {
  const both = outlined(["lungs"], [1, 0, 1, 0]);
  expect(said("left lung only", both)).toContain("You asked for the left side");
  for (const request of ["outline the lungs", "left and right lung", "both, left and right"])
    expect([request, said(request, both)]).toEqual([
      request,
      expect.not.stringContaining("asked for"),
    ]);
  expect(said("the left lung", outlined(["left lung"], [1, 0, 0, 0]))).not.toContain("asked for");
});

test("a result is a sentence: no codes, what was not found is named, an empty outline asks for no acceptance", () => {
  const text = said("outline all", outlined(["lungs", "heart"], [1, 1, 0, 0]));
  expect(text).toBe(
    "Outlined: lungs in blue, 50.0 % of the image (25.0 % on the left of the picture, 25.0 % on the right). Not found: heart. Check it, correct it if needed, then accept or reject it.",
  );
  expect(said("outline all", outlined(["lungs"], [0, 0, 0, 0]))).toBe("Not found: lungs.");
});

test("findings below the operating point are never told as a normal image", () => {
  const finding = (label: string, score: number) => ({
    label,
    score,
    operatingPoint: 0.5,
    above: score >= 0.5,
  });
  const text = said("are the lungs clear?", {
    ...about,
    kind: "classification",
    findings: [finding("pneumonia", 0.2), finding("effusion", 0.1)],
  });
  expect(text).toContain("Above the operating point: none. Below it: pneumonia, effusion.");
  expect(text).toContain("not thereby normal");
});
