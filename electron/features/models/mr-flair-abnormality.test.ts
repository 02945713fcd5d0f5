import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, expect, test } from "vitest";
import { bundledPacksFolder } from "../../places.ts";
import { planCall } from "../imaging/planning/rules.ts";
import { readPng } from "../imaging/raster.ts";
import { unsuitedFor } from "../imaging/suitability.ts";
import { createExperts } from "./experts.ts";
import { forkWorker } from "./fork-worker.ts";
import { openPacks } from "./packs.ts";
import { createWorkerClient } from "./worker-client.ts";

const golden = join(bundledPacksFolder, "mr-flair-abnormality", "golden");
const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(join(golden, name)));
const slice = readPng(bytes("slice.png"), "slice.png");
const worker = createWorkerClient(forkWorker);
const experts = createExperts(
  openPacks(bundledPacksFolder, join(golden, "no-user-packs")),
  worker,
  () => ({ devices: ["cpu"], threads: 1 }),
);
const options = { signal: new AbortController().signal };
afterAll(() => worker.stop());

test("the bundled FLAIR pack gives the reference pipeline's probabilities and mask, channel by channel", async () => {
  const result = await experts.runImage(
    "mr-flair-abnormality",
    { ...slice, modality: "MR" },
    { ...options, withProbability: true },
  );
  if (result.kind !== "segmentation") throw new Error("not a segmentation");
  const probability = decode(bytes("probability.png")).data;
  const mask = decode(bytes("mask.png")).data;
  let worst = 0;
  let different = 0;
  for (const [at, value] of result.mask.data.entries()) {
    worst = Math.max(
      worst,
      Math.abs((result.probability?.[at] ?? 0) - (probability[at] as number) / 65535),
    );
    if (value !== (mask[at] === 0 ? 0 : 1)) different += 1;
  }
  const plain = await experts.runImage(
    "mr-flair-abnormality",
    { ...slice, modality: "MR" },
    options,
  );
  // Without probabilities the outline is made another way, and is the same.
  expect(plain.kind === "segmentation" && plain.probability).toBeUndefined();
  expect(plain.kind === "segmentation" && plain.mask.data).toEqual(result.mask.data);
  expect(worst).toBeLessThan(0.02);
  expect(different / mask.length).toBeLessThan(0.001);
  expect(result.labels[0]?.voxels).toBeGreaterThan(500);
});

test("the FLAIR pack refuses a chest film by its header and one grey plane by its channels", async () => {
  await expect(
    experts.runImage("mr-flair-abnormality", { ...slice, modality: "CXR" }, options),
  ).rejects.toMatchObject({ code: "wrongModality", message: expect.stringContaining("CXR") });
  const plane = slice.shape[0] * slice.shape[1];
  const grey = { ...slice, modality: "MR", channels: 1, data: slice.data.slice(0, plane) };
  await expect(experts.runImage("mr-flair-abnormality", grey, options)).rejects.toMatchObject({
    code: "wrongModality",
    message: expect.stringContaining("pre-contrast, FLAIR, post-contrast"),
  });
});

test("the FLAIR pack is for research only and is no expert for a film without a header", async () => {
  const card = (await experts.list()).find(({ id }) => id === "mr-flair-abnormality");
  expect(card?.licence).toMatchObject({ researchOnly: true, commercialUse: false });
  expect(card?.inputs[0]?.modality).toEqual(["MR"]);
  expect(card && unsuitedFor(card, { ...slice, modality: "CXR" })?.code).toBe("wrongModality");
});

test("the planner sends an MR slice to the FLAIR pack, and never a film or a picture without a header", async () => {
  const cards = await experts.list();
  const asked = "outline the FLAIR abnormality";
  expect(planCall(asked, { modality: "MR", slices: 1 }, cards)).toMatchObject({
    kind: "call",
    expert: "mr-flair-abnormality",
  });
  for (const modality of ["CXR", "CT", "unknown"])
    expect(planCall(asked, { modality, slices: 1 }, cards), modality).toMatchObject({
      kind: "answer",
      text: expect.stringContaining("reads MR"),
    });
});
