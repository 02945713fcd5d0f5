/** Acts on one view: turn, mirror, invert, zoom, scroll, reset. Scrolling can take other panes along. */
import { utilities, type RenderingEngine, type Types } from "@cornerstonejs/core";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import type { Pane } from "./layouts.ts";
import { hangStack, isStack, lookAt, viewOf, type View } from "./mount.ts";
import { axisOf, dot, indexOf, originOf, type Plane, type Point } from "./planes.ts";
import { loadedSeries, type ShownSeries } from "./shown-series.ts";

export function invert(view: View): void {
  view.setProperties({ invert: !(view.getProperties()?.invert ?? false) });
  view.render();
}

export function mirror(view: View, which: "flipHorizontal" | "flipVertical"): void {
  view.setCamera({ [which]: !(view.getCamera()[which] ?? false) });
  view.render();
}

/** Quarter turns, clockwise when positive. */
export function turn(view: View, quarters: number): void {
  const now = view.getViewPresentation();
  view.setViewPresentation({ ...now, rotation: ((now.rotation ?? 0) + 360 + quarters * 90) % 360 });
  view.render();
}

export function zoomBy(view: View, factor: number): void {
  view.setZoom(Math.min(40, Math.max(0.1, view.getZoom() * factor)));
  view.render();
}

function unturn(view: View): void {
  view.setViewPresentation({ rotation: 0 });
  view.setCamera({ flipHorizontal: false, flipVertical: false });
}

/** Zoom, place, turns and mirrors as they were when the series was hung; the slice stays. */
export function resetView(view: View, shown: ShownSeries): void {
  view.setProperties({ invert: false });
  if (isStack(view)) {
    unturn(view);
    view.resetCamera();
    hangStack(view, shown);
  } else {
    const focal = view.getCamera().focalPoint;
    unturn(view);
    view.resetCamera({ resetPan: true, resetZoom: true, resetToCenter: true });
    if (focal) lookAt(view, focal);
  }
  view.render();
}

export function sliceOf(view: View): { index: number; count: number } {
  return isStack(view)
    ? { index: view.getCurrentImageIdIndex(), count: view.getImageIds().length }
    : { index: view.getSliceIndex(), count: view.getNumberOfSlices() };
}

/** Slices along the stored direction carry their stored number, however the plane is drawn. */
export function sliceAsStored(view: View, series: Series): { index: number; count: number } {
  const { focalPoint, viewPlaneNormal } = view.getCamera();
  const along = Math.abs(dot(viewPlaneNormal ?? [0, 0, 0], axisOf(series, 2)));
  if (isStack(view) || !focalPoint || along < 0.9) return sliceOf(view);
  const last = series.shape[2] - 1;
  const index = Math.round(indexOf(series, focalPoint)[2]);
  return { index: Math.max(0, Math.min(last, index)), count: series.shape[2] };
}

const axes: Record<Plane, Point> = { axial: [0, 0, 1], sagittal: [1, 0, 0], coronal: [0, 1, 0] };

/** A slice of the stored grid along a plane's axis: millimetres in LPS+ of slice 0, and per slice. */
function spanOf({ series }: ShownSeries, plane: Plane): { first: number; step: number } {
  const step = [-(series.affine[2] ?? 0), -(series.affine[6] ?? 0), series.affine[10] ?? 0];
  return { first: dot(originOf(series), axes[plane]), step: dot(step, axes[plane]) || 1 };
}

/** Where a view stands along its plane's axis, in LPS+ millimetres. */
export function placeOf(view: View, plane: Plane, shown: ShownSeries): number {
  if (!isStack(view)) return dot(view.getCamera().focalPoint ?? [0, 0, 0], axes[plane]);
  const { first, step } = spanOf(shown, plane);
  return first + step * view.getCurrentImageIdIndex();
}

export function goTo(view: View, plane: Plane, shown: ShownSeries, place: number): void {
  if (isStack(view)) {
    const { first, step } = spanOf(shown, plane);
    const index = Math.round((place - first) / step);
    goToSlice(view, index);
    return;
  }
  const focal = view.getCamera().focalPoint ?? [0, 0, 0];
  const along = place - dot(focal, axes[plane]);
  lookAt(view, focal.map((value, axis) => value + along * (axes[plane][axis] ?? 0)) as Point);
  view.render();
}

/** Slice by its number in the view, held inside the series. */
export function goToSlice(view: View, index: number): void {
  const { index: now, count } = sliceOf(view);
  const wanted = Math.max(0, Math.min(count - 1, index));
  if (wanted === now) return;
  if (isStack(view)) void showSlice(view, wanted);
  else
    utilities.scroll(view as unknown as Parameters<typeof utilities.scroll>[0], {
      delta: wanted - now,
    });
}

const wishes = new WeakMap<View, number>();

/**
 * A slice that has not arrived is shown when it has, unless another was asked for meanwhile: the viewer
 * would count on at once and name a slice that is not the one drawn.
 */
async function showSlice(view: Types.IStackViewport, wanted: number): Promise<void> {
  wishes.set(view, wanted);
  const seriesId = view.getImageIds()[wanted]?.split(":")[1] ?? "";
  const arrival = loadedSeries(seriesId)?.arrival;
  try {
    if (arrival && !arrival.has(wanted)) await arrival.slice(wanted);
    if (wishes.get(view) === wanted) await view.setImageIdIndex(wanted);
  } catch {
    // That the series broke off is told once, by the viewer.
  }
}

export type Hung = { pane: Pane; shown: ShownSeries };

/**
 * Scrolls one pane and, by the same way in the patient, those that hang beside it. Panes of one study share
 * the patient's coordinates; a prior keeps the distance it had when the two were linked.
 */
export function scrollLinked(
  engine: RenderingEngine,
  hung: readonly Hung[],
  index: number,
  delta: number,
  offsets: ReadonlyMap<number, number> | null,
): void {
  const view = viewOf(engine, index);
  const lead = hung[index];
  if (!view || !lead) return;
  goToSlice(view, sliceOf(view).index + delta);
  if (offsets === null) return;
  const place = placeOf(view, lead.pane.plane, lead.shown);
  for (const [other, { pane, shown }] of hung.entries()) {
    const follower = viewOf(engine, other);
    if (other === index || !follower || pane.plane !== lead.pane.plane) continue;
    const distance = (offsets.get(other) ?? 0) - (offsets.get(index) ?? 0);
    goTo(follower, pane.plane, shown, place + distance);
  }
}

/** How far each pane's place lies from the first one's: zero inside one study, as they stand for a prior. */
export function offsetsNow(
  engine: RenderingEngine,
  hung: readonly Hung[],
  sameStudy: boolean,
): Map<number, number> {
  const places = hung.map(({ pane, shown }, index) => {
    const view = viewOf(engine, index);
    return view && !sameStudy ? placeOf(view, pane.plane, shown) : 0;
  });
  return new Map(places.map((place, index) => [index, place - (places[0] ?? 0)]));
}
