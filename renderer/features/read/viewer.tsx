/** The image: one viewport, or three planes of a volume, with the label map over it. */
import { Enums, type RenderingEngine, type Types } from "@cornerstonejs/core";
import { segmentation, Enums as ToolEnums, ToolGroupManager } from "@cornerstonejs/tools";
import { useEffect, useRef, useState } from "react";
import type { Series } from "../../../electron/api/schemas/imaging.ts";
import { toErrorShape } from "../../../electron/api/errors.ts";
import { cornerstone, groupId } from "./cornerstone.ts";
import { showSeries, type ShownSeries } from "./shown-series.ts";
import { ViewMarks } from "./view-marks.tsx";

export type Window = { centre: number; width: number };
type ViewerProps = {
  series: Series;
  window: Window;
  planes: "one" | "three";
  opacity: number;
  overlay: boolean;
  /** Every label has the colour that the legend shows. */
  labels: { id: number; color: string }[];
  onReady: (shown: ShownSeries) => void;
};

const { ViewportType, OrientationAxis } = Enums;
const three = [
  { id: "axial", orientation: OrientationAxis.AXIAL, name: "Axial" },
  { id: "sagittal", orientation: OrientationAxis.SAGITTAL, name: "Sagittal" },
  { id: "coronal", orientation: OrientationAxis.CORONAL, name: "Coronal" },
] as const;

export function Viewer({ series, window, planes, opacity, overlay, labels, onReady }: ViewerProps) {
  const holder = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState("");
  const [mounted, setMounted] = useState("");
  const [engine, setEngine] = useState<RenderingEngine | null>(null);
  const shownViews =
    series.shape[2] > 1 ? (planes === "three" ? three : three.slice(0, 1)) : three.slice(0, 1);
  const layout = `${series.id} ${shownViews.length}`;

  // The engine's viewports are those of the layout that was mounted last.
  const marked = engine !== null && mounted === layout;

  useEffect(() => {
    let stale = false;
    const elements = [...(holder.current?.querySelectorAll<HTMLDivElement>("[data-view]") ?? [])];
    void (async () => {
      try {
        const [started, shown] = await Promise.all([cornerstone(), showSeries(series)]);
        if (stale) return;
        await mount(started, shown, elements);
        if (stale) return;
        setEngine(started);
        setMounted(layout);
        setProblem("");
        onReady(shown);
      } catch (thrown) {
        if (!stale) setProblem(toErrorShape(thrown).message);
      }
    })();
    return () => {
      stale = true;
    };
    // Mounting again is only needed for another series or layout.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [layout]);

  // Viewports that are mounted anew start with the volume's own window and without the overlay's style.
  useEffect(() => {
    for (const viewport of engine?.getViewports() ?? []) {
      const range = {
        lower: window.centre - window.width / 2,
        upper: window.centre + window.width / 2,
      };
      (viewport as Types.IStackViewport).setProperties({ voiRange: range });
      viewport.render();
    }
  }, [engine, mounted, window]);

  useEffect(() => {
    if (engine === null) return;
    const segmentationId = `segmentation:${series.id}`;
    const { Labelmap } = ToolEnums.SegmentationRepresentations;
    for (const viewport of engine.getViewports()) {
      segmentation.config.visibility.setSegmentationRepresentationVisibility(
        viewport.id,
        { segmentationId, type: Labelmap },
        overlay,
      );
      segmentation.config.style.setStyle(
        { viewportId: viewport.id, segmentationId, type: Labelmap },
        {
          renderFill: true,
          fillAlpha: opacity,
          renderOutline: true,
          outlineWidth: 2,
          outlineOpacity: 1,
        },
      );
      for (const { id, color } of labels)
        segmentation.config.color.setSegmentIndexColor(
          viewport.id,
          segmentationId,
          id,
          rgba(color),
        );
      viewport.render();
    }
  }, [engine, mounted, series.id, overlay, opacity, labels]);

  useEffect(() => {
    const node = holder.current;
    if (node === null || engine === null) return;
    const observer = new ResizeObserver(() => engine.resize(true, true));
    observer.observe(node);
    return () => observer.disconnect();
  }, [engine]);

  return (
    <div className="viewer" data-page-keys data-views={shownViews.length} ref={holder}>
      {shownViews.map((view) => {
        const viewport = marked ? viewportOf(engine, view.id) : undefined;
        return (
          <figure key={`${layout} ${view.id}`} className="viewer-view">
            <div
              data-view={view.id}
              className="viewer-canvas"
              onContextMenu={(event) => event.preventDefault()}
            />
            {viewport && (
              <figcaption>
                <ViewMarks
                  viewport={viewport}
                  series={series}
                  name={shownViews.length > 1 ? view.name : ""}
                />
              </figcaption>
            )}
          </figure>
        );
      })}
      {problem && (
        <p className="viewer-problem" role="alert">
          The image cannot be drawn: {problem}
        </p>
      )}
    </div>
  );
}

function viewportOf(engine: RenderingEngine, view: string) {
  return engine.getViewport(`view-${view}`) as
    | Types.IStackViewport
    | Types.IVolumeViewport
    | undefined;
}

function rgba(hex: string): Types.Color {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255, 255];
}

async function mount(
  engine: RenderingEngine,
  shown: ShownSeries,
  elements: HTMLDivElement[],
): Promise<void> {
  const type = shown.isVolume ? ViewportType.ORTHOGRAPHIC : ViewportType.STACK;
  engine.setViewports(
    elements.map((element, index) => ({
      viewportId: `view-${three[index]?.id ?? index}`,
      type,
      element,
      defaultOptions: {
        background: [0.03, 0.04, 0.05] as Types.Point3,
        ...(shown.isVolume
          ? { orientation: three[index]?.orientation ?? OrientationAxis.AXIAL }
          : {}),
      },
    })),
  );
  const group = ToolGroupManager.getToolGroup(groupId);
  const ids = engine.getViewports().map((viewport) => viewport.id);
  for (const id of ids) group?.addViewport(id, engine.id);
  for (const viewport of engine.getViewports()) {
    if (shown.isVolume)
      await (viewport as Types.IVolumeViewport).setVolumes([{ volumeId: shown.displayId }]);
    else await (viewport as Types.IStackViewport).setStack([shown.displayId]);
  }
  await showLabels(shown, ids);
  engine.render();
}

async function showLabels(shown: ShownSeries, viewportIds: string[]): Promise<void> {
  const { Labelmap } = ToolEnums.SegmentationRepresentations;
  const { segmentationId, labelId, isVolume } = shown;
  if (segmentation.state.getSegmentation(segmentationId) === undefined) {
    segmentation.addSegmentations([
      {
        segmentationId,
        representation: {
          type: Labelmap,
          data: isVolume ? { volumeId: labelId } : { imageIds: [labelId] },
        },
      },
    ]);
  }
  for (const viewportId of viewportIds)
    await segmentation.addLabelmapRepresentationToViewport(viewportId, [
      { segmentationId, type: Labelmap },
    ]);
  segmentation.segmentIndex.setActiveSegmentIndex(segmentationId, 1);
}

/** Redraws after the label map was written from outside the brush. */
export function labelsChanged(shown: ShownSeries): void {
  segmentation.triggerSegmentationEvents.triggerSegmentationDataModified(shown.segmentationId);
}
