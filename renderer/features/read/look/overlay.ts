/** How the label map is drawn over the image: colours as in the legend, opacity, outline, hidden labels. */
import type { Types } from "@cornerstonejs/core";
import { segmentation, Enums } from "@cornerstonejs/tools";
import { viewOf } from "./mount.ts";
import type { Stage } from "./viewer.tsx";

export type Overlay = { visible: boolean; opacity: number; outline: boolean };
export type OverlayLabel = { id: number; color: string; hidden?: boolean };

const { Labelmap } = Enums.SegmentationRepresentations;

function rgba(hex: string): Types.Color {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255, 255];
}

/** Styles the label map in every pane that shows it; views mounted anew start without. */
export function showOverlay(
  stage: Stage,
  { visible, opacity, outline }: Overlay,
  labels: readonly OverlayLabel[],
  seriesId: string,
): void {
  for (const [index, { shown }] of stage.hung.entries()) {
    const view = viewOf(stage.engine, index);
    const { segmentationId } = shown;
    if (!view) continue;
    const { config } = segmentation;
    const specifier = { segmentationId, type: Labelmap };
    config.visibility.setSegmentationRepresentationVisibility(
      view.id,
      specifier,
      visible && shown.series.id === seriesId,
    );
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
}

/** Redraws after the label map was written from outside the tools. */
export function labelsChanged(segmentationId: string, slices?: number[]): void {
  segmentation.triggerSegmentationEvents.triggerSegmentationDataModified(segmentationId, slices);
}
