/**
 * Times the way from a CT to its label map on the reference network and the reference CT, VISTA3D chain, 128³
 * windows at overlap 0.25: `node electron/features/models/steps/sliding-window.measure.ts [threads]`.
 * `models/convert/proofs/sliding_window_time.py` times MONAI on the same: run them in turn.
 */
import { join } from "node:path";
import { openSession } from "../onnx.ts";
import { byWindows } from "../serve-windows.ts";
import { golden, gridAt, hasGolden, imagingData } from "./golden.ts";
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
let counts: number[] = [];
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
  const before = process.cpuUsage();
  const { labels, msRuntime: network } = await byWindows(
    {
      ...{ kind: "slidingWindow", file: "", input: "image", output: "logits", padMode: "constant" },
      ...{ roi: [128, 128, 128], overlap: 0.25, mode: "constant", sigmaScale: 0.125 },
      ...{ cval: 0, batch: 1 },
    },
    {
      ...{ grid, session, onProgress: () => {} },
      steps: [{ step: "argmaxOrBackground", background: "nonPositive" }],
    },
    [1, 2, 3],
  );
  const whole = performance.now() - ready;
  counts = [1, 2, 3].map((id) => labels.data.reduce((n, label) => n + Number(label === id), 0));
  const { user, system } = process.cpuUsage(before);
  const cpu = (user + system) / 1000;
  times.push({ pre: ready - started, whole, network, cpu });
}
const best = (key: "pre" | "whole" | "network" | "cpu"): number =>
  Math.round(Math.min(...times.slice(1).map((one) => one[key])));
console.log(
  `pre-processing ${best("pre")} ms; windows to labels ${best("whole")} ms, of it the network ${best("network")} ms (best of 3 after one warm-up); processor time of the windows ${times
    .slice(1)
    .map(({ cpu }) => Math.round(cpu))
    .join(", ")} ms; voxels ${counts.join(", ")}`,
);
