import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { apply, orientationCode, spacingOf, type Vector } from "./geometry.ts";
import { openImages } from "./open.ts";
import { readNifti, writeNifti } from "./nifti.ts";
import type { Volume } from "../../api/volume.ts";

const imaging = join(
  process.env["EVIDESK_SHARED"] ?? join(import.meta.dirname, "../../../../shared"),
  "data/imaging",
);
const golden = join(imaging, "golden/geometry.json");
const reference = existsSync(golden) ? JSON.parse(readFileSync(golden, "utf8")) : null;

type Case = {
  file: string;
  shape: number[];
  affine_ras: number[][];
  orientation: string;
  spacing_from_affine_mm: number[];
  voxels: { ijk: Vector; value: unknown; ras_mm: number[] }[];
};

function valueAt(volume: Volume, [i, j, k]: Vector): number {
  return volume.data[i + volume.shape[0] * (j + volume.shape[1] * k)] as number;
}

const nifti: Case[] = reference ? [...reference.nifti, ...reference.synthetic_nifti] : [];
const readable = nifti.filter(({ file }) => /\.nii(\.gz)?$/.test(file));

test.skipIf(reference === null)(
  "NIfTI geometry, orientation and voxels equal nibabel's (needs the shared data folder)",
  () => {
    const unread: string[] = [];
    for (const one of readable) {
      const path = [join(imaging, one.file), join(imaging, "golden", one.file)].find((candidate) =>
        existsSync(candidate),
      );
      if (path === undefined) continue;
      let volume: Volume;
      try {
        volume = readNifti(new Uint8Array(readFileSync(path)), one.file);
      } catch (thrown) {
        unread.push(`${one.file}: ${thrown instanceof Error ? thrown.message : ""}`);
        continue;
      }
      expect(volume.shape, one.file).toEqual(one.shape.slice(0, 3));
      for (const [at, value] of one.affine_ras.flat().entries())
        expect(volume.affine[at], one.file).toBeCloseTo(value, 4);
      expect(orientationCode(volume.affine), one.file).toBe(one.orientation);
      for (const [axis, mm] of spacingOf(volume.affine).entries())
        expect(mm, one.file).toBeCloseTo(one.spacing_from_affine_mm[axis] as number, 4);
      for (const voxel of one.voxels) {
        apply(volume.affine, voxel.ijk).forEach((mm, axis) =>
          expect(mm, one.file).toBeCloseTo(voxel.ras_mm[axis] as number, 3),
        );
        if (typeof voxel.value === "number" && volume.channels === 1)
          expect(valueAt(volume, voxel.ijk), `${one.file} ${voxel.ijk}`).toBeCloseTo(
            voxel.value,
            2,
          );
      }
    }
    // Complex numbers have no grey value; every other volume is read.
    expect(unread.filter((line) => !line.includes("complex"))).toEqual([]);
  },
);

test.skipIf(reference === null)(
  "a DICOM series is sorted by position and its geometry equals the reference (needs the shared data folder)",
  async () => {
    const { dicom_series: series } = reference;
    const files = (series.files_in_order as string[]).toReversed().map((name) => {
      const path = join(
        imaging,
        series.dir,
        existsSync(join(imaging, series.dir, name)) ? name : `${name}.dcm`,
      );
      return { name, bytes: new Uint8Array(readFileSync(path)) };
    });
    const opened = await openImages(files);
    expect(opened.rejected).toEqual([]);
    const [first] = opened.series;
    expect(first?.files).toEqual(series.files_in_order);
    expect(first?.volume.shape).toEqual(series.shape_ijk);
    const affine: number[] = (series.affine_ras ?? series.affine_ras_mm).flat();
    affine.forEach((value, at) => expect(first?.volume.affine[at]).toBeCloseTo(value, 4));
  },
);

test("a volume written as NIfTI comes back with the same voxels and geometry", () => {
  const affine = [0, 0, 3, -10, -1.5, 0, 0, 20, 0, 2, 0, 5, 0, 0, 0, 1];
  const data = Int16Array.from({ length: 24 }, (_, at) => at * 100 - 1000);
  for (const gzip of [false, true]) {
    const back = readNifti(writeNifti({ shape: [2, 3, 4], affine, data }, gzip), "a.nii");
    expect(back.shape).toEqual([2, 3, 4]);
    expect([...back.data]).toEqual([...data]);
    expect(back.affine).toEqual(affine);
    expect(orientationCode(back.affine)).toBe("PSR");
  }
});

test("a NIfTI header that promises more voxels than the file holds is refused with both numbers", () => {
  const bytes = writeNifti(
    {
      shape: [2, 2, 2],
      affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
      data: new Uint8Array(8),
    },
    false,
  );
  new DataView(bytes.buffer).setInt16(42, 3000, true);
  expect(() => readNifti(bytes, "lie.nii")).toThrow(/3000 × 2 × 2.*the file has 360/);
});
