import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openImages } from "./open.ts";
import { readTiff } from "./tiff.ts";

const folder = join(import.meta.dirname, "fixtures/tiff");
const expected = z
  .record(
    z.string(),
    z.object({
      shape: z.array(z.number()),
      channels: z.number(),
      dtype: z.string(),
      sum: z.number(),
      weighted: z.number(),
      lossy: z.boolean(),
    }),
  )
  .parse(JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")));

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(folder, `${name}.tif`)));

test.each(Object.keys(expected))("%s has the pixels that tifffile reads", (name) => {
  const truth = expected[name];
  const { volume } = readTiff(fixture(name), name);
  expect([volume.shape, volume.channels]).toEqual([truth?.shape, truth?.channels]);
  let sum = 0;
  let weighted = 0;
  volume.data.forEach((value: number, at: number) => {
    sum += value;
    weighted += value * (at % 97);
  });
  // Two JPEG decoders may differ by a step of rounding; the weights find swapped or shifted pixels.
  const allowed = truth?.lossy ? volume.data.length : 0;
  expect(Math.abs(sum - (truth?.sum ?? 0))).toBeLessThanOrEqual(allowed);
  expect(Math.abs(weighted - (truth?.weighted ?? 0))).toBeLessThanOrEqual(allowed * 48);
});

test("a cut TIFF, one that claims a giant page and one without pages are refused in words", () => {
  const whole = fixture("strips-none-u8");
  expect(() => readTiff(whole.slice(0, whole.length - 900), "x")).toThrow(/TIFF/);
  const giant = whole.slice();
  const view = new DataView(giant.buffer);
  const directory = view.getUint32(4, true);
  for (let n = 0; n < view.getUint16(directory, true); n += 1) {
    const entry = directory + 2 + 12 * n;
    if ([256, 257].includes(view.getUint16(entry, true))) view.setUint32(entry + 8, 9000, true);
  }
  expect(() => readTiff(giant, "x")).toThrow(/needs 1125 blocks and names 5|promises 81000000/);
  expect(() => readTiff(Uint8Array.of(0x49, 0x49, 42, 0, 0, 0, 0, 0), "x")).toThrow(
    /without a page/,
  );
});

test("a TIFF is known by its contents, also when it is named a JPEG", async () => {
  const { series } = await openImages([
    { name: "film.jpg", bytes: fixture("strips-lzw-u16-predictor") },
  ]);
  expect([series[0]?.format, series[0]?.volume.data.constructor.name]).toEqual([
    "TIFF",
    "Uint16Array",
  ]);
});

const slides = join(process.env["EVIDESK_SHARED"] ?? "../shared", "data/imaging/pathology/slides");

describe.skipIf(!existsSync(slides))(
  "slides of OpenSlide's test data (needs EVIDESK_SHARED)",
  () => {
    test("the full resolution of a small SVS opens in colour, with its size", () => {
      const bytes = new Uint8Array(readFileSync(join(slides, "CMU-1-Small-Region.svs")));
      const { volume, warnings } = readTiff(bytes, "CMU-1-Small-Region.svs");
      expect([volume.shape, volume.channels]).toEqual([[2220, 2967, 1], 3]);
      expect(warnings.join()).toMatch(/slide/);
      let sum = 0;
      for (const value of volume.data) sum += value;
      expect(sum / volume.data.length).toBeCloseTo(205.575, 0);
    });
  },
);
