import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { bundledPacksFolder } from "../../places.ts";
import { readPng } from "../imaging/raster.ts";
import { createExperts } from "./experts.ts";
import { forkWorker } from "./fork-worker.ts";
import { openPacks } from "./packs.ts";
import { createWorkerClient } from "./worker-client.ts";

const folder = join(bundledPacksFolder, "cxr-findings", "golden");
const film = z.object({
  file: z.string(),
  scores: z.record(z.string(), z.number()),
  calibratedPneumonia: z.number(),
});
const golden = z
  .object({ films: z.array(film).length(2) })
  .parse(JSON.parse(readFileSync(join(folder, "golden.json"), "utf8")));
const worker = createWorkerClient(forkWorker);
const experts = createExperts(
  openPacks(bundledPacksFolder, join(folder, "no-user-packs")),
  worker,
  () => ({ devices: ["cpu"], threads: 1 }),
);
const options = { signal: new AbortController().signal };
afterAll(() => worker.stop());

test.each(golden.films)(
  "$file: every score is the reference pipeline's, and only pneumonia is calibrated",
  async ({ file, scores, calibratedPneumonia }) => {
    const image = readPng(new Uint8Array(readFileSync(join(folder, file))), file);
    const result = await experts.runImage("cxr-findings", image, options);
    if (result.kind !== "classification") throw new Error("not a classification");
    expect(result.findings.map(({ label }) => label)).toEqual(Object.keys(scores));
    for (const { label, score, calibrated } of result.findings) {
      // Rounding of the resized film moves a score by less than a hundredth.
      expect(Math.abs(score - (scores[label] ?? Number.NaN)), label).toBeLessThan(0.01);
      if (label === "pneumonia")
        expect(Math.abs((calibrated ?? Number.NaN) - calibratedPneumonia)).toBeLessThan(0.02);
      else expect(calibrated).toBeUndefined();
    }
    expect(result.findings.find(({ label }) => label === "pneumonia")?.above).toBe(
      file.startsWith("pneumonia"),
    );
  },
);

test("covering parts of a film gives the scores of exactly that film with the part filled with its mean", async () => {
  const [{ file } = { file: "" }] = golden.films;
  const image = readPng(new Uint8Array(readFileSync(join(folder, file))), file);
  const [width, height] = image.shape;
  const box = { x: Math.floor(width / 4), y: Math.floor(height / 3), width: 70, height: 50 };
  const corner = { x: width - 10, y: height - 10, width: 60, height: 60 };
  const result = await experts.runImage("cxr-findings", image, {
    ...options,
    covering: [box, corner],
  });
  if (result.kind !== "classification") throw new Error("not a classification");
  const values = Array.from(image.data);
  const mean = Math.floor(values.reduce((sum, value) => sum + value, 0) / values.length);
  for (const [index, { x, y, ...size }] of [box, corner].entries()) {
    const data = image.data.slice();
    for (let row = y; row < Math.min(height, y + size.height); row += 1)
      data.fill(mean, row * width + x, row * width + Math.min(width, x + size.width));
    const filled = await experts.runImage("cxr-findings", { ...image, data }, options);
    if (filled.kind !== "classification") throw new Error("not a classification");
    expect(result.covered?.[index]).toEqual(filled.findings);
  }
  const alone = await experts.runImage("cxr-findings", image, options);
  if (alone.kind !== "classification") throw new Error("not a classification");
  expect(result.findings, "the picture itself is as it was").toEqual(alone.findings);
  expect(alone.covered).toBeUndefined();
});
