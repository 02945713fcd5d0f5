import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Volume } from "../../api/volume.ts";
import { shownVolume } from "../imaging/dicom-volume.ts";
import { loadSeries } from "../imaging/load.ts";
import { planesOf, postprocessPlanes, preprocessPlanes, type Planes } from "./planes.ts";
import { goldenJson, goldenTitle, hasGolden, imagingData, readNpz } from "./steps/golden.ts";

const caseSchema = z.object({
  name: z.string(),
  source: z.string(),
  stored_in_npz: z.boolean(),
  torch: z.object({
    samples_index: z.array(z.array(z.number())),
    samples_value: z.array(z.number()),
    sum: z.number(),
  }),
});

const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const image = (data: Uint8Array, width: number, height: number): Volume => ({
  shape: [width, height, 1],
  channels: 1,
  spacing: [1, 1, 1],
  affine,
  data,
  modality: "CXR",
  units: "",
});

describe.skipIf(!hasGolden)(
  goldenTitle("chest films enter the network as TorchXRayVision's own do"),
  () => {
    const decoded = hasGolden ? readNpz("xrv/decoded_pixels.npz") : {};
    const expected = hasGolden ? readNpz("xrv/xrv_224.npz") : {};
    test.each(Object.keys(decoded))(
      "scale, centre crop or antialiased resize differ: %s",
      (name) => {
        const film = decoded[name];
        const wanted = expected[`${name}.torch`];
        if (!(film?.data instanceof Uint8Array) || wanted === undefined)
          throw new Error(`no film ${name}`);
        const [height = 0, width = 0] = film.shape;
        const planes = preprocessPlanes(planesOf(image(film.data, width, height)), [
          { step: "xrv", scale: 1024, centerCrop: true, resize: 224, antialias: true },
        ]);
        let most = 0;
        for (const [at, value] of (planes.channels[0] ?? new Float32Array()).entries())
          most = Math.max(most, Math.abs(value - (wanted.data[at] as number)));
        expect(planes.channels[0]?.length).toBe(224 * 224);
        expect(most).toBeLessThanOrEqual(0.02);
      },
    );

    const cases = hasGolden
      ? z.object({ cases: z.array(caseSchema) }).parse(goldenJson("xrv/xrv.json")).cases
      : [];
    test.each(cases.filter(({ stored_in_npz: stored }) => !stored))(
      "a film that is not square, or stored dark for bone in ten bits, differs: $name",
      async ({ name, source, torch }) => {
        const [, id = "", ...cut] = /^(.+)\.rows(\d+)-(\d+)\.cols(\d+)-(\d+)$/.exec(name) ?? [];
        const [top, bottom, left, right] = cut.map(Number) as [number, number, number, number];
        const whole = decoded[id];
        const film =
          whole?.data instanceof Uint8Array
            ? image(
                rectangle(whole.data, whole.shape[1] ?? 0, { top, bottom, left, right }),
                right - left,
                bottom - top,
              )
            : shownVolume(await loadSeries(join(imagingData, source), () => {}));
        const { channels } = preprocessPlanes(planesOf(film), [
          { step: "xrv", scale: 1024, centerCrop: true, resize: 224, antialias: true },
        ]);
        const values = Float32Array.from(channels[0] ?? []);
        expect(values.length).toBe(224 * 224);
        torch.samples_index.forEach((index, n) => {
          const [y, x] = index.slice(-2) as [number, number];
          const difference = (values[y * 224 + x] as number) - (torch.samples_value[n] as number);
          expect(Math.abs(difference)).toBeLessThanOrEqual(0.02);
        });
        const sum = values.reduce((total, value) => total + value, 0);
        expect(Math.abs(sum - torch.sum) / values.length).toBeLessThanOrEqual(0.02);
      },
    );
  },
);

function rectangle(
  data: Uint8Array,
  width: number,
  { top, bottom, left, right }: Record<"top" | "bottom" | "left" | "right", number>,
): Uint8Array {
  const rows = Array.from({ length: bottom - top }, (_, y) =>
    data.subarray((top + y) * width + left, (top + y) * width + right),
  );
  return Uint8Array.from(rows.flatMap((row) => [...row]));
}

test("a z-scored image drags its black border along", () => {
  const planes: Planes = {
    width: 2,
    height: 2,
    channels: [Float32Array.of(0, 2, 4, 6)],
    eightBit: false,
  };
  const [channel] = preprocessPlanes(planes, [
    { step: "normalizeNonzero", perChannel: true },
  ]).channels;
  expect([...(channel ?? [])].map((value) => Number(value.toFixed(4)))).toEqual([
    0, -1.2247, 0, 1.2247,
  ]);
});

test("several channels become one label map, and the first set channel wins", () => {
  const channel = (...values: number[]): Float32Array => Float32Array.from(values);
  const logits: Planes = {
    width: 2,
    height: 2,
    channels: [channel(5, 5, -5, -5), channel(5, 5, 5, -5), channel(5, -5, -5, -5)],
    eightBit: false,
  };
  const steps = [
    { step: "sigmoid" as const },
    { step: "threshold" as const, value: 0.5 },
    {
      step: "mergePriority" as const,
      order: [
        [2, 4],
        [0, 1],
        [1, 2],
      ] as [number, number][],
    },
  ];
  const { mask } = postprocessPlanes(logits, { width: 2, height: 2 }, steps, [0, 1, 2]);
  expect([...mask]).toEqual([4, 1, 2, 0]);
});

test("a 12-bit film enters a network trained on 8-bit films as a white sheet", () => {
  const eight = Uint8Array.from({ length: 10_000 }, (_, at) => at % 256);
  const twelve = Int16Array.from(eight, (value) => value * 16);
  const film = image(eight, 100, 100);
  const [a] = preprocessPlanes(planesOf(film), [{ step: "grayscale" }]).channels;
  const [b] = preprocessPlanes(planesOf({ ...film, data: twelve }), [
    { step: "grayscale" },
  ]).channels;
  for (const [at, value] of (a ?? new Float32Array()).entries())
    expect(Math.abs((b?.[at] ?? -99) - value)).toBeLessThanOrEqual(1);
  const [whole] = preprocessPlanes(
    planesOf({
      ...film,
      data: Int16Array.from(eight, (value) => Math.round((value * 4095) / 255)),
    }),
    [{ step: "xrv", scale: 1024, centerCrop: true, resize: 100, antialias: false }],
  ).channels;
  expect(Math.max(...(whole ?? []))).toBeCloseTo(1024, 3);
});
