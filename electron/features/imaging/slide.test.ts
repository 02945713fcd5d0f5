import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fileSource, openSlide } from "./slide.ts";
import { readTiff } from "./tiff.ts";
import { inMemory } from "./tiff-tags.ts";

const fixtures = join(import.meta.dirname, "fixtures/tiff");
const slides = join(
  process.env["EVIDESK_SHARED"] ?? join(import.meta.dirname, "../../../../shared"),
  "data/imaging/pathology/slides",
);
const absent = !existsSync(slides);

test("tiles put together are the whole image, cut at its edges", () => {
  const bytes = new Uint8Array(readFileSync(join(fixtures, "tiles-deflate-rgb-predictor.tif")));
  const { volume } = readTiff(bytes, "x.tif");
  const slide = openSlide(inMemory(bytes), "x.tif");
  const [level] = slide?.levels ?? [];
  if (slide === null || level === undefined) throw new Error("no slide");
  expect([level.width, level.height]).toEqual(volume.shape.slice(0, 2));
  const plane = level.width * level.height;
  let compared = 0;
  for (let row = 0; row < Math.ceil(level.height / level.tileHeight); row += 1)
    for (let column = 0; column < Math.ceil(level.width / level.tileWidth); column += 1) {
      const tile = slide.tile(0, column, row);
      for (let at = 0; at < tile.width * tile.height; at += 1) {
        const x = column * level.tileWidth + (at % tile.width);
        const y = row * level.tileHeight + Math.floor(at / tile.width);
        const whole = [0, 1, 2].map((c) => volume.data[c * plane + y * level.width + x]);
        expect([...tile.rgb.subarray(at * 3, at * 3 + 3)]).toEqual(whole);
        compared += 1;
      }
    }
  expect(compared).toBe(plane);
  expect(() => slide.tile(0, 99, 0)).toThrow(/there is no tile 99, 0/);
  expect(() => slide.tile(7, 0, 0)).toThrow(/there is no level 7/);
});

test("a strip image is no slide", () => {
  const bytes = new Uint8Array(readFileSync(join(fixtures, "strips-none-u8.tif")));
  expect(openSlide(inMemory(bytes), "x.tif")).toBeNull();
});

test.skipIf(absent)(
  "an SVS gives a tile without the file being read whole; its pixel size is Aperio's (needs the shared data folder)",
  () => {
    const path = join(slides, "CMU-1-Small-Region.svs");
    const source = fileSource(path);
    onTestFinished(source.close);
    let read = 0;
    const counted = {
      length: source.length,
      slice: (from: number, to: number) => {
        const part = source.slice(from, to);
        read += part.length;
        return part;
      },
    };
    const slide = openSlide(counted, "CMU.svs");
    expect(slide?.micronsPerPixel).toBe(0.499);
    expect(slide?.levels[0]).toEqual({
      width: 2220,
      height: 2967,
      tileWidth: 240,
      tileHeight: 240,
    });
    const tile = slide?.tile(0, 9, 12);
    expect([tile?.width, tile?.height]).toEqual([2220 - 9 * 240, 2967 - 12 * 240]);
    expect(read).toBeLessThan(source.length / 10);
    const { volume } = readTiff(new Uint8Array(readFileSync(path)), "CMU.svs");
    const at = 12 * 240 * 2220 + 9 * 240;
    expect([0, 1, 2].map((c) => volume.data[c * 2220 * 2967 + at])).toEqual([
      ...(tile?.rgb.subarray(0, 3) ?? []),
    ]);
  },
);

test.skipIf(absent)(
  "a slide whose tiles lie outside of the file is told (needs the shared data folder)",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "evidesk-slide-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const bytes = readFileSync(join(slides, "CMU-1-Small-Region.svs"));
    const path = join(folder, "cut.svs");
    // Aperio writes its directory behind the pixels: the start of the file without them.
    writeFileSync(path, bytes.subarray(0, 1000));
    const source = fileSource(path);
    onTestFinished(source.close);
    expect(() => openSlide(source, "cut.svs")).toThrow(/ends inside its TIFF directory/);
  },
);
