/** How the label map is drawn over the image: colours as in the legend, opacity, outline, hidden labels. */
import type { Types } from "@cornerstonejs/core";
import { segmentation, Enums } from "@cornerstonejs/tools";
import { isStack, joinLabels, partLabels, viewOf, type View } from "./mount.ts";
import type { ShownSeries } from "./shown-series.ts";
import type { Stage } from "./viewer.tsx";

export type Overlay = { visible: boolean; opacity: number; outline: boolean };
export type OverlayLabel = { id: number; color: string; hidden?: boolean };

const { Labelmap } = Enums.SegmentationRepresentations;

function rgba(hex: string): Types.Color {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255, 255];
}

/** How often the overlay of a view was asked for: an older answer must not overwrite a newer one. */
const asked = new WeakMap<View, number>();

/**
 * Styles the label map in every pane that shows it; views mounted anew start without. A stack without
 * segments goes without a map: one that is drawn costs more than the image at every slice.
 */
export function showOverlay(
  stage: Stage,
  overlay: Overlay,
  labels: readonly OverlayLabel[],
  seriesId: string,
): void {
  for (const [index, { shown }] of stage.hung.entries()) {
    const view = viewOf(stage.engine, index);
    if (!view) continue;
    const turn = (asked.get(view) ?? 0) + 1;
    asked.set(view, turn);
    const isWanted = shown.series.id === seriesId && labels.length > 0;
    if (isWanted)
      void joinLabels(view, shown).then(
        () => asked.get(view) === turn && styleLabels(view, shown, overlay, labels),
        // The pane left the page meanwhile.
        () => undefined,
      );
    else if (isStack(view)) {
      partLabels(view, shown);
      view.render();
    } else styleLabels(view, shown, { ...overlay, visible: false }, labels);
  }
}

function styleLabels(
  view: View,
  { segmentationId }: ShownSeries,
  { visible, opacity, outline }: Overlay,
  labels: readonly OverlayLabel[],
): void {
  const { config } = segmentation;
  const specifier = { segmentationId, type: Labelmap };
  config.visibility.setSegmentationRepresentationVisibility(view.id, specifier, visible);
  config.style.setStyle(
    { viewportId: view.id, ...specifier },
    {
      renderFill: opacity > 0,
      fillAlpha: opacity,
      renderOutline: outline,
      outlineWidth: 2,
      outlineOpacity: 1,
    },
  );
  for (const { id, color, hidden = false } of labels) {
    config.color.setSegmentIndexColor(view.id, segmentationId, id, rgba(color));
    config.visibility.setSegmentIndexVisibility(view.id, specifier, id, !hidden);
  }
  view.render();
}

/** Until this resolves a brush over the series would leave nothing behind. */
export async function labelsJoined(stage: Stage, seriesId: string): Promise<void> {
  for (const [index, { shown }] of stage.hung.entries()) {
    const view = viewOf(stage.engine, index);
    if (view && shown.series.id === seriesId) await joinLabels(view, shown);
  }
}

/** Redraws after the label map was written from outside the tools. */
export function labelsChanged(segmentationId: string, slices?: number[]): void {
  segmentation.triggerSegmentationEvents.triggerSegmentationDataModified(segmentationId, slices);
}
