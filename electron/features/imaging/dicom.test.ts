import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decoders, plainSyntaxes } from "./dicom-codecs.ts";
import { dicomSlice } from "./fixtures/dicom-slice.ts";
import { openImages, type OpenedSeries } from "./open.ts";

const shared = join(
  process.env["EVIDESK_SHARED"] ?? join(import.meta.dirname, "../../../../shared"),
  "data/imaging",
);
const absent = !existsSync(join(shared, "dicom"));
const bytesAt = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
const open = async (...files: Uint8Array[]) =>
  openImages(files.map((bytes, at) => ({ name: `${at}.dcm`, bytes })));
const only = async (...files: Uint8Array[]): Promise<OpenedSeries> => {
  const { series, rejected } = await open(...files);
  expect(rejected).toEqual([]);
  expect(series).toHaveLength(1);
  return series[0] as OpenedSeries;
};

test("slices are ordered by position, against their file names and instance numbers", async () => {
  const slices = [10, 0, 5].map((z, at) =>
    dicomSlice({
      position: [1, 2, z],
      instance: 3 - at,
      pixels: Array.from({ length: 6 }, () => z),
    }),
  );
  const { volume, files, warnings } = await only(...slices);
  expect(files).toEqual(["1.dcm", "2.dcm", "0.dcm"]);
  expect([0, 6, 12].map((at) => volume.data[at])).toEqual([0, 5, 10]);
  expect(volume.affine).toEqual([-0.25, 0, 0, -1, 0, -0.5, 0, -2, 0, 0, 5, 0, 0, 0, 0, 1]);
  expect(volume.spacing).toEqual([0.25, 0.5, 5]);
  expect(warnings).toEqual(["The pixels are not square: 0.25 × 0.5 mm."]);
});

test("a missing slice, a tilted gantry and absent spacing are said", async () => {
  const gap = await only(
    ...[0, 5, 10, 20].map((z, at) => dicomSlice({ position: [0, 0, z], instance: at + 1 })),
  );
  expect(gap.warnings.join()).toMatch(/1 slice\(s\) are missing/);
  const tilted = await only(
    ...[0, 5, 10].map((z, at) => dicomSlice({ position: [0, z * 0.2, z], instance: at + 1 })),
  );
  expect(tilted.warnings.join()).toMatch(/sheared by 11\.3° \(gantry tilt\)/);
  const bare = await only(dicomSlice({ more: { "00280030": ["DS", ""] } }));
  expect(bare.warnings.join()).toMatch(/no pixel spacing/);
});

test("images of another direction, size or phase never share a volume", async () => {
  const { series } = await open(
    dicomSlice({ position: [0, 0, 0], instance: 1 }),
    dicomSlice({ position: [0, 0, 5], instance: 2 }),
    dicomSlice({ position: [0, 0, 0], instance: 3 }),
    dicomSlice({ position: [0, 0, 5], instance: 4 }),
    dicomSlice({ orientation: [1, 0, 0, 0, 0, -1], instance: 5 }),
    dicomSlice({ columns: 4, instance: 6 }),
  );
  expect(series.map(({ volume }) => volume.shape)).toEqual([
    [3, 2, 2],
    [3, 2, 2],
    [3, 2, 1],
    [4, 2, 1],
  ]);
});

test("values keep slope and intercept; unused high bits never reach them", async () => {
  const { volume } = await only(
    dicomSlice({
      pixels: [0, 4095, 0xf000 - 65536, 1, 2, 3],
      more: {
        "00281052": ["DS", -1024],
        "00281053": ["DS", 2],
        "00280101": ["US", 12],
        "00280102": ["US", 11],
        "00280103": ["US", 0],
      },
    }),
  );
  expect([...volume.data]).toEqual([-1024, 7166, -1024, -1022, -1020, -1018]);
  expect(volume.units).toBe("HU");
});

test("a header that promises more pixels than the file has is refused with both numbers", async () => {
  const { rejected } = await open(
    dicomSlice({ more: { "00280010": ["US", 60000], "00280011": ["US", 60000] } }),
    dicomSlice({ more: { "00280010": ["US", 300] } }),
  );
  expect(rejected[0]?.reason).toMatch(/60000 × 60000 would take 7200000000 bytes/);
  expect(rejected[1]?.reason).toMatch(/need 1800 bytes, 12 are there/);
});

test("a cut file and a broken length are refused, and the good slices are still opened", async () => {
  const good = dicomSlice();
  const broken = good.slice();
  const view = new DataView(broken.buffer);
  const place = broken.findIndex(
    (byte, at) => byte === 0x28 && broken[at + 2] === 0x30 && broken[at + 4] === 0x44,
  );
  view.setUint16(place + 6, 60000, true);
  const { series, rejected } = await open(good, good.slice(0, good.length - 4), broken);
  expect(series).toHaveLength(1);
  expect(rejected.map(({ reason }) => reason).join("\n")).toMatch(
    /7fe0,0010 promises 12 bytes.*\n.*0028,0030 promises 60000 bytes/,
  );
});

test("every mutation of a file ends in an image or a clear error, never in another kind of throw", async () => {
  const seed = dicomSlice();
  let state = 7;
  const random = (below: number): number => (state = (state * 48271) % 2147483647) % below;
  for (let round = 0; round < 2000; round += 1) {
    const bytes = seed.slice(0, random(4) === 0 ? random(seed.length) : seed.length);
    for (let n = 0; n <= random(4) && bytes.length > 0; n += 1)
      bytes[random(bytes.length)] = random(256);
    const { series, rejected } = await open(bytes);
    expect(series.length + rejected.length).toBe(1);
    expect(rejected.map(({ reason }) => reason).join()).not.toMatch(
      /undefined|not a function|Cannot read/,
    );
  }
});

test.skipIf(absent)(
  "each transfer syntax of the test set is decoded; lossless ones to the same pixels (needs the shared data folder)",
  { timeout: 120_000 },
  async () => {
    const folder = join(shared, "dicom/cornerstone");
    const reference = (await only(bytesAt(join(folder, "CTImage.dcm")))).volume.data;
    const lines: string[] = [];
    for (const name of readdirSync(folder).filter((file) => file.startsWith("CTImage.dcm_"))) {
      const { volume, transferSyntax = "" } = await only(bytesAt(join(folder, name)));
      let worst = 0;
      for (let at = 0; at < reference.length; at += 1)
        worst = Math.max(worst, Math.abs((volume.data[at] as number) - (reference[at] as number)));
      const syntax = decoders[transferSyntax]?.name ?? plainSyntaxes[transferSyntax] ?? "";
      lines.push(`${transferSyntax} ${syntax}: largest difference ${worst.toFixed(0)} HU`);
      if (!/Baseline|Spectral|Progression|JPEG 2000$/.test(syntax)) expect(worst, name).toBe(0);
      else expect(worst, name).toBeLessThan(100);
    }
    process.stdout.write(`${lines.join("\n")}\n`);
    expect(lines.length).toBeGreaterThanOrEqual(11);
  },
);

test.skipIf(absent)(
  "stored and rescaled values equal the reference in every single file (needs the shared data folder)",
  { timeout: 120_000 },
  async () => {
    const golden = JSON.parse(readFileSync(join(shared, "golden/geometry.json"), "utf8"));
    for (const one of golden.dicom_single.files) {
      const { volume } = await only(bytesAt(join(shared, one.file)));
      const dose = one.dose_grid_scaling ?? 1;
      for (const [at, [row, column]] of (one.pixels_rc as [number, number][]).entries()) {
        const expected = one.modality_value[at] * dose;
        expect(
          Math.abs((volume.data[column + row * volume.shape[0]] as number) - expected),
          one.file,
        ).toBeLessThan(Math.abs(expected) * 1e-6 + 1e-6);
      }
    }
  },
);

test.skipIf(absent)(
  "the broken files of the test set are refused in words (needs the shared data folder)",
  async () => {
    const cases: [string, RegExp][] = [
      [
        "pydicom/MR_truncated.dcm",
        /7fe0,0010 promises 8192 bytes at 1500, the file ends after 9630/,
      ],
      ["pydicom/meta_missing_tsyntax.dcm", /missing required meta header attribute 0002,0010/],
      [
        "pydicom/JPEG2000-embedded-sequence-delimiter.dcm",
        /JPEG 2000 pixels of frame 1 cannot be decoded/,
      ],
      ["pydicom/rtplan_truncated.dcm", /breaks off or a length is wrong/],
      ["pydicom/dicomdirtests/DICOMDIR", /is a DICOMDIR/],
      ["pydicom/waveform_ecg.dcm", /holds no image/],
    ];
    for (const [file, words] of cases) {
      const { series, rejected } = await open(bytesAt(join(shared, "dicom", file)));
      expect(series, file).toEqual([]);
      expect(rejected[0]?.reason, file).toMatch(words);
    }
  },
);
