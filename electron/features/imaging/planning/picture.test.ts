import { expect, test } from "vitest";
import type { Volume } from "../../../api/volume.ts";
import { colourName, fullestSlice, greyOf, overlayOf } from "./picture.ts";

/** 2 × 2 × 2 voxels; the value says where it lies: 1 left, 10 back, 100 head. `signs` turn the stored axes. */
function cube(signs: [number, number, number]): Volume {
  const data = new Float32Array(8);
  for (let k = 0; k < 2; k += 1)
    for (let j = 0; j < 2; j += 1)
      for (let i = 0; i < 2; i += 1) {
        const right = signs[0] > 0 ? i : 1 - i;
        const front = signs[1] > 0 ? j : 1 - j;
        const head = signs[2] > 0 ? k : 1 - k;
        data[i + 2 * j + 4 * k] = 1 - right + 10 * (1 - front) + 100 * head;
      }
  const [x, y, z] = signs;
  return {
    shape: [2, 2, 2],
    channels: 1,
    spacing: [1, 1, 1],
    data,
    modality: "MR",
    units: "",
    affine: [x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0, 0, 0, 0, 1],
  };
}

test("a slice is shown with the patient's left at the right and the back below, however it was stored", () => {
  for (const signs of [
    [1, 1, 1],
    [-1, -1, 1],
    [-1, 1, -1],
    [1, -1, -1],
  ] as [number, number, number][]) {
    const { data } = greyOf(cube(signs), 1);
    // Upper row is the front, right column the left side: 100, 101 above 110, 111.
    expect([...data]).toEqual([0, Math.round((1 / 11) * 255), Math.round((10 / 11) * 255), 255]);
  }
});

test("the overlay lies where the mask lies, in the pack's own colour", () => {
  const volume = cube([-1, -1, 1]);
  const data = new Uint8Array(8);
  data[4 + 1] = 3;
  const mask = { shape: volume.shape, affine: volume.affine, data };
  expect(fullestSlice(mask)).toBe(1);
  const grey = greyOf(volume, 1);
  const overlay = overlayOf(grey, mask, 1, [{ id: 3, color: "#ff0000" }]);
  const at = 1;
  const shade = grey.data[at] as number;
  expect([...overlay.data.subarray(at * 3, at * 3 + 3)]).toEqual([
    Math.round((shade + 255) / 2),
    Math.round(shade / 2),
    Math.round(shade / 2),
  ]);
  expect([...overlay.data.subarray(0, 3)]).toEqual([grey.data[0], grey.data[0], grey.data[0]]);
});

test("a colour is told in the word nearest to it", () => {
  expect(colourName("#ef4444")).toBe("red");
  expect(colourName("#14b8a6")).toMatch(/green|cyan/);
  expect(colourName("#f59e0b"), "the FLAIR abnormality's").toBe("orange");
  // Those of the bundled tissues: a reader looks for "bone in white" beside a beige swatch in vain.
  const tissues = ["#f1d9a7", "#7cc4e8", "#c7b8f5", "#f2c14e", "#d98a7a", "#9aa5b1", "#ffffff"];
  expect(tissues.map(colourName)).toEqual([
    "beige",
    "light blue",
    "lilac",
    "yellow",
    "salmon",
    "grey",
    "white",
  ]);
});
