import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { loadSeries } from "../../imaging/load.ts";
import { cropForeground, type CropRule } from "./foreground.ts";
import {
  at,
  blockDifference,
  golden,
  goldenJson,
  goldenTitle,
  gridAt,
  hasGolden,
  imagingData,
} from "./golden.ts";
import { gridOf, type Changed, type Grid, type LabelGrid, type Size } from "./grid.ts";
import { normalizeNonzero } from "./intensity.ts";
import { orient } from "./orient.ts";
import { respace } from "./spacing.ts";
import { preprocessVolume } from "./volume-steps.ts";
import type { PreprocessStep } from "../manifest.ts";

const triple = z.tuple([z.number(), z.number(), z.number()]);
const caseSchema = z.looseObject({
  file: z.string(),
  source: z.string().optional(),
  output_shape: z.array(z.number()),
  affine_ras: z.array(z.array(z.number())),
  samples_index: z.array(z.array(z.number())).optional(),
  samples_value: z.array(z.number()).optional(),
  block_offset: triple.optional(),
});
type Case = z.infer<typeof caseSchema>;
const cases = hasGolden
  ? z.object({ cases: z.array(caseSchema) }).parse(goldenJson("transforms/transforms.json")).cases
  : [];
const named = (file: string): Case => {
  const found = cases.find((one) => one.file === `${file}.nii.gz`);
  if (found === undefined) throw new Error(`no case ${file}`);
  return found;
};
const sources: Record<string, string> = {
  ct: "ct_totalsegmentator/example_ct.nii.gz",
  mr: "ct_totalsegmentator/example_mr_sm.nii.gz",
  flair: "nifti_samples/FLAIR.nii.gz",
  lesion: "nifti_samples/lesion.nii.gz",
  ctLabel: "ct_totalsegmentator/example_seg_fast_force_split.nii.gz",
  mrLabel: "ct_totalsegmentator/example_seg_mr.nii.gz",
};
const source = (key: string): Grid => gridAt(join(imagingData, sources[key] ?? key));
const reference = (file: string): Grid => gridAt(join(golden, "transforms", `${file}.nii.gz`));
const asLabels = (grid: Grid): LabelGrid => ({ ...grid, data: Uint8Array.from(grid.data) });

/** Shape, affine, the stored block and the samples of the whole output. */
function compare(actual: Grid, file: string, tolerance: number): void {
  const about = named(file);
  expect(actual.size).toEqual(about.output_shape.slice(-3));
  about.affine_ras
    .flat()
    .forEach((value, index) => expect(actual.affine[index]).toBeCloseTo(value, 5));
  expect(
    blockDifference(actual, reference(file), about.block_offset ?? [0, 0, 0]),
  ).toBeLessThanOrEqual(tolerance);
  about.samples_index?.forEach((index, n) => {
    const channel = index.length === 4 ? (index[0] as number) : 0;
    expect(
      Math.abs(at(actual, index.slice(-3), channel) - (about.samples_value?.[n] as number)),
    ).toBeLessThanOrEqual(tolerance);
  });
}

function differing(a: LabelGrid, b: Grid): number {
  return a.data.reduce((count, value, index) => count + (value === b.data[index] ? 0 : 1), 0);
}

const zScore: PreprocessStep[] = [{ step: "normalizeNonzero", perChannel: true }];
const vista: PreprocessStep[] = [
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
];

describe.skipIf(!hasGolden)(goldenTitle("volume steps agree with MONAI 1.5"), () => {
  test("orientation flips the wrong axis or keeps the old origin", () => {
    compare(orient(source("mr"), "RAS").grid, "mr_orientation_ras", 0);
    compare(orient(source("ct"), "RAS").grid, "ct_orientation_ras", 0);
    compare(orient(source("mrLabel"), "RAS").grid, "mr_orientation_ras_label", 0);
    compare(orient(source("ctLabel"), "RAS").grid, "ct_orientation_ras_label", 0);
  });

  test("spacing is off by half a voxel, or sizes round another way", () => {
    compare(
      respace(source("ct"), [2.0317, 1.7123, 2.2713], "bilinear").grid,
      "ct_spacing_notie",
      1e-4,
    );
    compare(respace(source("ct"), [1.5, 1.5, 1.5], "bilinear").grid, "ct_spacing_1p5", 1e-4);
    compare(respace(source("mr"), [1.5, 1.5, 1.5], "bilinear").grid, "mr_spacing_1p5", 1e-4);
    const uneven: Size = [2.0317, 1.7123, 2.2713];
    compare(respace(source("mr"), uneven, "bilinear").grid, "mr_spacing_notie", 1e-4);
    compare(respace(source("ctLabel"), uneven, "nearest").grid, "ct_spacing_notie_label", 0);
    compare(respace(source("mrLabel"), uneven, "nearest").grid, "mr_spacing_notie_label", 0);
  });

  test.each(["ct", "mr"])(
    "labels at half the voxel size move, off the half-way points (%s)",
    (key) => {
      const made = respace(source(`${key}Label`), [1.5, 1.5, 1.5], "nearest").grid;
      const wanted = reference(`${key}_spacing_1p5_label`);
      expect(made.size).toEqual(wanted.size);
      // Every odd index lies midway between two voxels, where MONAI's choice follows its rounding noise.
      let different = 0;
      for (let i = 0; i < made.size[0]; i += 2)
        for (let j = 0; j < made.size[1]; j += 2)
          for (let k = 0; k < made.size[2]; k += 2)
            if (at(made, [i, j, k]) !== at(wanted, [i, j, k])) different += 1;
      expect(different).toBe(0);
    },
  );

  test("oblique volumes lose their rotation or their shear", () => {
    compare(
      respace(source("flair"), [1.3127, 1.7331, 2.1913], "bilinear").grid,
      "flair_oblique_spacing",
      1e-4,
    );
    compare(
      respace(source("lesion"), [1.3127, 1.7331, 2.1913], "nearest").grid,
      "flair_oblique_spacing_label",
      0,
    );
  });

  test("the foreground box forgets its margin, its padding or its multiple", () => {
    const rule = { threshold: 0, marginVox: 10, allowSmaller: true, kDivisible: 1 } as const;
    compare(cropForeground(source("ct"), rule).grid, "ct_crop_foreground_clipped", 0);
    compare(
      cropForeground(source("ct"), { ...rule, allowSmaller: false }).grid,
      "ct_crop_foreground_padded",
      0,
    );
    compare(cropForeground(source("mr"), rule).grid, "mr_crop_foreground_clipped", 0);
    compare(
      cropForeground(source("mr"), { ...rule, allowSmaller: false }).grid,
      "mr_crop_foreground_padded",
      0,
    );
    const uneven: CropRule = {
      threshold: 300,
      marginVox: [3, 0, 5],
      allowSmaller: true,
      kDivisible: 4,
    };
    for (const key of ["ct", "mr"])
      compare(cropForeground(source(key), uneven).grid, `${key}_crop_foreground_gt300_k4`, 0);
  });

  test("intensities are scaled without the clip, or z-scored over the background too", () => {
    for (const key of ["ct", "mr"]) {
      const scaled = preprocessVolume(source(key), vista.slice(2, 3)).grid;
      compare(scaled, `${key}_scale_intensity_range`, 1e-6);
      compare(preprocessVolume(source(key), zScore).grid, `${key}_normalize_intensity`, 1e-5);
    }
  });

  test.each(["ct", "mr"])(
    "the BraTS chain mixes channels, or divides a flat channel by zero (%s)",
    (key) => {
      const { data, ...rest } = source(key);
      const four = Float32Array.from([
        ...data,
        ...data.map((x) => Math.max(x - 100, 0)),
        ...data.map((x) => (x > 0 ? 7 : 0)),
        ...data.map(() => 0),
      ]);
      const scored = preprocessVolume({ ...rest, channels: 4, data: four }, zScore).grid;
      compare(scored, `${key}_brats_bundle_chain`, 1e-5);
    },
  );

  test.each(["ct", "mr", "ctdicom"])(
    "the VISTA3D chain runs its steps in another order (%s)",
    async (key) => {
      const folder = join(imagingData, "ct_totalsegmentator/example_ct_dicom");
      const from =
        key === "ctdicom" ? gridOf((await loadSeries(folder, () => {})).volume) : source(key);
      const chain = preprocessVolume(from, vista);
      compare(chain.grid, `${key}_vista3d_chain`, 1e-6);
      const labels = asLabels(reference(`${key}_vista3d_chain_label`));
      expect(differing(chain.undo(labels), reference(`${key}_vista3d_inverse_label`))).toBe(0);
    },
  );

  test("labels come back shifted after resampling", () => {
    const back = (chain: Changed, name: string): number =>
      differing(
        chain.undo(asLabels(reference(`${name}_chain_label`))),
        reference(`${name}_inverse_label`),
      );
    const brats = preprocessVolume(source("mr"), [
      { step: "orient", axes: "RAS" },
      { step: "spacing", mm: [1, 1, 1], mode: "bilinear" },
    ]);
    expect(back(brats, "mr_brats_ras_1mm")).toBe(0);
    for (const key of ["ct", "mr"]) {
      const { undo } = respace(source(key), [2.0317, 1.7123, 2.2713], "bilinear");
      const labels = undo(asLabels(reference(`${key}_spacing_notie_label`)));
      expect(differing(labels, reference(`${key}_spacing_notie_inverse_label`))).toBe(0);
    }
  });

  test("rounding noise of resampling is taken for foreground (the sounder rule beside MONAI's)", () => {
    const statistics = z
      .array(
        z.object({
          without_rounding_noise: z.object({
            mean: z.number().nullable(),
            population_std: z.number().nullable(),
          }),
        }),
      )
      .parse(named("mr_brats_ras_1mm_chain")["channel_statistics"]);
    const spaced = preprocessVolume(source("mr"), [
      { step: "orient", axes: "RAS" },
      { step: "spacing", mm: [1, 1, 1], mode: "bilinear" },
    ]).grid;
    const scored = Float32Array.from(spaced.data);
    normalizeNonzero(scored, 1, true);
    const { mean, population_std: spread } = statistics[0]?.without_rounding_noise ?? {
      mean: 0,
      population_std: 1,
    };
    const where = spaced.data.findIndex((value) => value > 100);
    expect(((spaced.data[where] as number) - (mean ?? 0)) / (spread ?? 1)).toBeCloseTo(
      scored[where] as number,
      4,
    );
  });
});
