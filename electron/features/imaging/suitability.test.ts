import { expect, test } from "vitest";
import type { Volume } from "../../api/volume.ts";
import { unsuitedFor } from "./suitability.ts";

const card = (...modality: string[]) => ({
  title: "Expert",
  inputs: [{ name: "image", modality, channels: 1, dtype: "float32" }],
});
const image = (about: Partial<Volume>): Volume => {
  const shape = about.shape ?? [100, 100, 1];
  const channels = about.channels ?? 1;
  return {
    shape,
    channels,
    spacing: [1, 1, 1],
    affine: [],
    data: new Int16Array(shape[0] * shape[1] * shape[2] * channels),
    modality: "unknown",
    units: "",
    ...about,
  };
};

test("the header's modality decides where there is one", () => {
  expect(unsuitedFor(card("CXR"), image({ modality: "CXR" }))).toBeNull();
  expect(unsuitedFor(card("CXR"), image({ modality: "MR" }))).toMatchObject({
    code: "wrongModality",
    message: "Expert reads CXR; this image is MR by its header.",
    data: { accepted: ["CXR"], actual: "MR" },
  });
});

test("without a header the pixels decide: volumes are no films, MR is no CT, slides are no films", () => {
  const coloured = new Uint8Array(30000).fill(200, 0, 10000);
  expect(unsuitedFor(card("CXR"), image({}))).toBeNull();
  expect(unsuitedFor(card("CXR"), image({ shape: [20, 20, 5] }))?.message).toMatch(
    /a volume of 5 slices/,
  );
  expect(unsuitedFor(card("CXR"), image({ shape: [20, 20, 1] }))?.message).toMatch(
    /20 × 20 pixels/,
  );
  expect(unsuitedFor(card("CXR"), image({ channels: 3, data: coloured }))?.message).toMatch(
    /100 % of its pixels are coloured/,
  );
  expect(
    unsuitedFor(card("CXR"), image({ channels: 3, data: new Uint8Array(30000).fill(90) })),
  ).toBeNull();
  expect(unsuitedFor(card("CT"), image({ shape: [20, 20, 5] }))?.message).toMatch(
    /lowest value is 0, which is not how CT is stored/,
  );
  expect(
    unsuitedFor(card("CT"), image({ shape: [20, 20, 5], data: new Int16Array(2000).fill(-1000) })),
  ).toBeNull();
  expect(unsuitedFor(card("CT"), image({}))?.message).toMatch(/one grey plane/);
});
