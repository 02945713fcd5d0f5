/**
 * The label map over the image: colours as in the legend, opacity, outline, hidden labels. The page draws it;
 * the viewer has the map only while a tool draws into it, and then unseen.
 */
import { eventTarget } from "@cornerstonejs/core";
import { segmentation, Enums } from "@cornerstonejs/tools";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { inkOf, type Ink } from "./cut.ts";
import { layMap } from "./map-layer.ts";
import { joinLabels, partLabels, viewOf } from "./mount.ts";
import type { Stage } from "./viewer.tsx";

export type Overlay = { visible: boolean; opacity: number; outline: boolean };
export type OverlayLabel = { id: number; color: string; hidden?: boolean };

const { SEGMENTATION_DATA_MODIFIED } = Enums.Events;
const outlinePx = 2;

function inkFor({ opacity, outline }: Overlay, labels: readonly OverlayLabel[]): Ink {
  const ink = {
    fill: new Uint32Array(256),
    edge: new Uint32Array(256),
    width: outline ? outlinePx : 0,
  };
  for (const { id, color, hidden = false } of labels) {
    if (hidden) continue;
    ink.fill[id] = inkOf(color, opacity);
    ink.edge[id] = inkOf(color, 1);
  }
  return ink;
}

/** Lays the label map over every pane of its series until the returned function is called. */
export function layLabels(
  stage: Stage,
  series: Series,
  overlay: Overlay,
  labels: readonly OverlayLabel[],
): () => void {
  const shown = stage.hung.find((one) => one.shown.series.id === series.id)?.shown;
  if (shown === undefined || !overlay.visible || labels.length === 0) return () => {};
  const layer = layMap("labels", stage, series, {
    mask: shown.labels,
    ink: inkFor(overlay, labels),
  });
  let asked = 0;
  // A stroke writes more often than the screen is drawn.
  const changed = (event: Event): void => {
    const { segmentationId } = (event as CustomEvent<{ segmentationId: string }>).detail;
    if (segmentationId !== shown.segmentationId || asked !== 0) return;
    asked = requestAnimationFrame(() => {
      asked = 0;
      layer.redraw();
    });
  };
  eventTarget.addEventListener(SEGMENTATION_DATA_MODIFIED, changed);
  return () => {
    eventTarget.removeEventListener(SEGMENTATION_DATA_MODIFIED, changed);
    cancelAnimationFrame(asked);
    layer.stop();
  };
}

/** Gives the map to the viewer's tools: until this resolves a brush over the series would leave nothing behind. */
export async function labelsJoined(stage: Stage, seriesId: string): Promise<void> {
  for (const [index, { shown }] of stage.hung.entries()) {
    const view = viewOf(stage.engine, index);
    if (view && shown.series.id === seriesId) await joinLabels(view, shown);
  }
}

/** Takes the map from the viewer again: it would slow every picture down. */
export function labelsParted(stage: Stage, seriesId: string): void {
  for (const [index, { shown }] of stage.hung.entries()) {
    const view = viewOf(stage.engine, index);
    if (view && shown.series.id === seriesId) partLabels(view, shown);
  }
}

/** Redraws after the label map was written from outside the tools. */
export function labelsChanged(segmentationId: string, slices?: number[]): void {
  segmentation.triggerSegmentationEvents.triggerSegmentationDataModified(segmentationId, slices);
}
