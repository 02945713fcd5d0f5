import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dicomSlice } from "./fixtures/dicom-slice.ts";
import { openImages, type OpenedSeries } from "./open.ts";
import { secondsOf } from "./pet-suv.ts";
import { greyOf } from "./voi.ts";

const shared = join(
  process.env["EVIDESK_SHARED"] ?? join(import.meta.dirname, "../../../../shared"),
  "data/imaging",
);
const absent = !existsSync(join(shared, "golden"));
const only = async (bytes: Uint8Array): Promise<OpenedSeries> => {
  const { series, rejected } = await openImages([{ name: "x.dcm", bytes }]);
  expect(rejected).toEqual([]);
  return series[0] as OpenedSeries;
};

type Golden = {
  window_function_table: Record<string, number[]>;
  dicom_single: {
    files: {
      file: string;
      inverted_for_display: boolean;
      modality_value: number[];
      windows: { center: number; width: number; display_0_255: number[] }[];
    }[];
  };
};
const golden = (): Golden =>
  JSON.parse(readFileSync(join(shared, "golden/geometry.json"), "utf8")) as Golden;

test.skipIf(absent)(
  "greys equal the reference for every window function and every window of real files (needs the shared data folder)",
  () => {
    const { window_function_table: table, dicom_single: single } = golden();
    for (const [name, greys] of Object.entries(table)) {
      const found = /^(LINEAR|LINEAR_EXACT|SIGMOID)_c([\d_]+)_w(\d+)$/.exec(name);
      if (found === null) continue;
      const window = { centre: Number(found[2]?.replace("_", ".")), width: Number(found[3]) };
      const voi = { function: found[1] as "LINEAR" };
      for (const [at, x] of (table["x"] ?? []).entries())
        expect(greyOf(x, window, voi), `${name} at ${x}`).toBeCloseTo(greys[at] as number, 9);
    }
    for (const { file, modality_value, windows, inverted_for_display } of single.files)
      for (const { center: centre, width, display_0_255 } of windows)
        for (const [at, expected] of display_0_255.entries()) {
          const grey = greyOf(modality_value[at] as number, { centre, width });
          expect(inverted_for_display ? 255 - grey : grey, file).toBeCloseTo(expected, 9);
        }
  },
);

test.skipIf(absent)(
  "a file's own look-up table gives the greys that pydicom gives (needs the shared data folder)",
  async () => {
    const path = join(shared, "dicom/pydicom-data/vlut_04.dcm");
    const { volume, voi } = await only(new Uint8Array(readFileSync(path)));
    const expected: [row: number, column: number, output: number][] = [
      [10, 10, 65535],
      [200, 200, 26214],
      [300, 100, 32639],
      [256, 256, 31354],
    ];
    for (const [row, column, output] of expected) {
      const value = volume.data[column + row * volume.shape[0]] as number;
      expect((greyOf(value, { centre: 0, width: 1 }, voi) / 255) * 65535).toBeCloseTo(output, 6);
    }
  },
);

const pet = (more: NonNullable<Parameters<typeof dicomSlice>[0]>["more"] = {}): Uint8Array =>
  dicomSlice({
    modality: "PT",
    pixels: [0, 1000, 2000, 3000, 4000, 5000],
    more: {
      "00080021": ["DA", "20240131"],
      "00080031": ["TM", "110000"],
      "00080022": ["DA", "20240131"],
      "00080032": ["TM", "110500"],
      "00101030": ["DS", 70],
      "00280051": ["CS", ["ATTN", "DECY", "SCAT"]],
      "00281052": ["DS", 0],
      "00281053": ["DS", 2],
      "00540016": [
        "SQ",
        [
          {
            "00181072": ["TM", "100000"],
            "00181074": ["DS", 350e6],
            "00181075": ["DS", 6586.2],
          },
        ],
      ],
      "00541001": ["CS", "BQML"],
      "00541102": ["CS", "START"],
      ...more,
    },
  });

test("PET is shown in body-weight SUV: activity by the dose left at the start of the scan and the weight", async () => {
  const { volume, warnings } = await only(pet());
  expect(volume.units).toBe("SUVbw");
  // 2000 Bq/ml; one hour after 350 MBq of fluorine-18; 70 kg.
  const left = 350e6 * Math.exp((-Math.LN2 * 3600) / 6586.2);
  expect(volume.data[1]).toBeCloseTo((2000 * 70_000) / left, 6);
  expect(warnings.join()).not.toMatch(/SUV/);
  const admin = await only(pet({ "00541102": ["CS", "ADMIN"] }));
  expect(admin.volume.data[1]).toBeCloseTo((2000 * 70_000) / 350e6, 6);
});

test("PET without what an SUV needs stays in its own unit and says what is missing", async () => {
  const cases: [Parameters<typeof pet>[0], RegExp][] = [
    [{ "00101030": ["DS", ""] }, /no patient's weight/],
    [{ "00541001": ["CS", "CNTS"] }, /in CNTS, not Bq\/ml/],
    [{ "00280051": ["CS", "DECY"] }, /not corrected for both attenuation and decay/],
    [{ "00080031": ["TM", "090000"] }, /do not fit together/],
  ];
  for (const [more, words] of cases) {
    const { volume, warnings } = await only(pet(more));
    expect(volume.units).not.toBe("SUVbw");
    expect(volume.data[1]).toBe(2000);
    expect(warnings.join()).toMatch(words);
  }
});

test("times across midnight and with fractions are told apart", () => {
  expect(secondsOf("20240201000130.5") - secondsOf("20240131", "235930")).toBe(120.5);
  expect(secondsOf("no date")).toBeNaN();
});
