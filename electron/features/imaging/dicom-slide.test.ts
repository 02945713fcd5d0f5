import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDicom } from "./dicom.ts";
import { dicomSlideTile } from "./dicom-slide.ts";
import { openImages } from "./open.ts";

const folder = join(import.meta.dirname, "fixtures/slide");
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
const names = ["label.dcm", "level-2.dcm", "level-0.dcm", "level-1.dcm"];

test("files of one slide open as one series with its levels largest first; the label is no level", async () => {
  const { series, rejected } = await openImages(
    names.map((name) => ({ name, bytes: bytesOf(name) })),
  );
  expect(rejected).toEqual([]);
  expect(series.map(({ files }) => files)).toEqual([
    ["label.dcm"],
    ["level-0.dcm", "level-1.dcm", "level-2.dcm"],
  ]);
  const slide = series[1];
  expect(slide?.slide).toEqual({
    levels: [
      { width: 300, height: 200, tileWidth: 64, tileHeight: 64 },
      { width: 150, height: 100, tileWidth: 64, tileHeight: 64 },
      { width: 75, height: 50, tileWidth: 64, tileHeight: 64 },
    ],
    micronsPerPixel: 0.5,
  });
  expect(slide?.volume).toMatchObject({ shape: [300, 200, 1], channels: 3, modality: "SM" });
  expect(slide?.volume.spacing.slice(0, 2)).toEqual([0.0005, 0.0005]);
});

test("a tile's pixels lie where the picture that it was cut from has them, also at the edges", async () => {
  const levels = [0, 1].map((level) =>
    readDicom(bytesOf(`level-${level}.dcm`), `level-${level}.dcm`),
  );
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as {
    level: 0 | 1;
    x: number;
    y: number;
    rgb: number[];
  }[];
  for (const { level, x, y, rgb } of expected) {
    const file = levels[level];
    if (file === undefined) throw new Error("no level");
    const tile = await dicomSlideTile(file, Math.floor(x / 64), Math.floor(y / 64));
    const at = ((y % 64) * tile.width + (x % 64)) * 3;
    // JPEG at quality 95: a swapped channel or a tile beside its place differs by far more.
    for (const [c, value] of rgb.entries())
      expect(Math.abs((tile.rgb[at + c] ?? -99) - value), `${level} ${x} ${y} ${c}`).toBeLessThan(
        14,
      );
  }
  const [first] = levels;
  if (first === undefined) throw new Error("no level");
  expect(await dicomSlideTile(first, 4, 3)).toMatchObject({ width: 300 - 256, height: 200 - 192 });
  await expect(dicomSlideTile(first, 5, 0)).rejects.toThrow(/there is no tile 5, 0/);
});

test("in a sparse level a tile is found by its place, and one that was left out is white glass", async () => {
  const level = readDicom(bytesOf("level-2.dcm"), "level-2.dcm");
  const there = await dicomSlideTile(level, 0, 0);
  expect([there.width, there.height]).toEqual([64, 50]);
  expect(there.rgb[0]).toBeLessThan(40);
  const leftOut = await dicomSlideTile(level, 1, 0);
  expect([leftOut.width, new Set(leftOut.rgb)]).toEqual([11, new Set([255])]);
});

test("a slide scanned in several focal planes says that the first is shown", async () => {
  const level = bytesOf("level-0.dcm");
  const width = Buffer.from([0x48, 0, 6, 0, 0x55, 0x4c]);
  const at = Buffer.from(level).indexOf(width);
  // Total Pixel Matrix Focal Planes, UL of four bytes: 3.
  const planes = Uint8Array.of(0x48, 0, 3, 3, 0x55, 0x4c, 4, 0, 3, 0, 0, 0);
  const bytes = Buffer.concat([level.subarray(0, at), planes, level.subarray(at)]);
  const { series } = await openImages([{ name: "deep.dcm", bytes: Uint8Array.from(bytes) }]);
  expect(series[0]?.warnings.join(" ")).toMatch(/scanned in 3 focal planes; the first/);
  const flat = await openImages([{ name: "flat.dcm", bytes: level }]);
  expect(flat.series[0]?.warnings.join(" ")).not.toMatch(/focal/);
});
