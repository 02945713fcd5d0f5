import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import type { Volume } from "../../api/volume.ts";
import { createExperts } from "./experts.ts";
import { forkWorker } from "./fork-worker.ts";
import { openPacks } from "./packs.ts";
import { createWorkerClient } from "./worker-client.ts";

const fixtures = join(import.meta.dirname, "fixtures");
const worker = createWorkerClient(forkWorker);
const experts = createExperts(openPacks(fixtures, join(fixtures, "no-user-packs")), worker, { devices: ["cpu"], threads: 1 });
const options = { signal: new AbortController().signal };
afterAll(() => worker.stop());

const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const json = (path: string): unknown => JSON.parse(readFileSync(join(fixtures, path), "utf8"));

test("a converted TorchXRayVision network's scores differ from the library's, or untrained labels are shown as 0.5", async () => {
  const golden = z.object({ film: z.object({ rows: z.number(), columns: z.number() }), labels: z.array(z.string()), scores: z.array(z.number()) }).parse(json("xrv-tiny/golden.json"));
  const { rows, columns } = golden.film;
  const data = Uint8Array.from({ length: rows * columns }, (_, at) => {
    const [x, y] = [at % columns, Math.floor(at / columns)];
    return Math.min(255, Math.max(0, 127 + 90 * Math.sin(x / 17) * Math.cos(y / 23) + 30 * ((Math.floor(x / 31) + Math.floor(y / 37)) % 2)));
  });
  const film: Volume = { shape: [columns, rows, 1], channels: 1, spacing: [1, 1, 1], affine: identity, data, modality: "CXR", units: "" };
  const result = await experts.runImage("xrv-tiny", film, options);
  if (result.kind !== "classification") throw new Error("not a classification");
  const untrained = [2, 5, 17];
  for (const index of untrained) expect(golden.scores[index]).toBe(0.5);
  expect(result.findings.map(({ label }) => label)).toEqual(golden.labels.filter((_, index) => !untrained.includes(index)).map((label) => label.replaceAll("_", " ")));
  const expected = golden.scores.filter((_, index) => !untrained.includes(index));
  result.findings.forEach(({ score, above }, index) => {
    expect(Math.abs(score - (expected[index] as number))).toBeLessThan(1e-4);
    expect(above).toBe((expected[index] as number) >= 0.5);
  });
});
