import { encode as encodePng } from "fast-png";
import jpeg from "jpeg-js";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { voxelCount, type Volume, type Voxels } from "../../api/volume.ts";
import { writeSeries } from "./dicom-export.ts";
import { writeSegmentation } from "./dicom-seg-writer.ts";
import { apply, orientationCode } from "./geometry.ts";
import { readNifti, writeNifti } from "./nifti.ts";
import { openImages, type OpenedSeries } from "./open.ts";
import { decodeDct } from "./jpeg-dct.ts";

const one = async (bytes: Uint8Array, name = "x"): Promise<OpenedSeries> => {
  const { series, rejected } = await openImages([{ name, bytes }]);
  expect(rejected).toEqual([]);
  return series[0] as OpenedSeries;
};
const reasonFor = async (bytes: Uint8Array): Promise<string> =>
  (await openImages([{ name: "x", bytes }])).rejected[0]?.reason ?? "";
const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

test("NIfTI voxels of every type come back as written, plain and gzipped", () => {
  const kinds = [
    Uint8Array,
    Int8Array,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
  ];
  for (const Kind of kinds) {
    const data: Voxels = new Kind([0, 1, 2, 100, 120, 7]);
    for (const gzip of [false, true]) {
      const back = readNifti(
        writeNifti({ shape: [3, 2, 1], affine: identity, data }, gzip),
        Kind.name,
      );
      expect(back.data, Kind.name).toEqual(data);
    }
  }
});

test("NIfTI written in each orientation is read with the same letters", () => {
  const ways: [string, number[]][] = [
    ["RAS", identity],
    ["LPS", [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]],
    ["AIR", [0, 0, 2, 0, 3, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 1]],
    ["PSR", [0, 0, 1, 5, -1, 0, 0, 6, 0, 1, 0, 7, 0, 0, 0, 1]],
  ];
  for (const [letters, affine] of ways) {
    const back = readNifti(
      writeNifti({ shape: [2, 3, 4], affine, data: new Uint8Array(24) }, false),
      letters,
    );
    expect(orientationCode(back.affine)).toBe(letters);
    expect(back.affine).toEqual(affine);
  }
});

test("a small gzip that claims a giant volume is refused before it is unpacked", async () => {
  const bytes = writeNifti({ shape: [2, 2, 2], affine: identity, data: new Uint8Array(8) }, false);
  const view = new DataView(bytes.buffer);
  for (const at of [42, 44, 46]) view.setInt16(at, 30000, true);
  expect(await reasonFor(gzipSync(bytes))).toMatch(
    /promises 30000 × 30000 × 30000 voxels of uint8 \(27000000000352 bytes\)/,
  );
  expect(await reasonFor(gzipSync(bytes).slice(0, 60))).toMatch(/the file has 60 bytes packed/);
});

test("a gzip bomb behind a good header is not unfolded beyond what the header needs", () => {
  const head = writeNifti({ shape: [2, 2, 2], affine: identity, data: new Uint8Array(8) }, false);
  const bomb = new Uint8Array(64 * 1024 * 1024);
  bomb.set(head);
  expect(readNifti(gzipSync(bomb), "bomb").shape).toEqual([2, 2, 2]);
});

test("mutated NIfTI files end in a volume or a clear error", async () => {
  const seed = writeNifti({ shape: [3, 3, 2], affine: identity, data: new Int16Array(18) }, false);
  let state = 11;
  const random = (below: number): number => (state = (state * 48271) % 2147483647) % below;
  for (let round = 0; round < 2000; round += 1) {
    const bytes = seed.slice(0, random(4) === 0 ? random(seed.length) : seed.length);
    for (let n = 0; n <= random(4) && bytes.length > 0; n += 1)
      bytes[random(Math.min(352, bytes.length))] = random(256);
    const { series, rejected } = await openImages([{ name: "m", bytes }]);
    expect(series.length + rejected.length).toBe(1);
    expect(rejected.map(({ reason }) => reason).join()).not.toMatch(
      /not a function|Cannot read|Invalid typed array/,
    );
  }
});

test("a DICOM series written from a volume is read back with its values and geometry", async () => {
  const affine = [-0.8, 0, 0, 10, 0, -0.6, 0, 20, 0, 0, 2.5, -30, 0, 0, 0, 1];
  const whole: Volume = {
    shape: [4, 3, 5],
    channels: 1,
    spacing: [0.8, 0.6, 2.5],
    affine,
    data: Int16Array.from({ length: 60 }, (_, at) => at * 50 - 1000),
    modality: "CT",
    units: "HU",
  };
  const fraction: Volume = {
    ...whole,
    modality: "MR",
    data: Float32Array.from({ length: 60 }, (_, at) => at / 7),
  };
  for (const volume of [whole, fraction]) {
    const { series, rejected } = await openImages(writeSeries(volume).toReversed());
    expect(rejected).toEqual([]);
    const back = series[0]?.volume as Volume;
    expect(back.shape).toEqual(volume.shape);
    expect(back.modality).toBe(volume.modality);
    back.affine.forEach((value, at) => expect(value).toBeCloseTo(affine[at] as number, 9));
    for (let at = 0; at < 60; at += 1)
      expect(back.data[at]).toBeCloseTo(volume.data[at] as number, 3);
  }
});

test("a DICOM segmentation gives back the mask, voxel for voxel, in the patient's space", async () => {
  const affine = [-1, 0, 0, 3, 0, -1, 0, 4, 0, 0, 2, 5, 0, 0, 0, 1];
  const data = new Uint8Array(5 * 3 * 6);
  for (let at = 0; at < data.length; at += 1) data[at] = at % 7 === 0 ? 1 : at % 5 === 0 ? 3 : 0;
  data.fill(0, 15, 30); // an empty slice between full ones has no frame
  const labels = [
    { id: 1, name: "lung", color: "#3b82f6" },
    { id: 3, name: "Knochen", color: "#eab308" },
  ];
  const bytes = writeSegmentation({ shape: [5, 3, 6], data, affine }, labels, {
    algorithm: "test",
    version: "1.0.0",
    type: "AUTOMATIC",
  });
  const { volume, labels: names } = await one(bytes);
  expect(volume.shape).toEqual([5, 3, 6]);
  expect([...volume.data]).toEqual([...data]);
  expect(volume.affine).toEqual(affine);
  // Segment numbers count without gaps; the label's own id is kept beside them.
  expect(names).toMatchObject([
    { id: 1, segment: 1, name: "lung" },
    { id: 3, segment: 2, name: "Knochen" },
  ]);
});

test("PNG of 8 and 16 bits, grey and colour, keeps its values; alpha is left out", async () => {
  const grey = await one(
    encodePng({ width: 3, height: 1, data: Uint8Array.of(0, 128, 255), channels: 1, depth: 8 }),
    "x.jpg",
  );
  expect([grey.format, ...grey.volume.data]).toEqual(["PNG", 0, 128, 255]);
  const deep = await one(
    encodePng({ width: 2, height: 1, data: Uint16Array.of(1, 65535), channels: 1, depth: 16 }),
  );
  expect([...deep.volume.data]).toEqual([1, 65535]);
  const colour = await one(
    encodePng({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3, 4), channels: 4, depth: 8 }),
  );
  expect([colour.volume.channels, ...colour.volume.data]).toEqual([3, 1, 2, 3]);
});

test("a JPEG decodes to the same pixels as another decoder, within a step of rounding", () => {
  const [width, height] = [37, 21];
  const data = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at += 1)
    data.set([(at * 7) % 256, (at * 3) % 256, at % 256, 255], at * 4);
  const bytes = new Uint8Array(jpeg.encode({ width, height, data }, 90).data);
  const theirs = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    colorTransform: false,
  });
  const ours = decodeDct(bytes, { width, height });
  let worst = 0;
  for (let at = 0; at < theirs.data.length; at += 1)
    worst = Math.max(worst, Math.abs((ours.data[at] as number) - (theirs.data[at] as number)));
  expect(worst).toBeLessThanOrEqual(2);
});

test("an empty file, a text and a cut PNG are refused in words", async () => {
  expect(await reasonFor(new Uint8Array(0))).toMatch(/is empty/);
  expect(await reasonFor(new TextEncoder().encode("not an image at all, just text"))).toMatch(
    /no image that can be opened/,
  );
  const png = encodePng({ width: 8, height: 8, data: new Uint8Array(64), channels: 1, depth: 8 });
  expect(await reasonFor(png.slice(0, png.length - 20))).toMatch(/cannot be read as PNG/);
});

test("a voxel's place in the patient survives DICOM to NIfTI", async () => {
  const affine = [-0.8, 0, 0, 10, 0, -0.6, 0, 20, 0, 0, 2.5, -30, 0, 0, 0, 1];
  const data = Int16Array.from({ length: voxelCount([4, 3, 5]) }, (_, at) => at);
  const { series } = await openImages(
    writeSeries({
      shape: [4, 3, 5],
      channels: 1,
      spacing: [0.8, 0.6, 2.5],
      affine,
      data,
      modality: "CT",
      units: "HU",
    }),
  );
  const back = readNifti(writeNifti(series[0]?.volume as Volume, true), "x");
  apply(back.affine, [3, 1, 4]).forEach((mm, axis) =>
    expect(mm).toBeCloseTo(apply(affine, [3, 1, 4])[axis] as number, 5),
  );
  expect(back.data[3 + 4 * (1 + 3 * 4)]).toBe(3 + 4 * (1 + 3 * 4));
});
