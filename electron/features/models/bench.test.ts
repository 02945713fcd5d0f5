import { join } from "node:path";
import { expect, test } from "vitest";
import { usualSize } from "./bench.ts";
import { readPack } from "./pack.ts";
import { windowStarts } from "./steps/sliding-window.ts";

/** Windows that the made-up scan takes along each axis, on the grid that the network runs on. */
async function windowsOf(fixture: string): Promise<number[]> {
  const { manifest } = await readPack(join(import.meta.dirname, "fixtures", fixture), false);
  const { inference, preprocess } = manifest;
  if (inference.kind !== "slidingWindow" && inference.kind !== "classPrompt")
    throw new Error(`${fixture} runs over no windows`);
  const { shape, mm } = usualSize(manifest);
  const spacing = preprocess.find(({ step }) => step === "spacing");
  return shape.map((length, axis) => {
    const finer = spacing?.step === "spacing" ? (mm[axis] ?? 1) / (spacing.mm[axis] ?? 1) : 1;
    return windowStarts(length * finer, inference.roi[axis] ?? 0, inference.overlap).length;
  });
}

test("a bench of a pack with tiny windows takes thousands of them a run, or a single one", async () => {
  expect(await windowsOf("segresnet-tiny")).toEqual([2, 2, 2]);
  expect(await windowsOf("vista3d-tiny")).toEqual([2, 2, 2]);
});
