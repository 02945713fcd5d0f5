import { expect, test } from "vitest";
import type { Finding } from "../../models/models.ts";
import { ofChannels, question, route, type Facts } from "./route.ts";

const looks = (shares: Record<string, number>): Finding[] =>
  ["cxr-adult", "cxr-child", "ct", "mr-flair", "mr-t1", "mr-other", "outside"].map((label) => ({
    label,
    score: shares[label] ?? 0,
    operatingPoint: label === "outside" ? 0.4 : 0.7,
    above: false,
  }));
const plain: Facts = { modality: "unknown", likeness: "plane" };
const film: Facts = { modality: "CXR", likeness: "plane" };

test("a header that says enough is not overruled by pixels", () => {
  const child = looks({ "cxr-child": 0.9, "cxr-adult": 0.1 });
  expect(route({ ...film, ageYears: 40 }, child)).toMatchObject({
    kind: "known",
    category: "cxr-adult",
    by: "header",
  });
  expect(route({ modality: "CT", likeness: "volume" }, looks({ outside: 1 }))).toMatchObject({
    category: "ct",
  });
  expect(
    route(
      { modality: "MR", likeness: "volume", description: "AX T2 FLAIR" },
      looks({ "mr-t1": 1 }),
    ),
  ).toMatchObject({
    category: "mr-flair",
    by: "header",
  });
});

test("pixels decide what the header leaves open, and only between that", () => {
  expect(route(film, looks({ "cxr-child": 0.6, "cxr-adult": 0.05, ct: 0.35 }))).toMatchObject({
    category: "cxr-child",
    by: "pixels",
  });
  expect(
    route(plain, looks({ "cxr-child": 0.6, ct: 0.4 })),
    "without a header all count",
  ).toMatchObject({
    kind: "unsure",
    choices: ["cxr-child", "ct"],
  });
});

test("a photograph, a header that lies and an even guess ask the reader", () => {
  const photograph = route(plain, looks({ outside: 0.8, "cxr-adult": 0.2 }));
  expect(photograph).toMatchObject({ kind: "unsure", choices: ["cxr-adult", expect.any(String)] });
  expect(photograph.kind === "unsure" && question(photograph)).toContain(
    "Nothing was run, because it looks like nothing",
  );
  expect(route({ ...film, ageYears: 30 }, looks({ outside: 0.97 })).kind).toBe("unsure");
  expect(route(film, looks({ "cxr-child": 0.5, "cxr-adult": 0.5 }))).toMatchObject({
    kind: "unsure",
    choices: expect.arrayContaining(["cxr-child", "cxr-adult"]),
  });
  expect(
    route({ ...plain, likeness: "colour" }, looks({ "cxr-adult": 1 })),
    "a coloured picture is no film",
  ).toMatchObject({ kind: "unsure" });
});

test("a hand, a lateral film and ultrasound are no chest film whatever the pixels say", () => {
  const sure = looks({ "cxr-adult": 1 });
  expect(route({ ...film, bodyPart: "HAND" }, sure)).toMatchObject({
    kind: "other",
    refused: true,
  });
  expect(route({ ...film, bodyPart: "CHEST", view: "LL" }, sure)).toMatchObject({
    kind: "other",
    refused: true,
  });
  expect(route({ modality: "US", likeness: "plane" }, sure)).toMatchObject({ kind: "other" });
});

test("without a pack that looks only the header speaks", () => {
  expect(route({ ...film, ageYears: 5 }, undefined)).toMatchObject({ category: "cxr-child" });
  expect(route(plain, undefined)).toMatchObject({ kind: "other", refused: false });
});

test("three sequences in one picture are told by which channel is most like FLAIR, and another order is not taken for it", () => {
  const t1 = looks({ "mr-t1": 0.6, "mr-flair": 0.3, outside: 0.05 });
  const flair = looks({ "mr-t1": 0.45, "mr-flair": 0.5, outside: 0.05 });
  const picture: Facts = { modality: "unknown", likeness: "colour" };
  expect(route(picture, ofChannels([t1, flair, t1]))).toMatchObject({
    kind: "known",
    category: "mr-flair",
  });
  expect(
    route(picture, ofChannels([flair, flair, flair])),
    "one sequence three times",
  ).toMatchObject({ category: "mr-flair" });
  expect(route(picture, ofChannels([flair, t1, t1]))).toMatchObject({
    kind: "known",
    category: "mr-t1",
  });
  const photograph = looks({ outside: 0.9, "mr-flair": 0.1 });
  expect(route(picture, ofChannels([photograph, photograph, photograph])).kind).toBe("unsure");
});
