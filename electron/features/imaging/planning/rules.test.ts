import { expect, test } from "vitest";
import type { ExpertCard } from "../../models/models.ts";
import { expertCard } from "../../models/fixtures/expert-card.ts";
import { parseCall } from "./call.ts";
import { offersFor, offersOf, planCall } from "./rules.ts";

const card = (
  id: string,
  modality: string,
  task: ExpertCard["task"],
  labels: string[],
  args: string[],
): ExpertCard =>
  expertCard({
    id,
    modality,
    task,
    labels: labels.map((name, index) => ({ id: index + 1, name })),
    call: { args },
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

test("how a part of the body is asks for findings, never for its outline", () => {
  for (const text of [
    "are the lungs clear?",
    "Are both lungs normal?",
    "what is wrong with the lungs?",
    "do the lungs look ok?",
  ])
    expect([text, callOf(text)]).toEqual([text, "cxr-findings()"]);
  expect(callOf("are the kidneys clear?")).toBe("answer");
  expect(callOf("measure the normal lungs")).toBe("cxr-lungs(lungs)");
  // Where nothing judges this kind of image, the outline is what there is.
  expect(callOf("are the lungs clear?", { modality: "CT", slices: 40 })).toBe("ct-tissue(lungs)");
});

test("what is offered to a reader is what the rules would run", () => {
  const offers = offersOf({ ...film, channels: 1 }, cards);
  expect(offers).toContain("outline the lungs");
  expect(offers).toContain("classify the findings");
  for (const offer of offers) expect(callOf(offer)).not.toBe("answer");
  expect(offersOf({ modality: "CXR", slices: 1, channels: 3 }, cards)).toEqual([]);
});

test("an MR of one channel is not told that no expert reads MR when one does, from three", () => {
  const flair = card("flair", "MR", "segmentation", ["lesion"], ["lesion"]);
  const [input] = flair.inputs;
  if (!input) throw new Error("The card has no input.");
  const threeChannels = { ...flair, inputs: [{ ...input, channels: 3 }] };
  const grey = { modality: "MR", slices: 20, channels: 1 };
  expect(offersFor(grey, [...cards, threeChannels])).toMatch(
    /reads MR, but takes 3 channels at once; this image has 1 channel\..*by hand/,
  );
  expect(offersFor(grey, cards)).toMatch(/^No installed expert reads this kind of image/);
});
