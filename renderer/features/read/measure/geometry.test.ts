import { expect, it } from "vitest";
import { planeLine } from "./measured-on.ts";
import { worldOf, type Point } from "../look/planes.ts";
import { linesOf, measure, normalOf, type Measured } from "./geometry.ts";

/** 10 × 8 × 4 voxels of 0.5 × 0.5 × 3 mm in DICOM's usual order; the value is its column plus 100 times its slice. */
const shape: [number, number, number] = [10, 8, 4];
const affine = [-0.5, 0, 0, 12, 0, -0.5, 0, 7, 0, 0, 3, -20, 0, 0, 0, 1];
const values = Float32Array.from({ length: 320 }, (_, at) => (at % 10) + 100 * Math.floor(at / 80));
const on: Measured = {
  series: { shape, affine, spacing: [0.5, 0.5, 3] },
  values,
  sized: true,
  unit: "[hnsf'U]",
};
const at = (i: number, j: number, k: number): Point => worldOf({ affine }, [i, j, k]);
const named = (results: { name: string; value: number; unit: string }[]) =>
  Object.fromEntries(results.map(({ name, value, unit }) => [name, [value, unit]]));

it("measures in the patient's millimetres, not in pixels, and in pixels where the size is unknown", () => {
  const points = [at(1, 1, 2), at(7, 1, 2)];
  expect(measure("length", points, on)).toEqual([{ name: "Length", value: 3, unit: "mm" }]);
  const plain = { ...on, sized: false };
  expect(measure("length", points, plain)[0]?.unit).toBe("px");
  expect(measure("length", [at(1, 1, 0), at(1, 1, 2)], on)[0]?.value).toBe(6);
});

it("measures the angle at the middle point and calls the longer diameter the long one", () => {
  const angle = measure("angle", [at(5, 1, 0), at(1, 1, 0), at(1, 5, 0)], on);
  expect(angle[0]?.value).toBeCloseTo(90, 6);
  const crossed = [at(2, 1, 0), at(2, 3, 0), at(0, 2, 0), at(6, 2, 0)];
  expect(named(measure("bidirectional", crossed, on))).toEqual({
    "Long axis": [3, "mm"],
    "Short axis": [1, "mm"],
  });
});

it("takes the statistics of exactly the voxels inside, on the slice it is drawn on", () => {
  // Columns 2 to 6 and rows 1 to 3 of slice 2: 15 voxels, mean column 4.
  const box = [at(1.6, 0.6, 2), at(6.4, 0.6, 2), at(1.6, 3.4, 2), at(6.4, 3.4, 2)];
  const result = named(measure("rectangle", box, on));
  expect(result["Voxels"]).toEqual([15, "1"]);
  expect(result["Mean"]).toEqual([204, "[hnsf'U]"]);
  expect(result["Minimum"]).toEqual([202, "[hnsf'U]"]);
  expect(result["Maximum"]).toEqual([206, "[hnsf'U]"]);
  // Sample deviation of 2, 3, 4, 5, 6, three times each: sqrt(30 / 14).
  expect(result["Standard deviation"]?.[0]).toBeCloseTo(Math.sqrt(30 / 14), 6);
  expect(result["Area"]?.[0]).toBeCloseTo(2.4 * 1.4, 6);
});

it("leaves the corners of an ellipse's box out", () => {
  const ellipse = [at(4, 5.2, 1), at(4, 0.8, 1), at(1.8, 3, 1), at(6.2, 3, 1)];
  const result = named(measure("ellipse", ellipse, on));
  // Radius 2.2 voxels around (4, 3): 13 centres and 4 diagonal pairs at sqrt 5 > 2.2 are out.
  expect(result["Voxels"]).toEqual([13, "1"]);
  expect(result["Mean"]).toEqual([104, "[hnsf'U]"]);
  expect(result["Area"]?.[0]).toBeCloseTo(Math.PI * 1.1 * 1.1, 6);
});

it("measures a region drawn on a plane that is cut across the slices", () => {
  // Rows 2 to 4 and slices 1 to 2 at column 5: 3 × 2 voxels.
  const box = [at(5, 1.6, 0.7), at(5, 4.4, 0.7), at(5, 1.6, 2.3), at(5, 4.4, 2.3)];
  const result = named(measure("rectangle", box, on));
  expect(result["Voxels"]).toEqual([6, "1"]);
  expect(result["Mean"]).toEqual([155, "[hnsf'U]"]);
});

it("reads the voxel under the probe and nothing beyond the image", () => {
  expect(measure("probe", [at(3.4, 2, 1)], on)).toEqual([
    { name: "Value", value: 103, unit: "[hnsf'U]" },
  ]);
  expect(measure("probe", [at(12, 2, 1)], on)).toEqual([]);
  expect(linesOf(measure("probe", [at(3, 2, 1)], on))).toEqual(["103 HU"]);
});

it("finds the plane a stored measurement was drawn in: its own slice, or the one it was cut in", () => {
  expect(normalOf([at(1, 1, 2), at(7, 5, 2)], on.series).map(Math.abs)).toEqual([0, 0, 1]);
  expect(normalOf([at(5, 1, 1), at(5, 4, 3)], on.series).map(Math.abs)).toEqual([1, 0, 0]);
  expect(normalOf([at(1, 3, 1), at(8, 3, 3)], on.series).map(Math.abs)).toEqual([0, 1, 0]);
});

it("a length says in which plane it holds where that is not the patient's; an angle has none", () => {
  const scale = { plane: "detector" as const, note: "" };
  expect(planeLine([{ unit: "mm" }], { scale })).toEqual(["at the detector"]);
  expect(planeLine([{ unit: "deg" }], { scale })).toEqual([]);
  expect(planeLine([{ unit: "mm" }], {})).toEqual([]);
});
