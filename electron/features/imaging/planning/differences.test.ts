import { expect, test } from "vitest";
import type { ExpertResult } from "../../models/models.ts";
import type { Heard } from "./converse.ts";
import { differencesOf } from "./differences.ts";

const cards = [
  { id: "cxr-findings", title: "Findings" },
  { id: "cxr-lungs", title: "Lungs" },
];
const about = { version: "1", sha256: "", device: "cpu", ms: 1, msRuntime: 1 };
const finding = (label: string, score: number) => ({
  label,
  score,
  operatingPoint: 0.5,
  above: score >= 0.5,
});
const heard = (result: Partial<ExpertResult>, args = ""): Heard[] => [
  { kind: "result", text: "", args, result: { ...about, ...result } as ExpertResult },
];
const films = heard(
  {
    kind: "classification",
    expert: "cxr-findings",
    findings: [finding("pneumonia", 0.12), finding("effusion", 0.91)],
  },
  "pneumonia",
);

test("an answer that says another thing than the expert is told with both sides", () => {
  expect(differencesOf("There is pneumonia. An effusion is seen.", films, cards)).toEqual([
    "“Findings” puts pneumonia below its operating point (0.12, from 0.50 on); the answer says it is there.",
  ]);
  expect(differencesOf("No evidence of pneumonia or effusion.", films, cards)).toEqual([
    "“Findings” puts effusion above its operating point (0.91, from 0.50 on); the answer says it is not.",
  ]);
  expect(differencesOf("Yes.", films, cards)).toHaveLength(1);
});

test("agreement, doubt and silence are no difference", () => {
  for (const answer of [
    "No.",
    "No pneumonia is seen, but there is an effusion.",
    "There might be pneumonia.",
    "The heart is enlarged.",
    "Pneumonia is not seen.",
    "Pneumonia is seen. Pneumonia is not seen.",
  ])
    expect([answer, differencesOf(answer, films, cards)]).toEqual([answer, []]);
});

test("an outline is contradicted by an answer that there is none, not by one about something in it", () => {
  const outline = (voxels: number): Heard[] =>
    heard({
      kind: "segmentation",
      expert: "cxr-lungs",
      mask: { shape: [1, 1, 1], data: new Uint8Array(1) },
      labels: [{ id: 1, name: "lungs", color: "#000000", voxels }],
    });
  expect(differencesOf("There is no fluid in the lungs.", outline(9), cards)).toEqual([]);
  expect(differencesOf("There are no lungs here.", outline(9), cards)).toHaveLength(1);
  expect(differencesOf("The lungs are outlined.", outline(0), cards)).toHaveLength(1);
});
