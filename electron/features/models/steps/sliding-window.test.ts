import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Volume } from "../../../api/volume.ts";
import { forkWorker } from "../fork-worker.ts";
import { openSession } from "../onnx.ts";
import { createWorkerClient } from "../worker-client.ts";
import { at, golden, goldenJson, goldenTitle, hasGolden, readNpz } from "./golden.ts";
import { place, sizeOf, voxelOrder, type Grid, type Size } from "./grid.ts";
import { unpackLabels } from "./label-runs.ts";
import {
  eachCell,
  importance,
  windowStarts,
  type Predict,
  type WindowRule,
} from "./sliding-window.ts";

const triple = z.tuple([z.number(), z.number(), z.number()]);
const caseSchema = z.object({
  name: z.string(),
  file: z.string(),
  input: z.string(),
  roi: triple,
  overlap: z.number(),
  mode: z.enum(["constant", "gaussian"]),
  window_starts: z.tuple([z.array(z.number()), z.array(z.number()), z.array(z.number())]),
  padded_size: triple,
  block_offset: triple.optional(),
  voxels_with_top2_margin_below_1e_4: z.number(),
  samples_index: z.array(z.array(z.number())),
  samples_value: z.array(z.number()),
});
const about = hasGolden
  ? z
      .object({
        cases: z.array(caseSchema),
        importance: z.record(
          z.string(),
          z.object({ sum: z.number(), line_axis0_through_centre: z.array(z.number()) }),
        ),
      })
      .parse(goldenJson("sliding_window/sliding_window.json"))
  : { cases: [], importance: {} };
const network = join(golden, "sliding_window", "tiny3d.onnx");
const settings = { devices: ["cpu"], threads: 1 };
const worker = createWorkerClient(forkWorker);
afterAll(() => worker.stop());

/** All cells in one grid: the network's three channels over the whole image. */
async function blended(image: Grid, rule: WindowRule, predict: Predict): Promise<Grid> {
  const whole: Grid = { ...image, channels: 3, data: new Float32Array(3 * sizeOf(image.size)) };
  await eachCell(image, rule, predict, ({ scores, start }) => place(scores, whole, start));
  return whole;
}

function inputGrid(file: string): Grid {
  const image = Object.values(readNpz(`sliding_window/${file}`))[0];
  if (!(image?.data instanceof Float32Array)) throw new Error("no float input");
  return { size: image.shape.slice(-3) as Size, channels: 1, data: image.data, affine: [] };
}

const ruleOf = (one: z.infer<typeof caseSchema>, batch: number): WindowRule => ({
  roi: one.roi,
  overlap: one.overlap,
  mode: one.mode,
  sigmaScale: 0.125,
  cval: 0,
  batch,
});

test("the last window is not moved back, or a window as large as the image slides", () => {
  expect(windowStarts(122, 32, 0.25)).toEqual([0, 24, 48, 72, 90]);
  expect(windowStarts(16, 16, 0.5)).toEqual([0]);
  expect(windowStarts(11, 16, 0.5)).toEqual([0]);
  expect(windowStarts(5, 1, 0.95)).toEqual([0, 1, 2, 3, 4]);
});

describe.skipIf(!hasGolden)(goldenTitle("sliding windows agree with MONAI 1.5"), () => {
  test("the gaussian has no floor, or its centre is off by half a voxel", () => {
    for (const [key, expected] of Object.entries(about.importance)) {
      const roi = key.split("x").map(Number) as Size;
      const weights = importance(roi, "gaussian", 0.125);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(expected.sum, 2);
      const line = expected.line_axis0_through_centre.map(
        (_, i) => weights[(i * roi[1] + Math.floor(roi[1] / 2)) * roi[2] + Math.floor(roi[2] / 2)],
      );
      line.forEach((weight, i) =>
        expect(weight).toBeCloseTo(expected.line_axis0_through_centre[i] as number, 6),
      );
    }
  });

  test.each(about.cases)("windows are blended another way: $name", async (one) => {
    const image = inputGrid(one.input);
    one.padded_size.forEach((length, axis) =>
      expect(windowStarts(length, one.roi[axis] as number, one.overlap)).toEqual(
        one.window_starts[axis],
      ),
    );
    const session = await openSession(network, ["cpu"], 1);
    const scores = await blended(image, ruleOf(one, 2), async (windows, n, roi) => {
      const { outputs } = await session.run({
        image: { type: "float32", dims: [n, 1, ...roi], data: windows },
      });
      return outputs["logits"]?.data as Float32Array;
    });
    await session.release();
    one.samples_index.forEach(([channel, ...index], n) =>
      expect(
        Math.abs(at(scores, index, channel) - (one.samples_value[n] as number)),
      ).toBeLessThanOrEqual(1e-5),
    );
    const stored = readNpz(`sliding_window/${one.file}`);
    const block = stored["logits"];
    if (block) {
      const [, bx = 0, by = 0, bz = 0] =
        block.shape.length === 5 ? block.shape.slice(1) : block.shape;
      const offset = one.block_offset ?? [0, 0, 0];
      let most = 0;
      for (let c = 0; c < 3; c += 1)
        for (let i = 0; i < bx; i += 1)
          for (let j = 0; j < by; j += 1)
            for (let k = 0; k < bz; k += 1) {
              const expected = block.data[((c * bx + i) * by + j) * bz + k] as number;
              most = Math.max(
                most,
                Math.abs(at(scores, [i + offset[0], j + offset[1], k + offset[2]], c) - expected),
              );
            }
      expect(most).toBeLessThanOrEqual(6e-4);
    }
  });

  test("the worker's labels differ from the argmax of MONAI's logits", async () => {
    for (const one of about.cases.slice(0, 3)) {
      const inference = {
        kind: "slidingWindow" as const,
        file: "",
        input: "image",
        output: "logits",
        padMode: "constant" as const,
        ...ruleOf(one, 4),
      };
      const steps = [{ step: "argmaxOrBackground" as const, background: "channel" as const }];
      const grid = inputGrid(one.input);
      const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
      const image: Volume = {
        shape: grid.size,
        channels: 1,
        spacing: [1, 1, 1],
        affine,
        data: voxelOrder(grid),
        modality: "CT",
        units: "",
      };
      const reply = await worker.label({
        path: network,
        ...settings,
        image,
        preprocess: [],
        inference,
        postprocess: steps,
        ids: [0, 1, 2],
      });
      const expected = voxelOrder({
        ...grid,
        data: Uint8Array.from(readNpz(`sliding_window/${one.file}`)["argmax"]?.data ?? []),
      });
      const { labels } = unpackLabels(reply.labels);
      const different = labels.reduce(
        (count, value, index) => count + (value === expected[index] ? 0 : 1),
        0,
      );
      expect(labels.length).toBe(expected.length);
      expect(different).toBeLessThanOrEqual(one.voxels_with_top2_margin_below_1e_4);
    }
  });
});
