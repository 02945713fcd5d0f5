import { expect, it } from "vitest";
import { edgesOf, edgesOfCamera, lettersOf } from "./edges.ts";

it("shows an axial slice as radiologists hang it: the patient's right at the picture's left", () =>
  expect(edgesOfCamera({ viewUp: [0, -1, 0], viewPlaneNormal: [0, 0, -1] })).toEqual({
    top: "A",
    bottom: "P",
    right: "L",
    left: "R",
  }));

it("shows a coronal and a sagittal view with the head up", () => {
  expect(edgesOfCamera({ viewUp: [0, 0, 1], viewPlaneNormal: [0, -1, 0] })).toMatchObject({
    top: "S",
    right: "L",
  });
  expect(edgesOfCamera({ viewUp: [0, 0, 1], viewPlaneNormal: [1, 0, 0] })).toMatchObject({
    top: "S",
    right: "P",
  });
});

it("swaps the letters when the slice is looked at from the other side", () =>
  expect(edgesOfCamera({ viewUp: [0, -1, 0], viewPlaneNormal: [0, 0, 1] })).toMatchObject({
    right: "R",
    left: "L",
  }));

it("names a tilted direction by its two axes, a slightly tilted one by one", () => {
  expect(lettersOf([0, -0.8, 0.6])).toBe("AS");
  expect(lettersOf([0.99, 0.1, 0])).toBe("L");
});

// A DICOM axial slice or a picture: rows to the patient's left, columns to the back; the affine is RAS+.
const affine = [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const asStored = { viewUp: [0, -1, 0], viewPlaneNormal: [0, 0, -1] } as const;
const mirrored = { viewUp: [0, -1, 0], viewPlaneNormal: [0, 0, 1] } as const;
const quarterTurn = { viewUp: [-1, 0, 0], viewPlaneNormal: [0, 0, -1] } as const;
const series = { shape: [8, 8, 1] as [number, number, number], affine };

it("gives a film its own letters, and none where the file does not say", () => {
  expect(edgesOf({ ...series, edges: ["L", "F"] }, asStored)).toEqual({
    right: "L",
    left: "R",
    bottom: "F",
    top: "H",
  });
  expect(edgesOf(series, asStored)).toBeNull();
  expect(edgesOf({ ...series, sides: "unknown" }, asStored)).toBeNull();
});

it("turns a film's letters with the film: mirrored, its left stands on the other side", () => {
  const film = { ...series, edges: ["L", "F"] as [string, string] };
  expect(edgesOf(film, mirrored)).toMatchObject({ right: "R", left: "L", top: "H" });
  expect(edgesOf(film, quarterTurn)).toMatchObject({
    top: "R",
    bottom: "L",
    right: "H",
    left: "F",
  });
});

it("reads a single slice with known sides by the camera that draws it", () => {
  const slice = { ...series, sides: "known" as const };
  expect(edgesOf(slice, asStored)).toEqual({ right: "L", left: "R", bottom: "P", top: "A" });
  expect(edgesOf(slice, mirrored)).toMatchObject({ right: "R", left: "L", top: "A" });
});
