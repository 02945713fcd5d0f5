/** What hangs where: panes of one study, and of a prior beside it. Pure. */
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { hangingOf, nativePlane, type Plane } from "./planes.ts";
import { fourSequences, sequenceOf } from "../../../../electron/api/sequences.ts";

export const layoutKinds = ["one", "three", "compare", "four"] as const;
export type LayoutKind = (typeof layoutKinds)[number];

export const layoutNames: Record<LayoutKind, string> = {
  one: "One",
  three: "Three planes",
  compare: "Side by side",
  four: "Two by two",
};

export type Pane = {
  series: Series;
  plane: Plane;
  /** Slices as they are stored (quick), or a plane cut through the volume. */
  draw: "stack" | "cut";
  name: string;
};

export const isVolume = (series: Pick<Series, "shape">): boolean => series.shape[2] > 1;

/**
 * Why no planes are cut through a series; "" where they can be. Uneven or tilted slices make no box: a
 * plane through them would show what is not there.
 */
export function notCutBecause({
  faults,
  channels,
}: Pick<Series, "faults"> & Partial<Pick<Series, "channels">>): string {
  if (channels !== undefined && channels >= 3) return "No three planes: the images are coloured.";
  if (faults === undefined) return "";
  if (faults.missing > 0)
    return `No three planes: about ${faults.missing} ${faults.missing === 1 ? "slice is" : "slices are"} missing.`;
  if (faults.uneven) return "No three planes: the slices are not evenly spaced.";
  return faults.tilt > 0
    ? `No three planes: the gantry was tilted by ${faults.tilt.toFixed(1)}°.`
    : "";
}

export const canBeCut = (series: Series): boolean =>
  isVolume(series) && notCutBecause(series) === "";

const planes: Plane[] = ["axial", "sagittal", "coronal"];
export const planeName = (plane: Plane): string => plane[0]?.toUpperCase() + plane.slice(1);

/** Stored slices can be shown as they are unless a slab is asked for or they would hang on their side. */
function paneOf(series: Series, slab: number, name: string): Pane {
  const plain =
    !isVolume(series) || series.channels >= 3 || (slab === 0 && hangingOf(series) !== null);
  return { series, plane: nativePlane(series), draw: plain ? "stack" : "cut", name };
}

type Asked = { kind: LayoutKind; series: Series; study: readonly Series[]; prior: Series | null };

/** The panes of a layout; one that this study cannot fill falls back to one pane. */
export function panesOf({ kind, series, study, prior }: Asked, slab: number): Pane[] {
  if (kind === "three" && canBeCut(series))
    return planes.map((plane) => ({ series, plane, draw: "cut", name: planeName(plane) }));
  if (kind === "compare" && prior)
    return [paneOf(series, slab, series.name), paneOf(prior, slab, `Compared: ${prior.name}`)];
  const four = kind === "four" ? fourSequences(study) : null;
  if (four) return four.map((one) => paneOf(one, slab, sequenceOf(one) ?? one.name));
  return [paneOf(series, slab, "")];
}

/** The layouts that make sense here, in the order that `,` and `.` step through. */
export function possibleLayouts(series: Series, study: readonly Series[]): LayoutKind[] {
  return layoutKinds.filter(
    (kind) =>
      kind === "one" ||
      kind === "compare" ||
      (kind === "three" && canBeCut(series)) ||
      (kind === "four" && fourSequences(study) !== null),
  );
}

export type Hanging = { kind: LayoutKind; prior: Series | null; why: string };

/**
 * How a study hangs when it is opened: a brain MR with its four sequences two by two, a frontal and a
 * lateral film beside each other, everything else one series at a time in the plane it was taken in.
 */
export function hang(series: Series, study: readonly Series[]): Hanging {
  const four = fourSequences(study);
  if (four?.some(({ id }) => id === series.id))
    return { kind: "four", prior: null, why: "Brain MR: T1, T1c, T2 and FLAIR" };
  const films = study.filter(
    (one) => ["CR", "DX"].includes(one.modality) && one.edges && !isVolume(one),
  );
  const other = films.find((one) => one.id !== series.id && viewOfFilm(one) !== viewOfFilm(series));
  if (other && films.length === 2 && films.some(({ id }) => id === series.id))
    return { kind: "compare", prior: other, why: "Chest film: frontal and lateral" };
  return { kind: "one", prior: null, why: "" };
}

/** A frontal film's rows run between left and right, a lateral one's between front and back. */
function viewOfFilm(film: Series): "frontal" | "lateral" {
  return /[AP]/.test(film.edges?.[0] ?? "") ? "lateral" : "frontal";
}

/** The series of another study that a reader would put beside this one. */
export function matching(series: Series, candidates: readonly Series[]): Series | null {
  const unlike = (one: Series): number =>
    (one.modality === series.modality ? 0 : 100) +
    (isVolume(one) === isVolume(series) ? 0 : 50) +
    (sequenceOf(one) === sequenceOf(series) ? 0 : 20) +
    (nativePlane(one) === nativePlane(series) ? 0 : 10) +
    Math.abs(Math.log(one.shape[2] / series.shape[2]));
  return candidates.toSorted((a, b) => unlike(a) - unlike(b))[0] ?? null;
}
