/** Puts panes on the page: viewports of the one engine, their image, its label map, the tools. */
import { cache, Enums, eventTarget, type RenderingEngine, type Types } from "@cornerstonejs/core";
import { segmentation, Enums as ToolEnums, ToolGroupManager } from "@cornerstonejs/tools";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { groupId } from "./cornerstone.ts";
import { followSlices } from "./label-actor.ts";
import type { Pane } from "./layouts.ts";
import { dot, hangingOf, indexOf, worldOf, type Plane, type Point } from "./planes.ts";
import { cacheLabels, cutThrough } from "./local-images.ts";
import type { ShownSeries } from "./shown-series.ts";

export type View = Types.IStackViewport | Types.IVolumeViewport;

const { ViewportType, OrientationAxis, BlendModes } = Enums;
const { SEGMENTATION_RENDERED } = ToolEnums.Events;
const { Labelmap } = ToolEnums.SegmentationRepresentations;
const orientations = {
  axial: OrientationAxis.AXIAL,
  sagittal: OrientationAxis.SAGITTAL,
  coronal: OrientationAxis.CORONAL,
} as const;

export const viewId = (index: number, plane: Plane): string => `pane:${index}:${plane}`;

export function viewOf(engine: RenderingEngine, index: number): View | undefined {
  return engine.getViewports().find(({ id }) => id.startsWith(`pane:${index}:`)) as
    | View
    | undefined;
}

export const isStack = (view: View): view is Types.IStackViewport =>
  view.type === ViewportType.STACK;

type Mounted = { pane: Pane; shown: ShownSeries; element: HTMLDivElement };

/** Where the reader last looked in each series, in LPS+ millimetres: a new layout opens there. */
const places = new Map<string, Point>();
const seriesOfView = new WeakMap<View, Series>();

function keepPlaces(engine: RenderingEngine): void {
  for (const view of engine.getViewports() as View[]) {
    const series = seriesOfView.get(view);
    if (series) places.set(series.id, pointOf(view, series));
  }
}

/** On a voxel, not between two of them: a cut there would show a mixture of slices. */
const centreOf = (series: Series): Point =>
  worldOf(series, series.shape.map((size) => Math.floor(size / 2)) as Point);

/**
 * Where a view stands, in LPS+ millimetres: the place known before, moved along the view's normal. How far
 * the picture was moved sideways says nothing about the other planes. A stack's camera stays at its first slice.
 */
function pointOf(view: View, series: Series): Point {
  const centre = centreOf(series);
  const before = places.get(series.id) ?? centre;
  if (isStack(view)) {
    const [i, j] = indexOf(series, before);
    return worldOf(series, [i, j, view.getCurrentImageIdIndex()]);
  }
  const { focalPoint = centre, viewPlaneNormal = [0, 0, 1] } = view.getCamera();
  const along = dot(focalPoint, viewPlaneNormal) - dot(before, viewPlaneNormal);
  return before.map((value, axis) => value + along * (viewPlaneNormal[axis] ?? 0)) as Point;
}

let mounting: Promise<unknown> = Promise.resolve();

/**
 * Mounts follow each other: two at a time would put the series of one into the panes of the other. One that is
 * no longer wanted stops. False where it did.
 * @throws when WebGL or the image is missing; the page then says so and stays.
 */
export function mount(
  engine: RenderingEngine,
  mounted: Mounted[],
  slabMm: number,
  isStale: () => boolean,
): Promise<boolean> {
  const mine = mounting.then(() => !isStale() && hangUp(engine, mounted, slabMm, isStale));
  mounting = mine.catch(() => false);
  return mine;
}

async function hangUp(
  engine: RenderingEngine,
  mounted: Mounted[],
  slabMm: number,
  isStale: () => boolean,
): Promise<boolean> {
  keepPlaces(engine);
  engine.setViewports(
    mounted.map(({ pane, element }, index) => ({
      viewportId: viewId(index, pane.plane),
      type: pane.draw === "stack" ? ViewportType.STACK : ViewportType.ORTHOGRAPHIC,
      element,
      defaultOptions: {
        background: [0.03, 0.04, 0.05] as Types.Point3,
        ...(pane.draw === "cut" ? { orientation: orientations[pane.plane] } : {}),
      },
    })),
  );
  const group = ToolGroupManager.getToolGroup(groupId);
  // Three planes of a series are cuts through one volume.
  const volumes = mounted.flatMap(({ pane, shown }) => (pane.draw === "cut" ? [shown] : []));
  for (const shown of new Set(volumes)) {
    shown.arrival.drawn();
    await shown.arrival.whole;
    cutThrough(shown);
    // A pane that is gone took the volume's texture with it, while its slices still count as sent: without this
    // the new pane now and then stayed black.
    cache.getVolume(shown.volumeId)?.modified();
  }
  if (isStale()) return false;
  const cuts: { view: View; place: Point }[] = [];
  for (const [index, { shown }] of mounted.entries()) {
    const view = viewOf(engine, index);
    if (view === undefined) continue;
    group?.addViewport(view.id, engine.id);
    seriesOfView.set(view, shown.series);
    if (isStack(view)) await showStack(view, shown);
    else {
      await showCut(view, shown, slabMm);
      cuts.push({ view, place: places.get(shown.series.id) ?? centreOf(shown.series) });
    }
    keepLabels(shown);
    if (isStale()) return false;
  }
  for (const { view, place } of cuts) lookAt(view, place);
  engine.render();
  return true;
}

async function showStack(view: Types.IStackViewport, shown: ShownSeries): Promise<void> {
  const slices = shown.imageIds.length;
  const place = places.get(shown.series.id);
  const wanted = place ? Math.round(indexOf(shown.series, place)[2]) : Math.floor(slices / 2);
  await view.setStack(shown.imageIds, Math.max(0, Math.min(slices - 1, wanted)));
  hangStack(view, shown);
}

/** Slices as a reader expects them; a single picture stays as its file has it. */
export function hangStack(view: Types.IStackViewport, { series, isVolume }: ShownSeries): void {
  const mirrors = isVolume ? hangingOf(series) : null;
  if (mirrors) view.setCamera(mirrors);
}

async function showCut(
  view: Types.IVolumeViewport,
  shown: ShownSeries,
  slabMm: number,
): Promise<void> {
  await view.setVolumes([{ volumeId: shown.volumeId }]);
  if (slabMm > 0) {
    view.setBlendMode(BlendModes.MAXIMUM_INTENSITY_BLEND);
    view.setSlabThickness(slabMm);
  }
}

/**
 * The label map joins a little later, and a cut then stands on another slice than before. The viewer says when
 * it is drawn; a pane that left the page meanwhile is not waited for for ever.
 */
function labelsDrawn(view: View): Promise<void> {
  const patienceMs = 10_000;
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      eventTarget.removeEventListener(SEGMENTATION_RENDERED, drawn);
      resolve();
    };
    const drawn = (event: Event): void => {
      if ((event as CustomEvent<{ viewportId: string }>).detail.viewportId === view.id) done();
    };
    const timer = setTimeout(done, patienceMs);
    eventTarget.addEventListener(SEGMENTATION_RENDERED, drawn);
  });
}

/** Moves a cut along its normal until it goes through a point in LPS+ millimetres. */
export function lookAt(view: View, [x, y, z]: readonly [number, number, number]): void {
  const { focalPoint, position, viewPlaneNormal } = view.getCamera();
  if (!focalPoint || !position || !viewPlaneNormal) return;
  const [nx, ny, nz] = viewPlaneNormal;
  const along = (x - focalPoint[0]) * nx + (y - focalPoint[1]) * ny + (z - focalPoint[2]) * nz;
  const moved = (from: Types.Point3): Types.Point3 => [
    from[0] + along * nx,
    from[1] + along * ny,
    from[2] + along * nz,
  ];
  view.setCamera({ focalPoint: moved(focalPoint), position: moved(position) });
}

/** The label map as the tools know it, whether it is drawn or not. */
function keepLabels(shown: ShownSeries): void {
  const { segmentationId, labelIds, labelVolumeId, volumeId, isVolume } = shown;
  if (segmentation.state.getSegmentation(segmentationId) !== undefined) return;
  segmentation.addSegmentations([
    {
      segmentationId,
      representation: {
        type: Labelmap,
        data: isVolume
          ? { imageIds: labelIds, volumeId: labelVolumeId, referencedVolumeId: volumeId }
          : { imageIds: labelIds },
      },
    },
  ]);
}

/** Gives a view the label map for its tools, once; it is not seen, since the page draws it (`overlay.ts`). */
export async function joinLabels(view: View, shown: ShownSeries): Promise<void> {
  const { segmentationId } = shown;
  if (hasLabels(view, segmentationId)) return;
  await shown.arrival.whole;
  // Another call may have been quicker.
  if (hasLabels(view, segmentationId)) return;
  cacheLabels(shown);
  if (isStack(view)) followSlices(view, shown);
  const { focalPoint, position } = view.getCamera();
  const drawn = labelsDrawn(view);
  segmentation.config.style.setStyle(
    { viewportId: view.id, segmentationId, type: Labelmap },
    { renderFill: true, fillAlpha: 0, renderOutline: false },
  );
  await segmentation.addLabelmapRepresentationToViewport(view.id, [
    { segmentationId, type: Labelmap },
  ]);
  if (isStack(view)) return;
  await drawn;
  if (focalPoint && position) view.setCamera({ focalPoint, position });
  view.render();
}

/** Takes the label map from a view; the map itself stays. */
export function partLabels(view: View, { segmentationId }: ShownSeries): void {
  if (hasLabels(view, segmentationId))
    segmentation.removeLabelmapRepresentation(view.id, segmentationId);
}

const hasLabels = (view: View, segmentationId: string): boolean =>
  segmentation.state.getSegmentationRepresentation(view.id, {
    segmentationId,
    type: Labelmap,
  }) !== undefined;
