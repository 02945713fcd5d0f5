/** The letters at a view's four edges: where the patient's left, front and head lie. Pure. */
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { axisOf, dot } from "./planes.ts";

export type Edges = { left: string; right: string; top: string; bottom: string };
type Point = readonly [number, number, number];
type Camera = { viewUp: Point; viewPlaneNormal: Point };

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

const edges = (right: string, bottom: string): Edges => ({
  right,
  left: turned(right),
  bottom,
  top: turned(bottom),
});

/** Where the picture's right lies, in the camera's own coordinates. */
function rightOf({ viewUp: [ux, uy, uz], viewPlaneNormal: [nx, ny, nz] }: Camera): Point {
  return [uy * nz - uz * ny, uz * nx - ux * nz, ux * ny - uy * nx];
}

/** From the camera: where up is and where the reader looks from, both in LPS+. */
export function edgesOfCamera(camera: Camera): Edges {
  return edges(lettersOf(rightOf(camera)), turned(lettersOf(camera.viewUp)));
}

/** A picture's own letters (where its rows and its columns run to), turned as the view is mirrored and rotated. */
export function edgesOfRows(
  [row, column]: readonly [string, string],
  axes: { rows: Point; columns: Point },
  camera: Camera,
): Edges {
  const along = (direction: readonly number[]): string => {
    const [onRows, onColumns] = [dot(direction, axes.rows), dot(direction, axes.columns)];
    if (Math.abs(onRows) >= Math.abs(onColumns)) return onRows > 0 ? row : turned(row);
    return onColumns > 0 ? column : turned(column);
  };
  return edges(along(rightOf(camera)), along(camera.viewUp.map((value) => -value)));
}

/** Null where the file does not say: a guessed side is worse than none. */
export function edgesOf(
  series: Pick<Series, "sides" | "edges" | "shape" | "affine">,
  camera: Camera,
): Edges | null {
  const axes = { rows: axisOf(series, 0), columns: axisOf(series, 1) };
  if (series.edges) return edgesOfRows(series.edges, axes, camera);
  return series.sides === "known" ? edgesOfCamera(camera) : null;
}
