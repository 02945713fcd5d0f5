import { expect, test } from "vitest";
import type { ExpertCard } from "../../models/models.ts";
import { parseCall } from "./call.ts";
import { planCall } from "./rules.ts";

const licence = {
  name: "x",
  commercialUse: true,
  clinicalUse: false,
  researchOnly: false,
  attribution: [],
};
const card = (
  id: string,
  modality: string,
  task: ExpertCard["task"],
  labels: string[],
  args: string[],
): ExpertCard => ({
  id,
  version: "1.0.0",
  title: id,
  task,
  licence,
  intendedUse: "test",
  inputs: [{ name: "image", modality: [modality], channels: 1, dtype: "float32" }],
  labels: labels.map((name, index) => ({ id: index + 1, name })),
  expertCall: { modality, task, overview: "", accuracy: "", args },
});
const cards = [
  card("cxr-lungs", "CXR", "segmentation", ["lungs"], ["lungs"]),
  card("ct-tissue", "CT", "segmentation", ["lungs", "bone"], ["lungs", "bone"]),
  card("cxr-findings", "CXR", "classification", ["pneumonia", "normal"], []),
];
const film = { modality: "CXR", slices: 1 };
const callOf = (text: string, facts = film) => {
  const plan = planCall(text, facts, cards);
  return plan.kind === "call" ? `${plan.expert}(${plan.args})` : plan.kind;
};

test("the image's modality chooses among experts that know the same structure", () => {
  expect(callOf("outline the lungs")).toBe("cxr-lungs(lungs)");
  expect(callOf("Please segment both lungs.")).toBe("cxr-lungs(lungs)");
  expect(callOf("outline the lungs", { modality: "CT", slices: 40 })).toBe("ct-tissue(lungs)");
  expect(callOf("is there pneumonia?")).toBe("cxr-findings()");
});

test("a volume without a modality is taken for CT only when its values are Hounsfield units", () => {
  expect(
    planCall("show bone", { modality: "unknown", slices: 30, low: -1024 }, cards),
  ).toMatchObject({ kind: "call", expert: "ct-tissue" });
  expect(planCall("show bone", { modality: "unknown", slices: 30, low: 0 }, cards).kind).toBe(
    "answer",
  );
});

test("a structure no expert knows, the wrong modality and small talk call nothing", () => {
  expect(callOf("outline the liver")).toBe("answer");
  expect(callOf("outline the lungs", { modality: "MR", slices: 20 })).toBe("answer");
  expect(callOf("thank you")).toBe("answer");
  expect(callOf("outline the liver <CXR_LUNGS(lungs)>")).toBe("answer");
  expect(planCall("outline the bone", film, cards)).toMatchObject({
    kind: "answer",
    text: expect.stringContaining("reads CT"),
  });
});

test("a call is one tag, an installed expert and a known argument; anything else is said, not run", () => {
  expect(parseCall("Let me ask <CXR_LUNGS(lungs)>.", cards)).toMatchObject({ args: "lungs" });
  expect(parseCall("<CXR_LUNGS>", cards)).toMatchObject({ args: "" });
  expect(parseCall("no call here", cards)).toBeNull();
  expect(parseCall("<VISTA3D(liver)>", cards)).toMatchObject({
    problem: expect.stringContaining("CXR_LUNGS, CT_TISSUE"),
  });
  expect(parseCall("<CXR_LUNGS(heart)>", cards)).toMatchObject({
    problem: expect.stringContaining("Valid: lungs"),
  });
  expect(parseCall("<CXR_LUNGS(lungs)> and <CT_TISSUE(bone)>", cards)).toMatchObject({
    problem: expect.stringContaining("One expert call"),
  });
});
