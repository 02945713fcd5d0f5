/** What a drawn measurement comes to: lengths, angles, areas, and statistics of the stored values inside it. Pure. */
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import type { Measurement } from "../../../../electron/api/schemas/reading.ts";
import { axisOf, dot, indexOf, worldOf, type Point } from "../look/planes.ts";

export type MeasurementTool = Exclude<Measurement["kind"], "volume">;
/** Named values with UCUM units; "px" where the size of a pixel is not known. */
export type Results = Measurement["values"];
export type Measured = {
  series: Pick<Series, "shape" | "affine" | "spacing">;
  /** Stored values, x fastest. */
  values: ArrayLike<number>;
  /** False where the file does not say how large a voxel is: lengths are then pixels. */
  sized: boolean;
  /** UCUM unit of the stored values: "[hnsf'U]" for Hounsfield units, "1" where they have none. */
  unit: string;
};

type P = readonly number[];
const minus = (a: P, b: P): Point => [
  (a[0] ?? 0) - (b[0] ?? 0),
  (a[1] ?? 0) - (b[1] ?? 0),
  (a[2] ?? 0) - (b[2] ?? 0),
];
const size = (a: P): number => Math.hypot(a[0] ?? 0, a[1] ?? 0, a[2] ?? 0);
const between = (a: P | undefined, b: P | undefined): number => (a && b ? size(minus(a, b)) : 0);
const middle = (a: P, b: P): Point => [
  ((a[0] ?? 0) + (b[0] ?? 0)) / 2,
  ((a[1] ?? 0) + (b[1] ?? 0)) / 2,
  ((a[2] ?? 0) + (b[2] ?? 0)) / 2,
];

/** Angle at the second of three points, in degrees. */
function angleAt([a, b, c]: readonly P[]): number {
  if (!a || !b || !c) return 0;
  const [u, v] = [minus(a, b), minus(c, b)];
  const cosine = dot(u, v) / (size(u) * size(v) || 1);
  return (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI;
}

/** A region by its centre and two half axes that stand at right angles to each other. */
type Region = { centre: Point; u: Point; v: Point; round: boolean };

/** Ellipse handles: bottom, top, left, right. Rectangle handles: two of one side, two of the other. */
function regionOf(tool: MeasurementTool, points: readonly P[]): Region | null {
  const [a, b, c, d] = points;
  if (!a || !b || !c || !d) return null;
  const half = (p: P): Point => [(p[0] ?? 0) / 2, (p[1] ?? 0) / 2, (p[2] ?? 0) / 2];
  if (tool === "ellipse")
    return { centre: middle(a, b), u: half(minus(b, a)), v: half(minus(d, c)), round: true };
  return { centre: middle(a, d), u: half(minus(b, a)), v: half(minus(c, a)), round: false };
}

const cross = (a: P, b: P): Point => [
  (a[1] ?? 0) * (b[2] ?? 0) - (a[2] ?? 0) * (b[1] ?? 0),
  (a[2] ?? 0) * (b[0] ?? 0) - (a[0] ?? 0) * (b[2] ?? 0),
  (a[0] ?? 0) * (b[1] ?? 0) - (a[1] ?? 0) * (b[0] ?? 0),
];

/** Values of the voxels whose centre lies in the region, on the one slice that the region's plane goes through. */
export function valuesInside(region: Region, { series, values }: Measured): number[] {
  const { centre, u, v, round } = region;
  const [uu, vv] = [dot(u, u), dot(v, v)];
  if (uu === 0 || vv === 0) return [];
  const across = cross(u, v);
  const normal = across.map((value) => value / (size(across) || 1));
  const [columns, rows, slices] = series.shape;
  const corners = [-1, 1].flatMap((s) =>
    [-1, 1].map((t) =>
      centre.map((value, axis) => value + s * (u[axis] ?? 0) + t * (v[axis] ?? 0)),
    ),
  );
  const indices = corners.map((corner) => indexOf(series, corner));
  const limit = (axis: 0 | 1 | 2, most: number): [number, number] => {
    const along = indices.map((index) => index[axis]);
    return [
      Math.max(0, Math.floor(Math.min(...along))),
      Math.min(most - 1, Math.ceil(Math.max(...along))),
    ];
  };
  const [i0, i1] = limit(0, columns);
  const [j0, j1] = limit(1, rows);
  const [k0, k1] = limit(2, slices);
  // Half of a voxel along the plane's normal: the slice that holds the plane, never its neighbour.
  const step = [0, 1, 2].map((axis) => {
    const one: [number, number, number] = [0, 0, 0];
    one[axis] = 1;
    return Math.abs(dot(minus(worldOf(series, one), worldOf(series, [0, 0, 0])), normal));
  });
  const halfStep = Math.max(...step) / 2;
  const inside: number[] = [];
  for (let k = k0; k <= k1; k += 1)
    for (let j = j0; j <= j1; j += 1)
      for (let i = i0; i <= i1; i += 1) {
        const away = minus(worldOf(series, [i, j, k]), centre);
        const off = dot(away, normal);
        if (off >= halfStep || off < -halfStep) continue;
        const [s, t] = [dot(away, u) / uu, dot(away, v) / vv];
        if (round ? s * s + t * t > 1 : Math.abs(s) > 1 || Math.abs(t) > 1) continue;
        inside.push(values[i + columns * (j + rows * k)] ?? Number.NaN);
      }
  return inside;
}

/** Mean, standard deviation of the sample (n − 1), least and greatest. */
export function statistics(values: readonly number[], unit: string): Results {
  const n = values.length;
  if (n === 0) return [];
  let [low, high, sum] = [Infinity, -Infinity, 0];
  for (const value of values) {
    sum += value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const mean = sum / n;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return [
    { name: "Mean", value: mean, unit },
    { name: "Standard deviation", value: n > 1 ? Math.sqrt(squares / (n - 1)) : 0, unit },
    { name: "Minimum", value: low, unit },
    { name: "Maximum", value: high, unit },
    { name: "Voxels", value: n, unit: "1" },
  ];
}

/** Handles in LPS+ millimetres (as stored by the viewer) to named values with units. Empty while it is being drawn. */
export function measure(tool: MeasurementTool, points: readonly P[], on: Measured): Results {
  const mm = on.sized ? "mm" : "px";
  if (tool === "length")
    return [{ name: "Length", value: between(points[0], points[1]), unit: mm }];
  if (tool === "angle")
    return points.length < 3 ? [] : [{ name: "Angle", value: angleAt(points), unit: "deg" }];
  if (tool === "bidirectional") {
    const both = [between(points[0], points[1]), between(points[2], points[3])];
    const [short = 0, long = 0] = both.toSorted((a, b) => a - b);
    return [
      { name: "Long axis", value: long, unit: mm },
      { name: "Short axis", value: short, unit: mm },
    ];
  }
  if (tool === "probe") {
    const [i, j, k] = indexOf(on.series, points[0] ?? []).map(Math.round) as Point;
    const [columns, rows, slices] = on.series.shape;
    if (i < 0 || j < 0 || k < 0 || i >= columns || j >= rows || k >= slices) return [];
    const value = on.values[i + columns * (j + rows * k)] ?? Number.NaN;
    return [{ name: "Value", value, unit: on.unit }];
  }
  const region = regionOf(tool, points);
  if (region === null) return [];
  const area = size(region.u) * size(region.v) * (region.round ? Math.PI : 4);
  return [
    { name: "Area", value: area, unit: `${mm}2` },
    ...statistics(valuesInside(region, on), on.unit),
  ];
}

const written: Record<string, string> = {
  "1": "",
  deg: "°",
  mm2: " mm²",
  px2: " px²",
  "[hnsf'U]": " HU",
};

/** A value as it is shown: tenths of millimetres and degrees, three figures of anything small. */
export function shownValue({ value, unit }: Results[number]): string {
  const text =
    Number.isInteger(value) && Math.abs(value) < 1e6
      ? String(value)
      : Math.abs(value) < 10
        ? value.toPrecision(3)
        : value.toFixed(1);
  return `${text}${written[unit] ?? ` ${unit}`}`;
}

/** Lines beside the drawing, the first one without its name where it says itself. */
export function linesOf(results: Results): string[] {
  return results
    .filter(({ name }) => name !== "Voxels")
    .map((result, index) =>
      index === 0 ? shownValue(result) : `${result.name} ${shownValue(result)}`,
    );
}

/** Normal (LPS+) of the plane that handles lie in: the stored one, or the one they all share. */
export function normalOf(points: readonly P[], series: Measured["series"]): Point {
  const indices = points.map((point) => indexOf(series, point));
  const spread = ([0, 1, 2] as const).map((axis) => {
    const along = indices.map((index) => index[axis]);
    return Math.max(...along) - Math.min(...along);
  });
  const within = 0.75;
  const axis = ([2, 1, 0] as const).find((one) => (spread[one] ?? 0) < within) ?? 2;
  const [u, v] = ([0, 1, 2] as const)
    .filter((one) => one !== axis)
    .map((one) => axisOf(series, one));
  return cross(u ?? [1, 0, 0], v ?? [0, 1, 0]);
}
