import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Series } from "../../api/schemas/imaging.ts";
import { measureMask } from "./describe.ts";
import { dicomSlice } from "./fixtures/dicom-slice.ts";
import { openImages, type OpenedSeries } from "./open.ts";
import { settled } from "./studies.ts";

const shared = join(
  process.env["EVIDESK_SHARED"] ?? join(import.meta.dirname, "../../../../shared"),
  "data/imaging/dicom",
);

type Fields = Parameters<typeof dicomSlice>[0];
async function only(fields: Fields): Promise<OpenedSeries> {
  const { series } = await openImages([{ name: "x.dcm", bytes: dicomSlice(fields) }]);
  return series[0] as OpenedSeries;
}
const film = (more: NonNullable<Fields>["more"]): Promise<OpenedSeries> =>
  only({ modality: "DX", more: { "00280030": ["DS", ""], ...more } });

test("a film that gives only Imager Pixel Spacing says that its lengths are those at the detector", async () => {
  const { volume, scale, sizes, warnings } = await film({ "00181164": ["DS", [0.2, 0.2]] });
  expect([volume.spacing[0], sizes, scale?.plane]).toEqual([0.2, "known", "detector"]);
  expect(scale?.note).toMatch(/at the detector \(0\.2 mm a pixel\), larger than in the patient/);
  expect(warnings).toContain(scale?.note);
});

test("the estimated magnification brings detector lengths into the patient; one that cannot be does not", async () => {
  const corrected = await film({
    "00181164": ["DS", [0.2, 0.2]],
    "00181114": ["DS", 1.25],
  });
  expect([corrected.volume.spacing[0], corrected.scale?.plane]).toEqual([0.16, "corrected"]);
  const absurd = await film({ "00181164": ["DS", [0.2, 0.2]], "00181114": ["DS", 0.5] });
  expect([absurd.volume.spacing[0], absurd.scale?.plane]).toEqual([0.2, "detector"]);
  expect(absurd.scale?.note).toMatch(/a magnification of 0\.5, which cannot be/);
});

test("a film's pixel spacing counts as the patient's only where it was calibrated", async () => {
  const same = await only({
    modality: "CR",
    more: { "00280030": ["DS", [0.2, 0.2]], "00181164": ["DS", [0.2, 0.2]] },
  });
  expect(same.scale?.plane).toBe("detector");
  const calibrated = await only({
    modality: "CR",
    more: {
      "00280030": ["DS", [0.15, 0.15]],
      "00181164": ["DS", [0.2, 0.2]],
      "00280a02": ["CS", "FIDUCIAL"],
    },
  });
  expect([calibrated.volume.spacing[0], calibrated.scale?.plane]).toEqual([0.15, "corrected"]);
  expect((await only({ modality: "CR" })).scale?.plane).toBe("unstated");
  expect((await only({ modality: "CT" })).scale).toBeUndefined();
});

test("pixels that are not square are drawn in their shape also without a size", async () => {
  const { volume, sizes, warnings } = await only({
    more: { "00280030": ["DS", ""], "00280034": ["IS", [4, 3]] },
  });
  expect([volume.spacing[1] / volume.spacing[0], sizes]).toEqual([4 / 3, "unknown"]);
  expect(warnings.join()).toMatch(/not square: 1\.333 times as high as wide/);
});

test("volumes of unknown size or with missing slices are not measured in millilitres", () => {
  const mask = Uint8Array.of(1, 1, 0, 1);
  const labels = [{ id: 1, name: "liver", color: "#ff0000" }];
  const box = {
    shape: [2, 1, 2] as [number, number, number],
    spacing: [10, 10, 10] as [number, number, number],
  };
  const ml = (more: object) => measureMask(mask, { ...box, ...more }, labels)[0]?.ml;
  expect(ml({})).toBe(3);
  expect(ml({ sizes: "unknown" })).toBeUndefined();
  expect(ml({ faults: { uneven: true } })).toBeUndefined();
});

test("a series stored by an earlier build without pixel spacing no longer counts as sized", () => {
  const old = {
    format: "DICOM",
    modality: "CT",
    spacing: [1, 1, 5],
  } as unknown as Series;
  expect(settled(old).sizes).toBe("unknown");
  expect(settled({ ...old, spacing: [0.7, 0.7, 5] }).sizes).toBe("known");
  expect(settled({ ...old, format: "PNG" }).sizes).toBe("unknown");
  const film = settled({ ...old, modality: "CXR", spacing: [0.14, 0.14, 1] });
  expect([film.sizes, film.scale?.plane]).toEqual(["known", "unstated"]);
});

test("images of two directions in one series are told apart and said", async () => {
  const { series } = await openImages(
    [
      dicomSlice({ position: [0, 0, 0], instance: 1 }),
      dicomSlice({ position: [0, 0, 5], instance: 2 }),
      dicomSlice({ orientation: [1, 0, 0, 0, 0, -1], instance: 3 }),
    ].map((bytes, at) => ({ name: `${at}.dcm`, bytes })),
  );
  expect(series).toHaveLength(2);
  for (const one of series)
    expect(one.warnings[0]).toMatch(/more than one direction; they are shown as 2 volumes/);
});

test.skipIf(!existsSync(shared))(
  "a real film gives its lengths at the detector, and which side is which",
  async () => {
    const bytes = new Uint8Array(
      readFileSync(join(shared, "pydicom/dicomdirtests/77654033/CR1/6154")),
    );
    const { series } = await openImages([{ name: "6154", bytes }]);
    expect(series[0]?.scale?.plane).toBe("detector");
    expect(series[0]?.edges).toEqual(["L", "F"]);
  },
);
