import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Study } from "../../../api/schemas/imaging.ts";
import { openAssets } from "../../review/assets.ts";
import { writeSegmentation } from "../dicom-seg-writer.ts";
import { errorsOf } from "../fixtures/dciodvfy.ts";
import { dicomSlice } from "../fixtures/dicom-slice.ts";
import { slices, square, structureSet } from "../fixtures/structure-set.ts";
import { openNrrd } from "../nrrd.ts";
import { writeNifti } from "../nifti.ts";
import { openImages, type OpenedSeries } from "../open.ts";
import { createOpeningHandlers } from "../opening.ts";
import { openStudies } from "../studies.ts";

const shared = join(
  process.env["EVIDESK_SHARED"] ?? join(import.meta.dirname, "../../../../../shared"),
  "data/imaging",
);
const segmentations = join(shared, "dicom/dcmqi/data/segmentations");
const absent = !existsSync(segmentations);
const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

type File = [name: string, bytes: Uint8Array];
const at = (...path: string[]): File => [
  path.at(-1) as string,
  new Uint8Array(readFileSync(join(...path))),
];
const folder = (path: string): File[] => readdirSync(path).map((name) => at(path, name));

function desk() {
  const path = mkdtempSync(join(tmpdir(), "evidesk-attach-"));
  const assets = openAssets(join(path, "assets"));
  const studies = openStudies(join(path, "studies.evidesk"));
  closing.push(() => {
    studies.close();
    rmSync(path, { recursive: true });
  });
  const handlers = createOpeningHandlers({ studies: () => studies, assets, reviewer: () => "AB" });
  const frame = { signal: new AbortController().signal, emit: () => {} };
  const stored = async (files: readonly File[]) => {
    const out = [];
    for (const [name, bytes] of files)
      out.push({ assetId: (await assets.put(bytes, { name, type: "" })).id, name });
    return out;
  };
  return {
    open: async (...files: File[]) =>
      handlers["imaging.open"]({ name: "", files: await stored(files) }, frame),
    attach: async (studyId: string, ...files: File[]) =>
      handlers["imaging.attach"]({ studyId, files: await stored(files) }, frame),
    masks: async (study: Study | null) => {
      const out = [];
      for (const suggestion of study?.suggestions ?? []) {
        const value = suggestion.value as { mask: string; labels: { id: number; name: string }[] };
        out.push({ suggestion, labels: value.labels, data: await assets.get(value.mask) });
      }
      return out;
    },
  };
}

test("contours become a mask of the voxels whose centres they hold; an inner contour is a hole", async () => {
  const { open, masks } = desk();
  const { study, rejected } = await open(
    ...slices,
    structureSet({}, [
      ["CLOSED_PLANAR", square(6, 2, 1.5)],
      ["CLOSED_PLANAR", square(2, 2, 3.5)],
      ["POINT", [5, 5, 2]],
    ]),
  );
  expect(rejected).toEqual([]);
  const [mask] = await masks(study);
  expect(mask?.labels).toMatchObject([{ id: 1, name: "heart", color: "#ff0010", voxels: 32 }]);
  const rows = (k: number): string[] =>
    Array.from({ length: 10 }, (_, j) =>
      [...(mask?.data.subarray(k * 100 + j * 10, k * 100 + j * 10 + 10) ?? [])].join(""),
    );
  expect(rows(0).join("")).toBe("0".repeat(100));
  expect(rows(1).slice(2, 5)).toEqual(["0011111100", "0011111100", "0011001100"]);
  expect(mask?.suggestion).toMatchObject({
    model: "rtstruct.dcm",
    checks: [{ message: '"heart" has 1 points or open lines, which have no inside.' }],
  });
});

test("contours between the slices, and of another frame of reference, are refused and nothing is drawn", async () => {
  const { open } = desk();
  const between = await open(...slices, structureSet({}, [["CLOSED_PLANAR", square(4, 3, 1)]]));
  expect(between.study?.suggestions).toEqual([]);
  expect(between.rejected[0]?.reason).toMatch(/does not lie in a slice.*0\.50 slices off/);
  const stranger = structureSet(
    {
      "0020000d": ["UI", "1.7"],
      "30060020": ["SQ", [{ "30060022": ["IS", 7], "30060024": ["UI", "8.8"] }]],
    },
    [["CLOSED_PLANAR", square(4, 2, 1)]],
  );
  const other = await open(...slices, stranger);
  expect(other.study?.suggestions).toEqual([]);
  expect(other.rejected[0]?.reason).toMatch(/belongs to another study \(1\.7\)/);
});

test("a label map goes onto the series whose voxels it has, and onto no other", async () => {
  const { open, attach, masks } = desk();
  const { study } = await open(...slices);
  const id = study?.id ?? "";
  const affine = study?.images[0]?.affine ?? [];
  const data = Uint8Array.from({ length: 300 }, (_, n) => (n === 123 ? 2 : 0));
  const fits = await attach(id, [
    "mask.nii",
    writeNifti({ shape: [10, 10, 3], affine, data }, false),
  ]);
  expect(fits.rejected).toEqual([]);
  expect((await masks(fits.study))[0]?.data[123]).toBe(2);
  const shifted = affine.map((value, n) => (n === 3 ? value + 0.5 : value));
  const off = await attach(id, [
    "shifted.nii",
    writeNifti({ shape: [10, 10, 3], affine: shifted, data }, false),
  ]);
  expect(off.attached).toEqual([]);
  expect(off.rejected[0]?.reason).toMatch(/mask of another grid/);
  expect(off.study.suggestions).toHaveLength(1);
});

test("a film's segmentation belongs to that film by its UID alone, and is valid DICOM", async () => {
  const { open, masks, attach } = desk();
  const film = (series: string): Uint8Array =>
    dicomSlice({
      modality: "DX",
      series,
      columns: 4,
      rows: 3,
      more: { "00200032": ["DS", ""], "00200037": ["DS", ""] },
    });
  const data = Uint8Array.of(0, 1, 1, 0, 0, 9, 9, 0, 0, 0, 0, 0);
  const { series } = await openImages([{ name: "film.dcm", bytes: film("1.5") }]);
  const opened = series[0] as OpenedSeries;
  const labels = [
    { id: 1, name: "lung", color: "#3b82f6" },
    { id: 9, name: "nodule", color: "#eab308" },
  ];
  const bytes = writeSegmentation(
    { shape: [4, 3, 1], data, affine: opened.volume.affine },
    labels,
    { algorithm: "lungs", version: "1.0.0", type: "SEMIAUTOMATIC", creator: "AB" },
    opened.source,
  );
  const { study, rejected } = await open(["film.dcm", film("1.5")], ["seg.dcm", bytes]);
  expect(rejected).toEqual([]);
  expect([...((await masks(study))[0]?.data ?? [])]).toEqual([...data]);
  const other = await open(["film.dcm", film("1.6")]);
  const refused = await attach(other.study?.id ?? "", ["seg.dcm", bytes]);
  expect(refused.rejected[0]?.reason).toMatch(
    /series that this SEG was made on is not in the study/,
  );
  expect(errorsOf(bytes)).toEqual([]);
});

test.skipIf(absent)(
  "dcmqi's liver opens on its CT as the voxels of its NRRD (needs the shared data folder)",
  async () => {
    const { open, masks } = desk();
    const { study, rejected } = await open(
      ...folder(join(segmentations, "ct-3slice")),
      at(segmentations, "liver.dcm"),
    );
    expect(rejected).toEqual([]);
    expect(study?.images.map(({ modality }) => modality)).toEqual(["CT"]);
    const [mask] = await masks(study);
    const [name, bytes] = at(segmentations, "liver_seg.nrrd");
    const reference = openNrrd(bytes, name, () => undefined).volume;
    expect(mask?.labels).toMatchObject([{ name: "Liver" }]);
    let differing = 0;
    for (let n = 0; n < reference.data.length; n += 1)
      if ((reference.data[n] as number) > 0 !== (mask?.data[n] as number) > 0) differing += 1;
    expect(differing).toBe(0);
  },
);

test.skipIf(absent)(
  "overlapping segments come as several masks with no voxel lost (needs the shared data folder)",
  async () => {
    const { open, masks } = desk();
    const { study } = await open(
      ...folder(join(segmentations, "ct-3slice")),
      at(segmentations, "partial_overlaps.dcm"),
    );
    const found = await masks(study);
    expect(found.length).toBeGreaterThan(1);
    const counted = new Map<number, number>();
    for (const { data } of found)
      for (const id of data) counted.set(id, (counted.get(id) ?? 0) + 1);
    // dcmqi keeps the same segments in three NRRD files, one label each.
    const expected = new Map<number, number>();
    for (const n of [1, 2, 3]) {
      const [name, bytes] = at(segmentations, `partial_overlaps-${n}.nrrd`);
      for (const id of openNrrd(bytes, name, () => undefined).volume.data)
        expected.set(id, (expected.get(id) ?? 0) + 1);
    }
    counted.delete(0);
    expected.delete(0);
    expect([...counted].toSorted()).toEqual([...expected].toSorted());
  },
);

test.skipIf(absent)(
  "label-map segmentations and sparse slices find their place; another study's is refused (needs the shared data folder)",
  async () => {
    const { open, masks, attach } = desk();
    const { study, rejected } = await open(
      ...folder(join(segmentations, "24x38x3/image")),
      at(segmentations, "sparse-labelmap-noppv.dcm"),
      at(segmentations, "24x38x3/seg/label.seg"),
    );
    expect(rejected).toEqual([]);
    const found = await masks(study);
    expect(found).toHaveLength(2);
    const [sparse, whole] = found.map(({ data }) =>
      [0, 1, 2].map((k) =>
        data.subarray(k * 912, (k + 1) * 912).reduce((sum, id) => sum + Math.min(id, 1), 0),
      ),
    );
    expect(sparse?.map((voxels) => voxels > 0)).toEqual([true, false, true]);
    // As pydicom counts them.
    expect(whole).toEqual([0, 315, 0]);
    const other = await attach(study?.id ?? "", at(segmentations, "23x38x3/seg/label.seg"));
    expect(other.attached).toEqual([]);
    expect(other.rejected[0]?.reason).toMatch(/SEG belongs to another study \(1\.2\.826/);
    expect(other.study.suggestions).toHaveLength(2);
  },
);

test.skipIf(absent)(
  "a real structured report gives its measurements with units, and only to its own study (needs the shared data folder)",
  async () => {
    const { open } = desk();
    const [name, bytes] = at(shared, "dicom/dcmqi/data/sr-example/sr.dcm");
    const study = "1.3.6.1.4.1.14519.5.2.1.2744.7002.150059977302243314164020079415";
    const mine: File = ["own.dcm", dicomSlice({ more: { "0020000d": ["UI", study] } })];
    const opened = await open(mine, [name, bytes]);
    expect(opened.rejected).toEqual([]);
    expect(opened.study?.reports[0]).toMatchObject({
      title: "Imaging Measurement Report",
      verification: "UNVERIFIED",
      observer: "User2",
      groups: [{ tracking: "primary tumor", finding: "Neoplasm, Primary" }],
    });
    const measured = opened.study?.reports[0]?.groups[0]?.measurements ?? [];
    expect(measured).toContainEqual({
      name: "SUVbw",
      value: 6.01529,
      unit: "{SUVbw}g/ml",
      derivation: "Mean",
    });
    expect(measured).toContainEqual({ name: "Volume", value: 33.5824, unit: "ml" });
    const stranger = await open(["x.dcm", dicomSlice()], [name, bytes]);
    expect(stranger.rejected[0]?.reason).toMatch(/SR belongs to another study/);
  },
);
