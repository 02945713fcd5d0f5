import { expect, it } from "vitest";
import { edgesOf, edgesOfCamera, edgesOfLetters, lettersOf } from "./edges.ts";

it("shows an axial slice as radiologists hang it: the patient's right at the picture's left", () =>
  expect(edgesOfCamera([0, -1, 0], [0, 0, -1])).toEqual({
    top: "A",
    bottom: "P",
    right: "L",
    left: "R",
  }));

it("shows a coronal and a sagittal view with the head up", () => {
  expect(edgesOfCamera([0, 0, 1], [0, -1, 0])).toMatchObject({ top: "S", right: "L" });
  expect(edgesOfCamera([0, 0, 1], [1, 0, 0])).toMatchObject({ top: "S", right: "P" });
});

it("swaps the letters when the slice is looked at from the other side", () =>
  expect(edgesOfCamera([0, -1, 0], [0, 0, 1])).toMatchObject({ right: "R", left: "L" }));

it("names a tilted direction by its two axes, a slightly tilted one by one", () => {
  expect(lettersOf([0, -0.8, 0.6])).toBe("AS");
  expect(lettersOf([0.99, 0.1, 0])).toBe("L");
});

it("takes a film's own letters, and none where the file does not say", () => {
  expect(edgesOfLetters(["L", "F"])).toEqual({ right: "L", left: "R", bottom: "F", top: "H" });
  const camera = { viewUp: [0, -1, 0], viewPlaneNormal: [0, 0, -1] } as const;
  const series = { shape: [8, 8, 1] as [number, number, number], affine: [] };
  expect(edgesOf(series, camera)).toBeNull();
  expect(edgesOf({ ...series, sides: "unknown" }, camera)).toBeNull();
  expect(edgesOf({ ...series, sides: "unknown", edges: ["R", "F"] }, camera)?.right).toBe("R");
});

it("reads a single slice by its rows, whatever the viewer's camera does", () => {
  // An axial CT slice in DICOM: rows to the patient's left, columns to the back; in RAS+ both negative.
  const affine = [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const camera = { viewUp: [0, 1, 0], viewPlaneNormal: [0, 0, 1] } as const;
  expect(edgesOf({ shape: [8, 8, 1], affine, sides: "known" }, camera)).toEqual({
    right: "L",
    left: "R",
    bottom: "P",
    top: "A",
  });
});
