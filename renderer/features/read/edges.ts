/** The letters at a view's four edges: where the patient's left, front and head lie. Pure. */
import type { Series } from "../../../electron/api/schemas/imaging.ts";

export type Edges = { left: string; right: string; top: string; bottom: string };
type Point = readonly [number, number, number];

const opposite: Record<string, string> = {
  L: "R",
  R: "L",
  A: "P",
  P: "A",
  S: "I",
  I: "S",
  H: "F",
  F: "H",
};
/** A second letter stands where that axis takes part with more than the sine of 15 degrees. */
const takesPart = Math.sin((15 * Math.PI) / 180);

/** Letters of a direction in LPS+ (x to the left, y to the back, z to the head), the main axis first. */
export function lettersOf(direction: Point): string {
  const size = Math.hypot(...direction) || 1;
  const pairs = ["RL", "AP", "IS"];
  return direction
    .map((value, axis) => ({ share: value / size, letters: pairs[axis] ?? "" }))
    .toSorted((a, b) => Math.abs(b.share) - Math.abs(a.share))
    .filter(({ share }, index) => index === 0 || Math.abs(share) > takesPart)
    .slice(0, 2)
    .map(({ share, letters }) => letters[share > 0 ? 1 : 0] ?? "")
    .join("");
}

const turned = (letters: string): string =>
  [...letters].map((letter) => opposite[letter] ?? "").join("");

/** From the camera: where up is and where the reader looks from, both in LPS+. */
export function edgesOfCamera(viewUp: Point, viewPlaneNormal: Point): Edges {
  const [ux, uy, uz] = viewUp;
  const [nx, ny, nz] = viewPlaneNormal;
  const right: Point = [uy * nz - uz * ny, uz * nx - ux * nz, ux * ny - uy * nx];
  const [top, toRight] = [lettersOf(viewUp), lettersOf(right)];
  return { top, bottom: turned(top), right: toRight, left: turned(toRight) };
}

/** From a projection's own letters: rows run to the right of the picture, columns down. */
export function edgesOfLetters([row, column]: readonly [string, string]): Edges {
  return { right: row, left: turned(row), bottom: column, top: turned(column) };
}

/** A single picture is drawn row by row as it is stored: its affine (to RAS+) says where rows and columns run. */
export function edgesOfRows(affine: readonly number[]): Edges {
  const towards = (column: number): Point => [
    -(affine[column] ?? 0),
    -(affine[4 + column] ?? 0),
    affine[8 + column] ?? 0,
  ];
  return edgesOfLetters([lettersOf(towards(0)), lettersOf(towards(1))]);
}

/** Null where the file does not say: a guessed side is worse than none. */
export function edgesOf(
  series: Pick<Series, "sides" | "edges" | "shape" | "affine">,
  camera: { viewUp: Point; viewPlaneNormal: Point },
): Edges | null {
  if (series.edges) return edgesOfLetters(series.edges);
  if (series.sides !== "known") return null;
  return series.shape[2] > 1
    ? edgesOfCamera(camera.viewUp, camera.viewPlaneNormal)
    : edgesOfRows(series.affine);
}
