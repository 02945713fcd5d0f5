import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { describe, expect, onTestFinished, test } from "vitest";
import { dicomDirFiles } from "./dicomdir.ts";
import { dicomSlice } from "./fixtures/dicom-slice.ts";
import { orientationCode } from "./geometry.ts";
import { loadSeries } from "./load.ts";
import { writeNrrd } from "./nrrd-writer.ts";
import { openImages, type OpenedSeries } from "./open.ts";
import { unzipped } from "./zip.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const joined = (head: string, body: Uint8Array): Uint8Array =>
  Uint8Array.from([...ascii(head), ...body]);
const one = async (bytes: Uint8Array, name = "x"): Promise<OpenedSeries> => {
  const { series, rejected } = await openImages([{ name, bytes }]);
  expect(rejected).toEqual([]);
  return series[0] as OpenedSeries;
};
const reasonFor = async (bytes: Uint8Array, name = "x"): Promise<string> =>
  (await openImages([{ name, bytes }])).rejected[0]?.reason ?? "";
const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "evidesk-imaging-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
};

const nrrd = (more: string, body: Uint8Array): Uint8Array =>
  joined(`NRRD0004\n# a comment\n${more}\n\n`, body);
const shorts = Uint8Array.of(0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 255, 255);

test("NRRD in raw, gzip and text gives the same voxels, byte order and place as its header says", async () => {
  const head =
    "type: short\ndimension: 3\nsizes: 3 2 1\nendian: big\nspace: LPS\nspace directions: (2,0,0) (0,3,0) (0,0,-4)\nspace origin: (10,20,30)";
  const files = [
    nrrd(`${head}\nencoding: raw`, shorts),
    nrrd(`${head}\nencoding: gzip`, gzipSync(shorts)),
    nrrd(`${head}\nencoding: ascii`, ascii("1 2 3\n4 5 -1\n")),
    nrrd(`${head}\nencoding: raw\nbyte skip: -1`, joined("junk before", shorts)),
  ];
  for (const file of files) {
    const { volume, format } = await one(file);
    expect([format, ...volume.data]).toEqual(["NRRD", 1, 2, 3, 4, 5, -1]);
    expect([orientationCode(volume.affine), ...volume.spacing]).toEqual(["LPI", 2, 3, 4]);
    expect([3, 7, 11].map((at) => volume.affine[at])).toEqual([-10, -20, 30]);
  }
});

test("NRRD colour first is colour; layers of a segmentation are not", async () => {
  const body = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const head = "type: uchar\ndimension: 4\nsizes: 3 2 1 1\nencoding: raw";
  const colour = await one(nrrd(`${head}\nkinds: RGB-color domain domain domain`, body));
  expect([colour.volume.channels, ...colour.volume.data]).toEqual([3, 1, 4, 2, 5, 3, 6]);
  const layers = await one(
    nrrd(
      `${head}\nkinds: list domain domain domain\nSegment0_Name:=liver\nSegment0_LabelValue:=1\nSegment0_Layer:=0\nSegment1_Name:=tumour\nSegment1_LabelValue:=1\nSegment1_Layer:=1`,
      body,
    ),
  );
  expect([layers.volume.channels, ...layers.volume.data]).toEqual([1, 1, 4]);
  expect(layers.labels).toEqual([{ id: 1, name: "liver" }]);
  expect(layers.warnings.join()).toMatch(/3 values/);
});

test("broken NRRD headers are refused in words, at once, and the others still open", async () => {
  const head = "type: uchar\ndimension: 3\nsizes: 2 2 1\nencoding: raw";
  const broken: [Uint8Array, RegExp][] = [
    [nrrd(head, Uint8Array.of(1, 2)), /promises 4 values of uint8 \(4 bytes\), 2 are there/],
    [nrrd(`${head}\nbyte skip: many`, new Uint8Array(4)), /byte skip is "many"/],
    [nrrd(`${head}\nline skip: 999999999999`, new Uint8Array(4)), /promises 4 values/],
    [
      nrrd(head.replace("2 2 1", "90000 90000 90000"), new Uint8Array(4)),
      /promises 729000000000000/,
    ],
    [nrrd(head.replace("2 2 1", "2 2"), new Uint8Array(4)), /dimension 3 and sizes "2 2"/],
    [nrrd(head.replace("raw", "bzip2"), new Uint8Array(4)), /"bzip2" is not read/],
    [ascii("NRRD0004\ntype: uchar"), /ends inside its NRRD header/],
  ];
  for (const [bytes, reason] of broken) expect(await reasonFor(bytes)).toMatch(reason);
  const { series, rejected } = await openImages([
    { name: "bad", bytes: broken[0]?.[0] as Uint8Array },
    { name: "good", bytes: nrrd(head, new Uint8Array(4)) },
  ]);
  expect([series.length, rejected.map(({ file }) => file)]).toEqual([1, ["bad"]]);
});

test("a written NRRD is read as it was, place and voxel type too", async () => {
  const affine = [0, 0, 2, 5, -1.5, 0, 0, 6, 0, 1, 0, 7, 0, 0, 0, 1];
  const data = Int16Array.of(-1000, 0, 7, 3000);
  const { volume } = await one(writeNrrd({ shape: [2, 2, 1], affine, data }));
  expect([volume.affine, volume.data]).toEqual([affine, data]);
});

test("MetaImage packed and plain; a turned matrix lists the direction of each axis by rows", async () => {
  const head = (more: string): string =>
    `ObjectType = Image\nNDims = 3\n${more}TransformMatrix = 0 1 0 0 0 1 1 0 0\nOffset = 1 2 3\nElementSpacing = 2 3 4\nDimSize = 3 2 1\nElementType = MET_SHORT\nElementDataFile = LOCAL\n`;
  for (const file of [
    joined(head("BinaryDataByteOrderMSB = True\n"), shorts),
    joined(head("BinaryDataByteOrderMSB = True\nCompressedData = True\n"), deflateSync(shorts)),
  ]) {
    const { volume, format } = await one(file);
    expect([format, ...volume.data]).toEqual(["MetaImage", 1, 2, 3, 4, 5, -1]);
    expect([orientationCode(volume.affine), ...volume.spacing]).toEqual(["PSL", 2, 3, 4]);
  }
  expect(await reasonFor(joined(head(""), shorts.slice(4)))).toMatch(/promises 6 values/);
});

test("a detached header opens with its data beside it, and says so without", async () => {
  const header = ascii(
    "ObjectType = Image\nNDims = 2\nDimSize = 2 2\nElementSpacing = 1 1\nElementType = MET_UCHAR\nElementDataFile = a.raw\n",
  );
  expect(await reasonFor(header, "a.mhd")).toMatch(/data file "a.raw" was not given/);
  const { series, rejected } = await openImages([
    { name: "study/a.raw", bytes: Uint8Array.of(1, 2, 3, 4) },
    { name: "study/a.mhd", bytes: header },
  ]);
  expect([rejected, [...(series[0]?.volume.data ?? [])]]).toEqual([[], [1, 2, 3, 4]]);
  const path = folder();
  writeFileSync(join(path, "a.mhd"), header);
  writeFileSync(join(path, "a.raw"), Uint8Array.of(1, 2, 3, 4));
  expect([...(await loadSeries(join(path, "a.mhd"), () => {})).volume.data]).toEqual([1, 2, 3, 4]);
});

test("a header cannot read a file of another folder", async () => {
  const path = folder();
  writeFileSync(join(path, "secret"), Uint8Array.of(1, 2, 3, 4));
  const inner = mkdtempSync(join(path, "in-"));
  writeFileSync(
    join(inner, "a.mhd"),
    "ObjectType = Image\nNDims = 2\nDimSize = 2 2\nElementType = MET_UCHAR\nElementDataFile = ../secret\n",
  );
  await expect(loadSeries(join(inner, "a.mhd"), () => {})).rejects.toThrow(/was not given/);
});

test("a ZIP of a study opens from the command line; a broken or bloated one is refused", async () => {
  const slices = [0, 5, 10].map((z, at) => dicomSlice({ position: [0, 0, z], instance: 3 - at }));
  const bytes = zipSync(Object.fromEntries(slices.map((slice, at) => [`st/${at}`, slice])));
  const path = join(folder(), "study.bin");
  writeFileSync(path, bytes);
  expect((await loadSeries(path, () => {})).volume.shape).toEqual([3, 2, 3]);
  expect(() => unzipped({ name: "x.zip", bytes: bytes.slice(0, bytes.length - 30) })).toThrow(
    /"x.zip" cannot be read as ZIP/,
  );
});

const shared = join(process.env["EVIDESK_SHARED"] ?? "../shared", "data/imaging");

describe.skipIf(!existsSync(shared))("files of other programs (needs EVIDESK_SHARED)", () => {
  const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(shared, name)));

  test("mha.mha of niivue: voxels as numpy reads them, orientation as its RPI comment says", async () => {
    const { volume } = await one(file("nifti_samples/mha.mha"));
    expect([volume.shape, orientationCode(volume.affine)]).toEqual([[64, 64, 37], "LAS"]);
    let sum = 0;
    for (const value of volume.data) sum += value;
    expect(sum).toBe(79944614);
    expect(volume.data[31 + 64 * (30 + 64 * 20)]).toBe(4362);
  });

  test("dcmqi's liver as NRRD and as DICOM SEG is the same mask at the same place", async () => {
    const base = "dicom/dcmqi/data/segmentations/";
    const label = await one(file(`${base}liver_seg.nrrd`));
    const segmentation = await one(file(`${base}liver.dcm`));
    label.volume.affine.forEach((value, at) =>
      expect(value).toBeCloseTo(segmentation.volume.affine[at] as number, 3),
    );
    let inside = 0;
    let different = 0;
    label.volume.data.forEach((value: number, at: number) => {
      if (value > 0) inside += 1;
      if (value > 0 !== (segmentation.volume.data[at] as number) > 0) different += 1;
    });
    expect(inside).toBeGreaterThan(10_000);
    expect(different).toBe(0);
  });

  test("a DICOMDIR brings its files from beside it, and names those that are missing", async () => {
    const path = join(shared, "dicom/pydicom/dicomdirtests/DICOMDIR");
    const notes: string[] = [];
    const series = await loadSeries(path, (note) => notes.push(note));
    expect([series.format, notes.join()]).toEqual(["DICOM", expect.stringMatching(/24 series/)]);
    const alone = new Uint8Array(readFileSync(path));
    expect(dicomDirFiles(alone, "DICOMDIR")).toHaveLength(31);
    expect(await reasonFor(alone, "DICOMDIR")).toMatch(
      /naming 31 files; 31 of them were not given/,
    );
  });
});

const volumeOf = async (bytes: Uint8Array, volume: number): Promise<OpenedSeries | undefined> =>
  (await openImages([{ name: "x", bytes }], undefined, { volume })).series[0];

test("each volume of a four-dimensional NRRD is its own, whether they follow each other or lie side by side", async () => {
  const head = "type: uchar\nencoding: raw\nspace: LPS\nspace origin: (0,0,0)";
  const space = "(1,0,0) (0,1,0) (0,0,1)";
  const behind = nrrd(
    `${head}\ndimension: 4\nsizes: 2 1 1 3\nspace directions: ${space} none`,
    Uint8Array.of(1, 2, 11, 12, 21, 22),
  );
  const packed = nrrd(
    `${head.replace("raw", "gzip")}\ndimension: 4\nsizes: 2 1 1 3\nspace directions: ${space} none`,
    gzipSync(Uint8Array.of(1, 2, 11, 12, 21, 22)),
  );
  const counted = nrrd(
    `${head}\nbyte skip: -1\ndimension: 4\nsizes: 2 1 1 3\nspace directions: ${space} none`,
    Uint8Array.of(99, 1, 2, 11, 12, 21, 22),
  );
  // As 3D Slicer writes a sequence.
  const beside = nrrd(
    `${head}\ndimension: 4\nsizes: 3 2 1 1\nkinds: list domain domain domain\nspace directions: none ${space}`,
    Uint8Array.of(1, 11, 21, 2, 12, 22),
  );
  for (const file of [behind, packed, counted, beside]) {
    for (const [volume, values] of [
      [1, [1, 2]],
      [3, [21, 22]],
    ] as const) {
      const opened = await volumeOf(file, volume);
      expect(opened?.volumes).toEqual({ index: volume, count: 3 });
      expect([...(opened?.volume.data ?? [])]).toEqual(values);
      expect(opened?.volume.shape).toEqual([2, 1, 1]);
    }
    const { rejected } = await openImages([{ name: "x", bytes: file }], undefined, { volume: 4 });
    expect(rejected[0]?.reason).toBe('"x" holds 3 volumes; there is no volume 4.');
  }
});

test("each volume of a four-dimensional MetaImage is its own, plain and packed", async () => {
  const head = (packed: boolean): string =>
    `ObjectType = Image\nNDims = 4\nDimSize = 2 1 1 3\nElementSpacing = 1 1 1 2\nElementType = MET_UCHAR\n${packed ? "CompressedData = True\n" : ""}ElementDataFile = LOCAL\n`;
  const values = Uint8Array.of(1, 2, 11, 12, 21, 22);
  for (const file of [joined(head(false), values), joined(head(true), deflateSync(values))]) {
    const third = await volumeOf(file, 3);
    expect([...(third?.volume.data ?? [])]).toEqual([21, 22]);
    expect(third?.volumes).toEqual({ index: 3, count: 3 });
    expect(third?.warnings.join()).toContain("number 3 is shown");
    expect([...((await volumeOf(file, 1))?.volume.data ?? [])]).toEqual([1, 2]);
  }
});
