import { expect, test } from "vitest";
import type { PostprocessStep } from "../manifest.ts";
import { postprocessPlanes } from "../planes.ts";
import { openPacker, unpackLabels } from "./label-runs.ts";
import { outline } from "./outline.ts";

const chain = (value: number, ...rest: PostprocessStep[]): PostprocessStep[] => [
  { step: "sigmoid" },
  { step: "invert", mode: "bilinear" },
  { step: "threshold", value },
  ...rest,
];
const tidy: PostprocessStep[] = [
  { step: "keepLargest", count: 3, minFraction: 0.002 },
  { step: "fillHoles" },
];

/** Blobs, flat parts exactly on the threshold, and single pixels. */
function logitsOf(width: number, height: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: width * height }, (_, at) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    const [x, y] = [at % width, Math.floor(at / width)];
    const wave = 6 * Math.sin(x / (3 + (seed % 5))) * Math.cos(y / 4);
    return y % 9 === 0 ? 0 : wave + (state / 0x7fffffff - 0.5) * (seed % 3) * 6;
  });
}

function byRuns(
  data: Float32Array,
  [width, height]: [number, number],
  target: [number, number],
  steps: PostprocessStep[],
): Uint8Array | undefined {
  const runs = outline({ width, height, data }, [...target, 1], steps);
  if (runs === undefined) return undefined;
  const packer = openPacker(target[0] * target[1]);
  packer.addRuns(runs, target[0], 5);
  return unpackLabels(packer.finish()).labels;
}

test("an outline from runs differs from the one by probabilities, in any pixel", () => {
  const sizes: [number, number, number, number][] = [
    [32, 24, 77, 61],
    [40, 40, 40, 40],
    [50, 30, 21, 13],
    [1, 7, 4, 9],
    [7, 1, 3, 5],
  ];
  let set = 0;
  for (const [width, height, wide, tall] of sizes)
    for (const threshold of [0.5, 0.4, 0.03, 0.999])
      for (const seed of [1, 2, 3]) {
        const data = logitsOf(width, height, seed);
        for (const steps of [chain(threshold), chain(threshold, ...tidy)]) {
          const { mask } = postprocessPlanes(
            { width, height, channels: [data], eightBit: false },
            { width: wide, height: tall },
            steps,
            [0, 5],
          );
          expect(byRuns(data, [width, height], [wide, tall], steps)).toEqual(mask);
          set += mask.filter((value) => value > 0).length;
        }
      }
  expect(set).toBeGreaterThan(10_000);
});

test("a logit that is no number is taken for background, wherever it lies", () => {
  for (const at of [0, 5, 15]) {
    const data = new Float32Array(16).fill(at === 5 ? 0 : -9);
    data[at] = Number.NaN;
    expect(() => byRuns(data, [4, 4], [8, 8], chain(0.5))).toThrow(/NaN/);
  }
});

test("a chain that the short way does not cover goes through it all the same", () => {
  const data = new Float32Array(16);
  for (const steps of [
    chain(0.5).slice(1),
    chain(1),
    chain(0.5, { step: "mergePriority", order: [[0, 1]] }),
    [{ step: "sigmoid" }, { step: "invert", mode: "nearest" }, { step: "threshold", value: 0.5 }],
  ] satisfies PostprocessStep[][])
    expect(byRuns(data, [4, 4], [8, 8], steps)).toBeUndefined();
});
