import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import type { CommandContext } from "../../command.ts";
import { convertImage } from "./convert.ts";
import { dicomSlice } from "./fixtures/dicom-slice.ts";
import { errorsOf } from "./fixtures/dciodvfy.ts";
import { slices, square, structureSet } from "./fixtures/structure-set.ts";
import { readNifti, writeNifti } from "./nifti.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "evidesk-convert-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}
const bytesAt = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

async function convert(from: string, to: string, values: Record<string, string> = {}) {
  const notes: string[] = [];
  const context = { progress: (text: string) => notes.push(text) } as unknown as CommandContext;
  const told = (await convertImage.run.call(
    convertImage,
    { positionals: [from, to], values, json: true },
    context,
  )) as { files: string[]; labels?: { name: string }[] };
  return { ...told, notes };
}

test("a structure set becomes a mask on its series, as NIfTI and as SEG; on another series it is refused", async () => {
  const path = folder();
  const [name, bytes] = structureSet({}, [["CLOSED_PLANAR", square(6, 2, 1.5)]]);
  writeFileSync(join(path, name), bytes);
  for (const [slice, content] of slices) writeFileSync(join(path, slice), content);
  const series = folder();
  for (const [slice, content] of slices) writeFileSync(join(series, slice), content);

  await expect(convert(join(path, name), join(path, "out.nii.gz"))).rejects.toThrow(
    /name its DICOM series with --reference/,
  );
  const made = await convert(join(path, name), join(path, "out.nii.gz"), { reference: series });
  expect(made.labels?.map((label) => label.name)).toEqual(["heart"]);
  const mask = readNifti(bytesAt(join(path, "out.nii.gz")), "out.nii.gz");
  expect(mask.shape).toEqual([10, 10, 3]);
  const marked = [...mask.data].flatMap((value, at) => (value === 1 ? [at] : []));
  // Centres 2 to 7 of the middle slice.
  expect([marked.length, marked[0], marked.at(-1)]).toEqual([36, 122, 177]);

  await convert(join(path, name), join(path, "out.dcm"), { reference: series });
  expect(errorsOf(bytesAt(join(path, "out.dcm"))) ?? []).toEqual([]);

  const other = folder();
  writeFileSync(
    join(other, "a.dcm"),
    dicomSlice({ series: "7.7", more: { "0020000d": ["UI", "7"] } }),
  );
  await expect(
    convert(join(path, name), join(path, "no.nii.gz"), { reference: other }),
  ).rejects.toThrow(/belongs to another study/);
});

test("the volume asked for of a four-dimensional file is written, and one that is not there is refused", async () => {
  const path = folder();
  const shape: [number, number, number] = [2, 2, 2];
  const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const first = writeNifti(
    { shape, affine, data: Int16Array.from({ length: 8 }, (_, n) => n) },
    false,
  );
  const second = Int16Array.from({ length: 8 }, (_, n) => 100 + n);
  const both = new Uint8Array(first.length + second.byteLength);
  both.set(first);
  both.set(new Uint8Array(second.buffer), first.length);
  const view = new DataView(both.buffer);
  view.setInt16(40, 4, true);
  view.setInt16(48, 2, true);
  writeFileSync(join(path, "four.nii.gz"), gzipSync(both));
  await convert(join(path, "four.nii.gz"), join(path, "two.nii"), { volume: "2" });
  expect([...readNifti(bytesAt(join(path, "two.nii")), "two.nii").data]).toEqual([...second]);
  await expect(
    convert(join(path, "four.nii.gz"), join(path, "no.nii"), { volume: "3" }),
  ).rejects.toThrow(/holds 2 volumes; there is no volume 3/);
  await expect(
    convert(join(path, "four.nii.gz"), join(path, "no.nii"), { volume: "0" }),
  ).rejects.toThrow(/--volume takes a number from 1 on/);
  expect(gunzipSync(readFileSync(join(path, "four.nii.gz"))).length).toBe(both.length);
});
