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
