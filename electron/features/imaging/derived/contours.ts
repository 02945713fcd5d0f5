/** RT structure sets (PS3.3 C.8.8.5, C.8.8.6): contours in patient millimetres to masks on a series. */
import type { DataSet } from "dicom-parser";
import { AppError } from "../../../api/errors.ts";
import { apply, inverse, type Vector } from "../geometry.ts";
import { labelColour } from "../label-colours.ts";
import type { Grid } from "./grid.ts";
import { wholeOr } from "./report-tree.ts";
import { layered, type Layer, type Structure } from "./layers.ts";

/** Points in LPS+ millimetres, x, y, z after each other. */
export type Contour = { type: string; points: number[]; image: string };
export type Region = {
  number: number;
  name: string;
  color: string | null;
  frameOfReference: string;
  contours: Contour[];
};

const text = (dataSet: DataSet | undefined, tag: string): string =>
  (dataSet?.string(tag) ?? "").trim();
const itemsOf = (dataSet: DataSet | undefined, tag: string): DataSet[] =>
  (dataSet?.elements[tag]?.items ?? []).flatMap((item) => item.dataSet ?? []);

/** The regions of a structure set with their contours. */
export function regionsOf(dataSet: DataSet): Region[] {
  return wholeOr("structure set", () => regionsFrom(dataSet));
}

function regionsFrom(dataSet: DataSet): Region[] {
  const drawn = new Map(
    itemsOf(dataSet, "x30060039").map((item) => [Number(text(item, "x30060084")), item]),
  );
  return itemsOf(dataSet, "x30060020").map((item): Region => {
    const number = Number(text(item, "x30060022"));
    const contours = drawn.get(number);
    const rgb = text(contours, "x3006002a").split("\\").map(Number);
    return {
      number,
      name: text(item, "x30060026") || `Region ${number}`,
      color:
        rgb.length === 3 && rgb.every((value) => value >= 0 && value <= 255)
          ? `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, "0")).join("")}`
          : null,
      frameOfReference: text(item, "x30060024"),
      contours: itemsOf(contours, "x30060040").map((contour) => ({
        type: text(contour, "x30060042"),
        points: text(contour, "x30060050").split("\\").map(Number.parseFloat),
        image: text(itemsOf(contour, "x30060016")[0], "x00081155"),
      })),
    };
  });
}

/** In-plane corners in columns and rows of one slice. */
type Polygon = { k: number; corners: [number, number][] };

/**
 * Closed contours as masks: a voxel is inside where its centre is, by the even-odd rule over all contours
 * of a region in a slice, so that an inner contour is a hole. Open contours and points have no inside and
 * are told. @throws badInput where contours do not lie in the series' slices
 */
export async function contourLayers(
  regions: readonly Region[],
  grid: Grid,
  name: string,
  warnings: string[],
): Promise<Layer[]> {
  const back = inverse(grid.affine);
  if (back === null) throw new AppError("badInput", "The series has no place in the patient.");
  const structures: Structure[] = [];
  for (const [order, region] of regions.entries()) {
    const closed = region.contours.filter(({ type }) => /^CLOSED_?PLANAR/.test(type));
    const others = region.contours.length - closed.length;
    if (others > 0)
      warnings.push(`"${region.name}" has ${others} points or open lines, which have no inside.`);
    if (closed.length === 0) continue;
    const polygons = closed.map((contour) => polygonOf(contour, back, grid, region.name, name));
    structures.push({
      label: {
        id: structures.length + 1,
        name: region.name,
        color: region.color ?? labelColour(order),
      },
      voxels: (mark) => fill(polygons, grid, mark),
    });
  }
  if (structures.length === 0)
    throw new AppError("badInput", `"${name}": the structure set has no closed contours.`);
  return layered(structures, grid);
}

function polygonOf(
  { points }: Contour,
  back: number[],
  { shape }: Grid,
  region: string,
  file: string,
): Polygon {
  const corners: [number, number][] = [];
  const heights: number[] = [];
  for (let at = 0; at + 2 < points.length; at += 3) {
    const [x, y, z] = points.slice(at, at + 3) as Vector;
    // DICOM is LPS+, the affine RAS+.
    const [i, j, k] = apply(back, [-x, -y, z]);
    corners.push([i, j]);
    heights.push(k);
  }
  const k = Math.round(heights[0] ?? Number.NaN);
  const far = Math.max(...heights.map((height) => Math.abs(height - k)));
  if (!(far < 0.3) || k < 0 || k >= shape[2])
    throw new AppError(
      "badInput",
      `"${file}": a contour of "${region}" does not lie in a slice of the series${Number.isFinite(far) ? ` (${far.toFixed(2)} slices off)` : ""}. It was drawn on other images and is not shown.`,
    );
  return { k, corners };
}

/** Rows are filled between every other crossing of a contour with the row through the voxel centres. */
function fill(polygons: readonly Polygon[], { shape }: Grid, mark: (at: number) => void): void {
  const [width, height] = shape;
  const slices = new Map<number, Polygon[]>();
  for (const polygon of polygons)
    slices.set(polygon.k, [...(slices.get(polygon.k) ?? []), polygon]);
  for (const [k, here] of slices) {
    const rows = here.flatMap(({ corners }) => corners.map(([, j]) => j));
    const first = Math.max(0, Math.ceil(Math.min(...rows)));
    const last = Math.min(height - 1, Math.floor(Math.max(...rows)));
    for (let row = first; row <= last; row += 1) {
      const crossings = here.flatMap(({ corners }) => crossingsOf(corners, row));
      crossings.sort((a, b) => a - b);
      for (let n = 0; n + 1 < crossings.length; n += 2) {
        const from = Math.max(0, Math.ceil(crossings[n] as number));
        const to = Math.min(width - 1, Math.ceil(crossings[n + 1] as number) - 1);
        for (let i = from; i <= to; i += 1) mark(i + width * (row + height * k));
      }
    }
  }
}

function crossingsOf(corners: readonly [number, number][], row: number): number[] {
  return corners.flatMap(([x1, y1], at) => {
    const [x2, y2] = corners[(at + 1) % corners.length] as [number, number];
    // Half-open, so that a corner on the row counts once.
    if (y1 <= row === y2 <= row) return [];
    return [x1 + ((row - y1) / (y2 - y1)) * (x2 - x1)];
  });
}
