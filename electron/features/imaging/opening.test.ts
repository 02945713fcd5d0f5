import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openAssets } from "../review/assets.ts";
import { dicomSlice } from "./fixtures/dicom-slice.ts";
import { writeNifti } from "./nifti.ts";
import { openImages } from "./open.ts";
import { createOpeningHandlers } from "./opening.ts";
import { loadVolume } from "./series-store.ts";
import { openStudies } from "./studies.ts";

/** Three volumes of 2 × 2 × 2 voxels; those of the second are 100 and more, of the third 200. */
function fourDimensional(): Uint8Array {
  const values = [0, 100, 200].map((from) => Int16Array.from({ length: 8 }, (_, n) => from + n));
  const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const first = writeNifti({ shape: [2, 2, 2], affine, data: values[0] as Int16Array }, false);
  const bytes = new Uint8Array(first.length + 32);
  bytes.set(first);
  bytes.set(new Uint8Array((values[1] as Int16Array).buffer), first.length);
  bytes.set(new Uint8Array((values[2] as Int16Array).buffer), first.length + 16);
  const view = new DataView(bytes.buffer);
  view.setInt16(40, 4, true);
  view.setInt16(48, 3, true);
  return bytes;
}

function desk() {
  const path = mkdtempSync(join(tmpdir(), "evidesk-opening-"));
  const assets = openAssets(join(path, "assets"));
  const studies = openStudies(join(path, "studies.evidesk"));
  onTestFinished(() => {
    studies.close();
    rmSync(path, { recursive: true });
  });
  const handlers = createOpeningHandlers({ studies: () => studies, assets, reviewer: () => "AB" });
  return { assets, handlers };
}

test("another volume of a four-dimensional file becomes one series of its own with its own values", async () => {
  const { assets, handlers } = desk();
  const frame = { signal: new AbortController().signal, emit: () => {} };
  const name = "perfusion/four.nii";
  const { id: assetId } = await assets.put(fourDimensional(), { name, type: "" });
  const { study } = await handlers["imaging.open"]({ name: "", files: [{ assetId, name }] }, frame);
  const [first] = study?.images ?? [];
  expect(first?.volumes).toEqual({ index: 1, count: 3 });
  const ask = (volume: number) =>
    handlers["imaging.volume"](
      { studyId: study?.id ?? "", seriesId: first?.id ?? "", volume },
      frame,
    );
  const third = await ask(3);
  const series = third.study.images.find(({ id }) => id === third.seriesId);
  expect([series?.name, series?.volumes]).toEqual([
    "perfusion/four.nii, volume 3 of 3",
    { index: 3, count: 3 },
  ]);
  if (series === undefined) throw new Error("no series");
  expect([...(await loadVolume(series, assets)).data]).toEqual([
    200, 201, 202, 203, 204, 205, 206, 207,
  ]);
  expect((await ask(3)).study.images).toHaveLength(2);
  expect((await ask(1)).seriesId).toBe(first?.id);
  await expect(ask(4)).rejects.toThrow(/holds 3 volumes; there is no volume 4/);
});

test("a file of more than 2 GB is refused by its size before it is read, and the others open", async () => {
  const { assets, handlers } = desk();
  const large = await assets.put(new Uint8Array(4), { name: "cine.dcm", type: "" });
  // A hole on the disk: as long as 2.4 GB of frames, and no room taken.
  truncateSync(assets.path(large.id), 2_400_000_000);
  const good = await assets.put(dicomSlice(), { name: "good.dcm", type: "" });
  const { study, rejected } = await handlers["imaging.open"](
    {
      name: "",
      files: [
        { assetId: large.id, name: "cine.dcm" },
        { assetId: good.id, name: "good.dcm" },
      ],
    },
    { signal: new AbortController().signal, emit: () => {} },
  );
  expect(study?.images).toHaveLength(1);
  expect(rejected).toEqual([
    { file: "cine.dcm", reason: '"cine.dcm" has 2.4 GB; files of up to 2.1 GB are read.' },
  ]);
});

test("a small file that promises gigabytes of frames is refused by what it promises", async () => {
  const bytes = dicomSlice({
    more: {
      "00280008": ["IS", 60_000],
      "00280010": ["US", 4096],
      "00280011": ["US", 4096],
    },
  });
  const { series, rejected } = await openImages([{ name: "promise.dcm", bytes }]);
  expect(series).toEqual([]);
  expect(rejected[0]?.reason).toMatch(/"promise\.dcm": 4096 × 4096 × 60000 pixels are too many/);
});

test("a glance shows the slice with the values it will have in its series, and writes nothing", async () => {
  const { assets, handlers } = desk();
  const frame = { signal: new AbortController().signal, emit: () => {} };
  const bytes = dicomSlice({ position: [0, 0, 5] });
  const { id: assetId } = await assets.put(bytes, { name: "slice.dcm", type: "" });
  const found = await handlers["imaging.glance"]({ assetId, name: "slice.dcm" }, frame);
  const { series } = await openImages([{ name: "slice.dcm", bytes }]);
  const seen = Buffer.from(found?.voxels ?? "", "base64");
  expect(new Int16Array(new Uint8Array(seen).buffer)).toEqual(series[0]?.volume.data);
  expect(found?.series).toMatchObject({ dtype: "int16", affine: series[0]?.volume.affine });
  const other = await assets.put(fourDimensional(), { name: "four.nii", type: "" });
  expect(await handlers["imaging.glance"]({ assetId: other.id, name: "four.nii" }, frame)).toBe(
    null,
  );
});
