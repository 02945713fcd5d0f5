import { expect, it } from "vitest";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { hang, matching, notCutBecause, panesOf, possibleLayouts } from "./layouts.ts";
import { hangingOf, indexOf, nativePlane } from "./planes.ts";
import { sequenceOfName } from "../../../../electron/api/sequences.ts";
import { createScroll } from "./wheel.ts";

const dicomAxial = [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1];
const niftiRas = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1];

function series(change: Partial<Series>): Series {
  return {
    id: "a",
    name: "CT",
    format: "DICOM",
    modality: "CT",
    shape: [8, 8, 8],
    channels: 1,
    spacing: [1, 1, 2],
    affine: dicomAxial,
    orientation: "LPS",
    dtype: "int16",
    pixels: "",
    units: "HU",
    range: { low: -1000, high: 1000 },
    window: { centre: 40, width: 400 },
    warnings: [],
    files: [],
    sources: [],
    ...change,
  };
}
const mr = (name: string): Series => series({ id: name, name, modality: "MR", units: "1" });

it("knows the sequences by the names that scanners and BraTS give, and guesses none", () => {
  const names = {
    "BraTS-GLI-00005-000-t1c.nii.gz": "T1c",
    "BraTS20_Training_001_t1ce.nii.gz": "T1c",
    "BraTS-GLI-00005-000-t1n.nii.gz": "T1",
    "case_t2f.nii": "FLAIR",
    "AX T2 FLAIR": "FLAIR",
    "Sag T1 post contrast": "T1c",
    "T1 MPRAGE Gd": "T1c",
    "AX T2 FSE": "T2",
    "t2w.nii.gz": "T2",
    "T1 and T2": null,
    patient14: null,
    "MR, 24 slices": null,
  } as const;
  for (const [name, sequence] of Object.entries(names))
    expect([name, sequenceOfName(name)]).toEqual([name, sequence]);
});

it("hangs a brain study two by two in reading order, only when each sequence is there once", () => {
  const study = ["x_flair.nii", "x_t2.nii", "x_t1ce.nii", "x_t1.nii"].map(mr);
  const [first = mr("")] = study;
  expect(hang(first, study).kind).toBe("four");
  const panes = panesOf({ kind: "four", series: first, study, prior: null }, 0);
  expect(panes.map(({ name }) => name)).toEqual(["T1", "T1c", "T2", "FLAIR"]);
  const twice = [...study.slice(0, 3), mr("y_t1ce.nii")];
  expect(hang(first, twice).kind).toBe("one");
  expect(possibleLayouts(first, twice)).not.toContain("four");
});

it("hangs a frontal film beside its lateral, not beside another frontal one", () => {
  const film = (id: string, edges: [string, string]): Series =>
    series({ id, modality: "DX", shape: [8, 8, 1], edges });
  const frontal = film("pa", ["L", "F"]);
  const lateral = film("lat", ["A", "F"]);
  expect(hang(frontal, [frontal, lateral])).toMatchObject({ kind: "compare", prior: lateral });
  expect(hang(frontal, [frontal, film("ap", ["L", "F"])]).kind).toBe("one");
});

it("turns stored rows so that the patient's right is on the picture's left, whatever the file's order", () => {
  expect(hangingOf(series({}))).toEqual({ flipHorizontal: false, flipVertical: false });
  expect(hangingOf(series({ affine: niftiRas }))).toEqual({
    flipHorizontal: true,
    flipVertical: true,
  });
  // Rows run from front to back: no mirror hangs that, so the plane is cut instead.
  const transposed = series({ affine: [0, -1, 0, 0, -1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1] });
  expect(hangingOf(transposed)).toBeNull();
  expect(panesOf({ kind: "one", series: transposed, study: [], prior: null }, 0)[0]?.draw).toBe(
    "cut",
  );
});

it("finds the plane a series was taken in", () => {
  expect(nativePlane(series({}))).toBe("axial");
  const sagittal = [0, 0, 3, 0, -1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 1];
  expect(nativePlane({ affine: sagittal })).toBe("sagittal");
});

it("finds the voxel under a point, in files of either handedness", () => {
  const affine = [-0.5, 0, 0, 10, 0, 0.5, 0.1, -20, 0, 0, 2, 5, 0, 0, 0, 1];
  const [i, j, k] = [3, 7, 4];
  const ras = [-0.5 * i + 10, 0.5 * j + 0.1 * k - 20, 2 * k + 5] as const;
  const found = indexOf({ affine }, [-ras[0], -ras[1], ras[2]]);
  expect(found.map((value) => Math.round(value * 1e6) / 1e6)).toEqual([i, j, k]);
});

it("lays the likest series of a prior study beside this one", () => {
  const now = mr("now_t2.nii");
  const prior = [mr("old_t1.nii"), mr("old_t2.nii"), series({ id: "ct" })];
  expect(matching(now, prior)?.name).toBe("old_t2.nii");
  expect(matching(now, [])).toBeNull();
});

it("scrolls a slice for a notch, and by the way gone on a touch pad", () => {
  const mouse = createScroll();
  expect([120, 120, -240].map((deltaY) => mouse({ deltaY, deltaMode: 0 }))).toEqual([1, 1, -1]);
  const pad = createScroll();
  expect([12, 12, 12, 12, 72].map((deltaY) => pad({ deltaY, deltaMode: 0 }))).toEqual([
    0, 0, 1, 0, 2,
  ]);
  const back = createScroll();
  expect([30, -30, -10].map((deltaY) => back({ deltaY, deltaMode: 0 }) + 0)).toEqual([0, 0, -1]);
});

it("cuts no planes through slices that make no box, and says why", () => {
  const faulty = { uneven: false, missing: 0, tilt: 0 };
  const cases = [
    [{ ...faulty, uneven: true, missing: 2 }, /about 2 slices are missing/],
    [{ ...faulty, uneven: true }, /not evenly spaced/],
    [{ ...faulty, tilt: 0.8 }, /tilted by 0.8°/],
  ] as const;
  for (const [faults, reason] of cases) {
    const ct = series({ faults });
    expect(notCutBecause(ct)).toMatch(reason);
    expect(possibleLayouts(ct, [ct])).not.toContain("three");
    expect(panesOf({ kind: "three", series: ct, study: [ct], prior: null }, 0)).toHaveLength(1);
  }
  expect(possibleLayouts(series({}), [])).toContain("three");
});
