import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import type { Volume } from "../../api/volume.ts";
import { createExperts } from "./experts.ts";
import { forkWorker } from "./fork-worker.ts";
import type { RunOptions } from "./models.ts";
import { openPacks } from "./packs.ts";
import { openSession } from "./onnx.ts";
import { createWorkerClient } from "./worker-client.ts";

const fixtures = join(import.meta.dirname, "fixtures");
const worker = createWorkerClient(forkWorker);
const experts = createExperts(openPacks(fixtures, join(fixtures, "no-user-packs")), worker, () => ({
  devices: ["cpu"],
  threads: 1,
}));
afterAll(() => worker.stop());

const voxel = z.tuple([z.number(), z.number(), z.number()]);
const golden = z
  .object({
    image: z.object({ shape: voxel, affine: z.array(z.number()) }),
    runs: z.array(z.number()),
    close: z.number(),
    points: z.object({
      clicks: z.array(voxel),
      kinds: z.array(z.number()),
      runs: z.array(z.number()),
      close: z.number(),
    }),
    window: z.object({
      size: z.number(),
      classes: z.array(z.number()),
      logits: z.array(z.number()),
      points: z.array(z.number()),
      kinds: z.array(z.number()),
      pointLogits: z.array(z.number()),
    }),
  })
  .parse(JSON.parse(readFileSync(join(fixtures, "vista3d-tiny/golden.json"), "utf8")));

/** The body of the proof: the same formula, x fastest. */
function body(): Volume {
  const { shape, affine } = golden.image;
  const [nx, ny, nz] = shape;
  const data = new Float32Array(nx * ny * nz);
  let at = 0;
  for (let k = 0; k < nz; k += 1)
    for (let y = 0; y < ny; y += 1)
      for (let x = 0; x < nx; x += 1) {
        const inside = ((x - 15) / 11) ** 2 + ((y - 12) / 9) ** 2 + ((k - 10) / 9) ** 2 < 1;
        data[at++] = inside
          ? 40 + Math.floor(400 * Math.sin(x / 3) * Math.cos(y / 4) * Math.sin((k + 2) / 3))
          : -1000;
      }
  const spacing: Volume["spacing"] = [2.1, 1.9, 1.7];
  return { shape, channels: 1, spacing, affine, data, modality: "CT", units: "HU" };
}

function expanded(runs: readonly number[]): Uint8Array {
  const labels: number[] = [];
  for (let at = 0; at < runs.length; at += 2)
    for (let n = 0; n < (runs[at + 1] as number); n += 1) labels.push(runs[at] as number);
  return Uint8Array.from(labels);
}

async function labelled(options: Partial<RunOptions>): Promise<Uint8Array> {
  const signal = new AbortController().signal;
  const result = await experts.runImage("vista3d-tiny", body(), { signal, ...options });
  if (result.kind !== "segmentation") throw new Error("not a segmentation");
  return result.mask.data;
}

function differing(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((count, value, at) => count + (value === b[at] ? 0 : 1), 0);
}

const largest = (a: Float32Array, b: readonly number[]): number => {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] as number))), 0);
};

test("VISTA3D split into features and classes gives other labels than MONAI's, all classes at once", async () => {
  const all = await labelled({});
  expect(new Set(all).size).toBeGreaterThan(5);
  expect(differing(all, expanded(golden.runs))).toBeLessThanOrEqual(golden.close);
});

test("classes outside everything cannot be asked for by name, or a group asks for more than its own", async () => {
  expect([...new Set(await labelled({ args: "tumour" }))].toSorted()).toEqual([0, 19]);
  const found = new Set(await labelled({ args: "pair, class 19" }));
  expect(found).toContain(3);
  expect([...found].filter((label) => ![0, 3, 14, 19].includes(label))).toEqual([]);
});

test("clicks land on other voxels, or the object keeps pieces that nobody pointed at", async () => {
  const { clicks, kinds, runs, close } = golden.points;
  const given = clicks.map((at, index) => ({ at, inside: kinds[index] === 1 }));
  const clicked = await labelled({ args: "class 4", clicks: given });
  const expected = expanded(runs).map((on) => (on ? 4 : 0));
  expect(expected.some((label) => label === 4)).toBe(true);
  expect(differing(clicked, expected)).toBeLessThanOrEqual(close);
});

test("clicks without a structure's name, or all outside of it, are run all the same", async () => {
  const click = { at: golden.points.clicks[0] as [number, number, number], inside: true };
  await expect(labelled({ clicks: [click] })).rejects.toMatchObject({ code: "badInput" });
  await expect(
    labelled({ args: "class 4", clicks: [{ ...click, inside: false }] }),
  ).rejects.toMatchObject({ code: "badInput", message: expect.stringContaining("inside") });
});

test("an expert that takes no clicks passes them over", async () => {
  const signal = new AbortController().signal;
  const clicks = [{ at: [1, 1, 0] as [number, number, number], inside: true }];
  await expect(
    experts.runImage("prompt-tiny", body(), { signal, args: "class 1", clicks }),
  ).rejects.toMatchObject({
    code: "badInput",
    message: expect.stringContaining("takes no clicks"),
  });
});

test("a window's logits from the three converted networks differ from MONAI's class head and point head", async () => {
  const { size, classes, logits, points, kinds, pointLogits } = golden.window;
  const image = Float32Array.from(
    { length: size ** 3 },
    (_, at) =>
      0.5 +
      0.4 *
        Math.sin(Math.floor(at / size ** 2) / 2) *
        Math.cos((Math.floor(at / size) % size) / 3) *
        Math.sin((at % size) / 2 + 1),
  );
  const network = (file: string) => openSession(join(fixtures, "vista3d-tiny", file), ["cpu"], 1);
  const window = { type: "float32" as const, dims: [1, 1, size, size, size], data: image };
  const [features, head, clicks] = await Promise.all(
    ["features.onnx", "classes.onnx", "points.onnx"].map(network),
  );
  const mapped = await features?.run({ image: window });
  const asked = BigInt64Array.from(classes, BigInt);
  const made = await head?.run({
    features: mapped?.outputs["features"] as never,
    class_ids: { type: "int64", dims: [classes.length, 1], data: asked },
  });
  expect(largest(made?.outputs["logits"]?.data as Float32Array, logits)).toBeLessThan(1e-4);
  const pointed = await clicks?.run({
    image: window,
    points: { type: "float32", dims: [1, kinds.length, 3], data: Float32Array.from(points) },
    kinds: { type: "int64", dims: [1, kinds.length], data: BigInt64Array.from(kinds, BigInt) },
  });
  expect(largest(pointed?.outputs["logits"]?.data as Float32Array, pointLogits)).toBeLessThan(1e-4);
});
