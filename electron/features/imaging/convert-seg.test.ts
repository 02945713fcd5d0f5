import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { CommandContext } from "../../command.ts";
import type { Volume } from "../../api/volume.ts";
import { convertImage } from "./convert.ts";
import { readDicom } from "./dicom.ts";
import { segmentLabels } from "./dicom-seg.ts";
import { writeSegmentation, type Maker, type SegmentToWrite } from "./dicom-seg-writer.ts";
import { errorsOf } from "./fixtures/dciodvfy.ts";
import { dicomSlice } from "./fixtures/dicom-slice.ts";
import { loadSeries } from "./load.ts";
import { readNifti, writeNifti } from "./nifti.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "evidesk-seg-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}
const bytesAt = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

async function convert(from: string, to: string, values: Record<string, string> = {}) {
  const context = { progress: () => {} } as unknown as CommandContext;
  return (await convertImage.run.call(
    convertImage,
    { positionals: [from, to], values, json: true },
    context,
  )) as { files: string[]; modality: string; warnings?: string[] };
}

const grid = {
  shape: [3, 2, 2] as [number, number, number],
  affine: [-0.25, 0, 0, 0, 0, -0.5, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1],
};
const maker: Maker = { algorithm: "ct-tissue", version: "1.0.0", type: "AUTOMATIC" };
const labels: SegmentToWrite[] = [
  { id: 2, name: "fat", color: "#f2c14e", snomed: { code: "55603005", meaning: "Adipose tissue" } },
  { id: 5, name: "lungs", color: "#7cc4e8", snomed: { code: "39607008", meaning: "Lung" } },
  { id: 9, name: "nodule", color: "#ff0010", maker: { ...maker, type: "MANUAL" } },
];
/** Label 5 is empty; no row, column or slice is like another. */
const data = Uint8Array.of(2, 0, 0, 9, 0, 0, 0, 2, 2, 0, 0, 9);
const made = (path: string) =>
  segmentLabels(readDicom(bytesAt(path), path).dataSet).map(
    ({ segment: _segment, category: _category, property: _property, family: _family, ...label }) =>
      label,
  );

function series(path: string): string {
  for (const k of [0, 1])
    writeFileSync(join(path, `${k}.dcm`), dicomSlice({ position: [0, 0, 5 * k], instance: k + 1 }));
  return path;
}

test("what made a segmentation, its codes and its empty segments outlive SEG to SEG and SEG to NIfTI to SEG", async () => {
  const path = folder();
  const reference = series(folder());
  const first = join(path, "model.dcm");
  writeFileSync(first, writeSegmentation({ ...grid, data }, labels, maker));
  expect(made(first)).toMatchObject([
    { id: 2, name: "fat", made: "AUTOMATIC", algorithm: "ct-tissue", version: "1.0.0" },
    { id: 5, name: "lungs", snomed: { code: "39607008" }, color: "#7cc4e8" },
    { id: 9, made: "MANUAL" },
  ]);
  const whose = (file: string) => {
    const { dataSet } = readDicom(bytesAt(file), file);
    return [dataSet.string("x0020000d"), dataSet.string("x00200052")];
  };
  const told = await convert(first, join(path, "again.dcm"));
  expect(told.warnings).toBeUndefined();
  expect(made(join(path, "again.dcm"))).toEqual(made(first));
  expect(whose(join(path, "again.dcm"))).toEqual(whose(first));

  const { files } = await convert(first, join(path, "mask.nii.gz"));
  expect(files).toEqual([join(path, "mask.nii.gz"), join(path, "mask.json")]);
  expect(JSON.parse(readFileSync(join(path, "mask.json"), "utf8"))).toMatchObject({
    format: "evidesk-mask/1",
    labels: [{ id: 2, voxels: 3 }, { id: 5, voxels: 0 }, { id: 9 }],
  });
  await convert(join(path, "mask.nii.gz"), join(path, "third.dcm"), { reference });
  expect(made(join(path, "third.dcm"))).toEqual(made(first));
  expect((await loadSeries(join(path, "third.dcm"), () => {})).volume.data).toEqual(data);
  for (const name of ["again.dcm", "third.dcm"])
    expect(errorsOf(bytesAt(join(path, name)))).toEqual([]);
});

test("a label map that was edited beside its sidecar is no program's alone; without a sidecar nobody is named", async () => {
  const path = folder();
  const mask = join(path, "mask.nii");
  writeFileSync(join(path, "model.dcm"), writeSegmentation({ ...grid, data }, labels, maker));
  await convert(join(path, "model.dcm"), mask);
  writeFileSync(mask, writeNifti({ ...grid, data: data.map((id) => (id === 9 ? 2 : id)) }, false));
  const edited = await convert(mask, join(path, "edited.dcm"));
  expect(edited.warnings?.join()).toMatch(/it was edited since/);
  expect(made(join(path, "edited.dcm"))).toMatchObject([
    { name: "fat", made: "SEMIAUTOMATIC", algorithm: "ct-tissue" },
    { name: "lungs" },
    { made: "MANUAL" },
  ]);
  rmSync(join(path, "mask.json"));
  const bare = await convert(mask, join(path, "bare.dcm"));
  expect(bare.warnings?.join()).toMatch(/names no label 2.*does not say what made label 2/);
  expect(made(join(path, "bare.dcm"))).toMatchObject([
    { name: "Label 2", made: "SEMIAUTOMATIC", algorithm: expect.stringMatching(/^Unknown/) },
  ]);
  expect(errorsOf(bytesAt(join(path, "bare.dcm")))).toEqual([]);
});

test("another's JSON beside the mask is not written over", async () => {
  const path = folder();
  writeFileSync(join(path, "model.dcm"), writeSegmentation({ ...grid, data }, labels, maker));
  writeFileSync(join(path, "mask.json"), '{"EchoTime": 0.03}');
  await expect(convert(join(path, "model.dcm"), join(path, "mask.nii"))).rejects.toThrow(
    /is no sidecar of a mask/,
  );
  expect(existsSync(join(path, "mask.nii"))).toBe(false);
  expect(readFileSync(join(path, "mask.json"), "utf8")).toBe('{"EchoTime": 0.03}');
});

/** The same voxels at the same places, with the first axis mirrored and the last two swapped. */
function turned(): Pick<Volume, "shape" | "affine"> & { data: Uint8Array } {
  const [nx, ny, nz] = grid.shape;
  const out = new Uint8Array(data.length);
  for (let k = 0; k < nz; k += 1)
    for (let j = 0; j < ny; j += 1)
      for (let i = 0; i < nx; i += 1)
        out[nx - 1 - i + nx * (k + nz * j)] = data[i + nx * (j + ny * k)] as number;
  return {
    shape: [nx, nz, ny],
    affine: [0.25, 0, 0, -0.5, 0, 0, -0.5, 0, 0, 5, 0, 0, 0, 0, 0, 1],
    data: out,
  };
}

test("a label map with mirrored and swapped axes lands on the reference's voxels; another lattice is refused", async () => {
  const path = folder();
  const reference = series(folder());
  writeFileSync(join(path, "turned.nii"), writeNifti(turned(), false));
  await convert(join(path, "turned.nii"), join(path, "turned.dcm"), { reference });
  const back = await loadSeries(join(path, "turned.dcm"), () => {});
  expect([back.volume.shape, [...back.volume.data]]).toEqual([grid.shape, [...data]]);

  const other = {
    // A quarter of a column aside; every second column only; a voxel further on than the reference goes.
    shifted: { ...grid, affine: grid.affine.map((value, at) => (at === 3 ? 0.0625 : value)) },
    coarse: { ...grid, affine: grid.affine.map((value, at) => (at === 0 ? -0.5 : value)) },
    outside: { ...grid, affine: grid.affine.map((value, at) => (at === 3 ? -0.25 : value)) },
  };
  for (const [name, wrong] of Object.entries(other)) {
    writeFileSync(join(path, `${name}.nii`), writeNifti({ ...wrong, data }, false));
    await expect(
      convert(join(path, `${name}.nii`), join(path, "no.dcm"), { reference }),
      name,
    ).rejects.toThrow(
      /origin \(.*\) mm, spacing \(.*\) mm, directions .*Reference: 3 × 2 × 2 voxels/,
    );
  }
  expect(existsSync(join(path, "no.dcm"))).toBe(false);
});

test("a series goes into a folder of its own, says the modality it was given, and has what its class must have", async () => {
  const path = folder();
  const image = join(path, "image.nii");
  const values = Int16Array.from({ length: 12 }, (_, at) => 10 * at);
  writeFileSync(image, writeNifti({ ...grid, data: values }, false));
  for (const modality of ["ct", "MR", undefined]) {
    const out = join(path, modality ?? "other");
    const told = await convert(image, out, modality ? { modality } : {});
    expect(told.modality).toBe(modality?.toUpperCase() ?? "unknown");
    expect(errorsOf(bytesAt(join(out, "0001.dcm"))), modality).toEqual([]);
    if (modality !== undefined) {
      const { dataSet } = readDicom(bytesAt(join(out, "0001.dcm")), "0001.dcm");
      expect(dataSet.string("x00080060")).toBe(modality.toUpperCase());
    }
  }
  await expect(convert(image, join(path, "pet"), { modality: "PT" })).rejects.toThrow(
    /--modality takes CT or MR, not "PT"/,
  );
  writeFileSync(join(path, "ct", "notes.txt"), "mine");
  const before = readdirSync(join(path, "ct"));
  await expect(convert(image, join(path, "ct"))).rejects.toThrow(
    /holds 3 files.*Nothing was written/,
  );
  expect(readdirSync(join(path, "ct"))).toEqual(before);
  await expect(convert(image, join(path, "ct", "0001.dcm", "deep"))).rejects.toThrow(/is a file/);
  expect(readNifti(bytesAt(image), image).shape).toEqual(grid.shape);
});
