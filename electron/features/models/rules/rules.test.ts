import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Volume } from "../../../api/volume.ts";
import { bundledPacksFolder } from "../../../places.ts";
import { imagingData, volumeAt } from "../steps/golden.ts";
import type { Grid } from "../steps/grid.ts";
import { applyRules } from "./apply.ts";
import { dilate, erode, fillSlices, squaredDistance } from "./morphology.ts";
import { createExperts } from "../experts.ts";
import { forkWorker } from "../fork-worker.ts";
import { openPacks } from "../packs.ts";
import { createWorkerClient } from "../worker-client.ts";

const worker = createWorkerClient(forkWorker);
const experts = createExperts(
  openPacks(bundledPacksFolder, join(bundledPacksFolder, "no-user-packs")),
  worker,
  () => ({ devices: ["cpu"], threads: 1 }),
);
const run = (image: Volume) =>
  experts.runImage("ct-tissue", image, { signal: new AbortController().signal });
afterAll(() => worker.stop());

/** A trunk of soft tissue with a fat rim, two lungs with a vessel, a spine and a bubble of bowel gas; 4 mm voxels, LPS. */
function phantom(): Volume {
  const [nx, ny, nz] = [80, 60, 40];
  const data = new Int16Array(nx * ny * nz).fill(-1000);
  const inside = (x: number, y: number, a: number, b: number, cx: number, cy: number): boolean =>
    ((x - cx) / a) ** 2 + ((y - cy) / b) ** 2 <= 1;
  for (let k = 0; k < nz; k += 1)
    for (let j = 0; j < ny; j += 1)
      for (let i = 0; i < nx; i += 1) {
        const at = i + nx * (j + ny * k);
        if (inside(i, j, 34, 24, 40, 30)) data[at] = -100;
        if (inside(i, j, 30, 20, 40, 30)) data[at] = 40;
        const lung = (inside(i, j, 11, 14, 26, 28) || inside(i, j, 11, 14, 54, 28)) && k < 24;
        if (lung) data[at] = inside(i, j, 1, 1, 26, 28) ? 40 : -820;
        if (inside(i, j, 4, 4, 40, 45)) data[at] = 450;
        if (inside(i, j, 4, 4, 40, 20) && k > 28 && k < 36) data[at] = -990;
      }
  return {
    shape: [nx, ny, nz],
    channels: 1,
    spacing: [4, 4, 4],
    affine: [-4, 0, 0, 0, 0, -4, 0, 0, 0, 0, 4, 0, 0, 0, 0, 1],
    data,
    modality: "CT",
    units: "HU",
  };
}

test("tissue rules call bowel gas lung, lose the fat, or shift labels between LPS and RAS", async () => {
  const image = phantom();
  const result = await run(image);
  if (result.kind !== "segmentation") throw new Error("not a segmentation");
  const label = (i: number, j: number, k: number): number =>
    result.mask.data[i + 80 * (j + 60 * k)] as number;
  const found = {
    lung: label(30, 24, 10),
    vessel: label(26, 28, 10),
    bowel: label(40, 20, 32),
    spine: label(40, 45, 20),
    rim: label(40, 8, 20),
    muscle: label(40, 38, 5),
    air: label(1, 1, 1),
  };
  expect(found).toEqual({ lung: 1, vessel: 1, bowel: 2, spine: 3, rim: 4, muscle: 5, air: 0 });
});

test("distances ignore the voxel's size, or measure along one axis only", () => {
  const region = new Uint8Array(5 * 4 * 3);
  region[0] = 1;
  const distance = squaredDistance(region, { size: [5, 4, 3], spacing: [2, 3, 0.5] });
  expect(distance[(4 * 4 + 3) * 3 + 2]).toBeCloseTo(8 ** 2 + 9 ** 2 + 1, 9);
  expect(
    dilate(region, { size: [5, 4, 3], spacing: [2, 3, 0.5] }, 2).reduce((a, b) => a + b, 0),
  ).toBe(4);
});

test("a body cut by the scan's edge is eaten there", () => {
  const region = new Uint8Array(27).fill(1);
  expect(erode(region, { size: [3, 3, 3], spacing: [1, 1, 1] }, 1)).toEqual(region);
});

test("a cavity open in space but closed in its slice stays open", () => {
  const ring = Uint8Array.from([1, 1, 1, 1, 0, 1, 1, 1, 1]);
  expect([...fillSlices(ring, [3, 3, 1])]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1]);
});

test("a rule may read a region that no rule made", () => {
  const grid: Grid = {
    size: [1, 1, 1],
    channels: 1,
    data: new Float32Array(1),
    affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
  };
  expect(() => applyRules(grid, [{ rule: "erode", name: "a", of: "missing", mm: 1 }], [])).toThrow(
    /"missing"/,
  );
});

const ct = join(imagingData, "ct_totalsegmentator");
describe.skipIf(!existsSync(ct))(
  `lungs on a real CT${existsSync(ct) ? "" : ` (skipped: no ${ct})`}`,
  () => {
    test("the card's Dice of the lungs is not what the pack gives", async () => {
      const truth = volumeAt(join(ct, "example_seg_fast_force_split.nii.gz"));
      const result = await run({ ...volumeAt(join(ct, "example_ct.nii.gz")), modality: "CT" });
      if (result.kind !== "segmentation") throw new Error("not a segmentation");
      const isLung = (id: number): boolean => id >= 10 && id <= 14;
      let [both, sum] = [0, 0];
      for (const [at, id] of result.mask.data.entries()) {
        const reference = isLung(truth.data[at] as number);
        if (id === 1 && reference) both += 1;
        sum += (id === 1 ? 1 : 0) + (reference ? 1 : 0);
      }
      expect((2 * both) / sum).toBeCloseTo(0.9575, 3);
    });
  },
);
