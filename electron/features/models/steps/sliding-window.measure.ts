/**
 * Times sliding-window inference on the reference network and the reference CT, VISTA3D chain, 128³
 * windows at overlap 0.25: `node electron/features/models/steps/sliding-window.measure.ts [threads]`.
 * `models/convert/proofs/sliding_window_time.py` times MONAI on the same; run both
 * at the same time with one thread each: on a busy machine their processor times can still be compared.
 */
import { join } from "node:path";
import { openSession } from "../onnx.ts";
import { golden, gridAt, hasGolden, imagingData } from "./golden.ts";
import { slidingWindow } from "./sliding-window.ts";
import { preprocessVolume } from "./volume-steps.ts";

if (!hasGolden) {
  console.log(`Nothing timed: no reference data at ${golden}.`);
  process.exit(0);
}
const session = await openSession(
  join(golden, "sliding_window", "tiny3d.onnx"),
  ["cpu"],
  Number(process.argv[2] ?? 2),
);
const image = gridAt(join(imagingData, "ct_totalsegmentator", "example_ct.nii.gz"));
const times: { pre: number; whole: number; network: number; cpu: number }[] = [];
for (let run = 0; run < 4; run += 1) {
  const started = performance.now();
  const { grid } = preprocessVolume(image, [
    { step: "spacing", mm: [1.5, 1.5, 1.5], mode: "bilinear" },
    { step: "cropForeground", threshold: 0, marginVox: 10, allowSmaller: true, kDivisible: 1 },
    {
      step: "intensityRange",
      aMin: -963.8247715525971,
      aMax: 1053.678477684517,
      bMin: 0,
      bMax: 1,
      clip: true,
    },
    { step: "orient", axes: "RAS" },
  ]);
  const ready = performance.now();
  let network = 0;
  const before = process.cpuUsage();
  await slidingWindow(
    grid,
    { roi: [128, 128, 128], overlap: 0.25, mode: "constant", sigmaScale: 0.125, cval: 0, batch: 1 },
    async (windows, n, roi) => {
      const { outputs, msRuntime } = await session.run({
        image: { type: "float32", dims: [n, 1, ...roi], data: windows },
      });
      network += msRuntime;
      return outputs["logits"]?.data as Float32Array;
    },
  );
  const { user, system } = process.cpuUsage(before);
  const cpu = (user + system) / 1000;
  times.push({ pre: ready - started, whole: performance.now() - ready, network, cpu });
}
const best = (key: "pre" | "whole" | "network" | "cpu"): number =>
  Math.round(Math.min(...times.slice(1).map((one) => one[key])));
console.log(
  `pre-processing ${best("pre")} ms; sliding window ${best("whole")} ms, of it the network ${best("network")} ms (best of 3 after one warm-up); processor time of the sliding window ${times.slice(1).map(({ cpu }) => Math.round(cpu)).join(", ")} ms`,
);
