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
const experts = createExperts(openPacks(fixtures, join(fixtures, "no-user-packs")), worker, () => ({
  devices: ["cpu"],
  threads: 1,
}));
const options = { signal: new AbortController().signal };
afterAll(() => worker.stop());

const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const json = (path: string): unknown => JSON.parse(readFileSync(join(fixtures, path), "utf8"));

const xrayGolden = z.object({
  film: z.object({ rows: z.number(), columns: z.number() }),
  labels: z.array(z.string()),
  scores: z.array(z.number().nullable()),
});

/** The film of the proofs, by the same formula. */
function film({ rows, columns }: { rows: number; columns: number }): Volume {
  const data = Uint8Array.from({ length: rows * columns }, (_, at) => {
    const [x, y] = [at % columns, Math.floor(at / columns)];
    const squares = 30 * ((Math.floor(x / 31) + Math.floor(y / 37)) % 2);
    return Math.min(255, Math.max(0, 127 + 90 * Math.sin(x / 17) * Math.cos(y / 23) + squares));
  });
  return {
    shape: [columns, rows, 1],
    channels: 1,
    spacing: [1, 1, 1],
    affine: identity,
    data,
    modality: "CXR",
    units: "",
  };
}

/** The library answers exactly one half for labels that a network was not trained on. */
test.each(["xrv-tiny", "xrv-resnet-tiny", "xrv-ensemble-tiny"])(
  "a converted TorchXRayVision network's scores differ from the library's, or untrained labels are shown as 0.5: %s",
  async (id) => {
    const golden = xrayGolden.parse(json(`${id}/golden.json`));
    const result = await experts.runImage(id, film(golden.film), options);
    if (result.kind !== "classification") throw new Error("not a classification");
    const expected = golden.scores.flatMap((score, index) =>
      score === null || score === 0.5 ? [] : [{ score, label: golden.labels[index] ?? "" }],
    );
    expect(expected.length).toBeGreaterThan(14);
    expect(expected.length).toBeLessThan(18);
    expect(result.findings.map(({ label }) => label)).toEqual(
      expected.map(({ label }) => label.replaceAll("_", " ")),
    );
    result.findings.forEach(({ score, above }, index) => {
      const wanted = expected[index]?.score ?? Number.NaN;
      expect(Math.abs(score - wanted)).toBeLessThan(1e-4);
      expect(above).toBe(wanted >= 0.5);
    });
    expect(result.sha256).toMatch(/^[0-9a-f]{64}$/);
  },
);

test("a film stored dark for bone, or with fewer bits used than stored, enters the ensemble otherwise", async () => {
  const { film: size } = xrayGolden.parse(json("xrv-ensemble-tiny/golden.json"));
  const eight = film(size);
  const scoresOf = async (image: Volume): Promise<number[]> => {
    const result = await experts.runImage("xrv-ensemble-tiny", image, options);
    return result.kind === "classification" ? result.findings.map(({ score }) => score) : [];
  };
  // A 12-bit file whose brightest pixel is far below 4095: TorchXRayVision scales by the bits, not by the pixels.
  const dim = Int16Array.from(eight.data, (value) => value * 4);
  const twelve = await scoresOf({ ...eight, data: dim, storedMost: 4095 });
  const scaled = Uint8Array.from(eight.data, (value) => Math.round((value * 4 * 255) / 4095));
  const asEight = await scoresOf({ ...eight, data: scaled });
  twelve.forEach((score, index) => expect(score).toBeCloseTo(asEight[index] ?? Number.NaN, 1));
  const guessed = await scoresOf({ ...eight, data: dim });
  expect(guessed.some((score, index) => Math.abs(score - (twelve[index] ?? 0)) > 0.02)).toBe(true);
});

function volume(
  shape: [number, number, number],
  channels: number,
  modality: string,
  value: (x: number, y: number, z: number, c: number) => number,
): Volume {
  const [nx, ny, nz] = shape;
  const data = new Float32Array(nx * ny * nz * channels);
  let at = 0;
  for (let c = 0; c < channels; c += 1)
    for (let z = 0; z < nz; z += 1)
      for (let y = 0; y < ny; y += 1)
        for (let x = 0; x < nx; x += 1) data[at++] = value(x, y, z, c);
  return { shape, channels, spacing: [1, 1, 1], affine: identity, data, modality, units: "" };
}

function differing(a: Uint8Array, b: readonly number[]): number {
  return a.reduce((count, value, at) => count + (value === b[at] ? 0 : 1), 0);
}

test("a converted SegResNet differs from MONAI's chain: channels, windows, group norms or label priority", async () => {
  const golden = z
    .object({ nearHalf: z.number(), runs: z.array(z.number()) })
    .parse(json("segresnet-tiny/golden.json"));
  const head = (x: number, y: number, k: number): boolean =>
    ((x - 20) / 18) ** 2 + ((y - 17) / 15) ** 2 + ((k - 10) / 9) ** 2 < 1;
  const image = volume([40, 34, 20], 4, "MR", (x, y, k, c) =>
    head(x, y, k)
      ? Math.floor(
          200 + 120 * Math.sin((x + 3 * c) / 5) * Math.cos((y - 2 * c) / 4) * Math.sin((k + c) / 3),
        )
      : 0,
  );
  const result = await experts.runImage("segresnet-tiny", image, options);
  if (result.kind !== "segmentation") throw new Error("not a segmentation");
  const expected: number[] = [];
  for (let at = 0; at < golden.runs.length; at += 2)
    for (let n = 0; n < (golden.runs[at + 1] as number); n += 1)
      expected.push(golden.runs[at] as number);
  expect(result.mask.data.length).toBe(expected.length);
  expect(differing(result.mask.data, expected)).toBeLessThanOrEqual(golden.nearHalf);
  expect(result.labels.map(({ id }) => id)).toEqual([1, 2, 4]);
});

test("one MR sequence is passed as four", async () => {
  await expect(
    experts.runImage(
      "segresnet-tiny",
      volume([16, 16, 16], 1, "MR", () => 1),
      options,
    ),
  ).rejects.toMatchObject({
    code: "wrongModality",
    message: expect.stringContaining("T1c, T1, T2, FLAIR"),
  });
});

test("classes asked a few at a time give other labels than all at once", async () => {
  const golden = z
    .object({ labels: z.array(z.number()), close: z.number() })
    .parse(json("prompt-tiny/golden.json"));
  const image = volume([24, 20, 16], 1, "CT", (x, y, k) =>
    Math.floor(100 * Math.sin(x / 4) * Math.cos(y / 3) * Math.sin((k + 2) / 3)),
  );
  const all = await experts.runImage("prompt-tiny", image, options);
  if (all.kind !== "segmentation") throw new Error("not a segmentation");
  expect(differing(all.mask.data, golden.labels)).toBeLessThanOrEqual(golden.close);
  const pair = await experts.runImage("prompt-tiny", image, { ...options, args: "Pair" });
  if (pair.kind !== "segmentation") throw new Error("not a segmentation");
  expect([...new Set(pair.mask.data)].toSorted((a, b) => a - b)).toEqual([0, 2, 5]);
  await expect(
    experts.runImage("prompt-tiny", image, { ...options, args: "spleen" }),
  ).rejects.toMatchObject({ code: "badInput", message: expect.stringContaining("pair, class 1") });
});
