import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeApart } from "./decode-apart.ts";
import { dicomSlice } from "./fixtures/dicom-slice.ts";
import { openImages } from "./open.ts";

const endless = new Uint8Array(
  readFileSync(join(import.meta.dirname, "fixtures/broken/jpeg-ls-endless.dcm")),
);

test("a stream on which the decoder never ends is stopped and told with file and frame; the rest opens", async () => {
  const { series, rejected } = await openImages([
    { name: "endless.dcm", bytes: endless },
    { name: "good.dcm", bytes: dicomSlice() },
    { name: "endless again.dcm", bytes: endless.slice() },
  ]);
  expect(series.map(({ files }) => files)).toEqual([["good.dcm"]]);
  expect(rejected.map(({ file }) => file)).toEqual(["endless.dcm", "endless again.dcm"]);
  for (const { file, reason } of rejected) {
    expect(reason).toContain(`"${file}": the JPEG-LS Near-lossless pixels of frame 1`);
    expect(reason).toMatch(/did not end within 1\.5 s and was stopped/);
  }
});

test("after a decoder was stopped, and after one failed, the next frame is decoded by a sound one", async () => {
  const frame = {
    ...{ rows: 8, columns: 8, samples: 1, bitsAllocated: 8, bitsStored: 8, highBit: 7 },
    ...{ signed: false, photometric: "MONOCHROME2" },
  };
  const junk = (codec: "jpegLs" | "jpeg2000" | "jpegLossless") =>
    decodeApart(codec, new Uint8Array(40), frame);
  await expect(junk("jpegLs")).rejects.toMatchObject({ code: "badFile" });
  await expect(junk("jpegLossless")).rejects.toMatchObject({ code: "badFile" });
  // Many at once: more than there are threads.
  const answers = await Promise.allSettled(Array.from({ length: 12 }, () => junk("jpeg2000")));
  expect(answers.every(({ status }) => status === "rejected")).toBe(true);
});

test("one damaged slice of a series costs that slice and is named; the gap it leaves is known", async () => {
  const { series, rejected } = await openImages(
    [0, 5, 10, 15, 20].map((z, at) => ({
      name: `${at}.dcm`,
      bytes: dicomSlice({
        ...{ position: [0, 0, z], instance: at + 1 },
        // Two pixels where the header promises six.
        ...(at === 2 ? { pixels: [1, 2] } : {}),
      }),
    })),
  );
  expect(rejected).toHaveLength(1);
  expect(rejected[0]?.reason).toMatch(/"2\.dcm" ends inside its pixel data/);
  const [one] = series;
  expect(one?.volume.shape).toEqual([3, 2, 4]);
  expect(one?.files).toEqual(["0.dcm", "1.dcm", "3.dcm", "4.dcm"]);
  expect(one?.warnings.join(" ")).toMatch(
    /1 of 5 slices could not be read and are left out: 2\.dcm/,
  );
  expect(one?.faults).toMatchObject({ uneven: true, missing: 1 });
});
