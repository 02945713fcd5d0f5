/** The panes: each an image with its marks; wheel and touch pad scroll and zoom, a press makes a pane the active one. */
import { Enums, type RenderingEngine } from "@cornerstonejs/core";
import { useEffect, useRef, useState } from "react";
import { toErrorShape } from "../../../../electron/api/errors.ts";
import { cornerstone } from "./cornerstone.ts";
import type { Pane } from "./layouts.ts";
import { mount, viewOf } from "./mount.ts";
import { zoomBy, type Hung } from "./pane-acts.ts";
import { showSeries } from "./shown-series.ts";
import { ViewMarks } from "./view-marks.tsx";
import { listenToWheel } from "./wheel.ts";
import { followWindows, showWindow, windowOf } from "./windows.ts";

/** What is on the page now: the engine and, pane by pane, what hangs there. */
export type Stage = { engine: RenderingEngine; hung: Hung[]; layout: string };

type ViewerProps = {
  panes: Pane[];
  slabMm: number;
  active: number;
  onActive: (index: number) => void;
  onScroll: (index: number, slices: number) => void;
  onReady: (stage: Stage) => void;
};

export function Viewer({ panes, slabMm, active, onActive, onScroll, onReady }: ViewerProps) {
  const holder = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState("");
  const [stage, setStage] = useState<Stage | null>(null);
  const layout = JSON.stringify([
    slabMm,
    ...panes.map(({ series, plane, draw }) => [series.id, plane, draw]),
  ]);
  const scrolling = useRef(onScroll);
  useEffect(() => {
    scrolling.current = onScroll;
  });

  useEffect(() => {
    let stale = false;
    const elements = [...(holder.current?.querySelectorAll<HTMLDivElement>("[data-view]") ?? [])];
    void (async () => {
      try {
        // The slices are on their way while the viewer starts.
        const shown = panes.map(({ series }) => showSeries(series));
        for (const { arrival, series } of shown)
          arrival.whole.catch((thrown: unknown) => {
            if (!stale) setProblem(`"${series.name}" broke off. ${toErrorShape(thrown).message}`);
          });
        const engine = await cornerstone();
        if (stale) return;
        const mounted = panes.flatMap((pane, index) => {
          const [one, element] = [shown[index], elements[index]];
          return one && element ? [{ pane, shown: one, element }] : [];
        });
        for (const { element, shown: one } of mounted)
          element.addEventListener(Enums.Events.IMAGE_RENDERED, one.arrival.drawn, { once: true });
        if (!(await mount(engine, mounted, slabMm, () => stale)) || stale) return;
        const now = { engine, hung: mounted, layout };
        setStage(now);
        setProblem("");
        onReady(now);
      } catch (thrown) {
        if (!stale) setProblem(toErrorShape(thrown).message);
      }
    })();
    return () => {
      stale = true;
    };
    // Mounting again is only needed for another layout.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [layout]);

  useEffect(() => {
    if (stage === null) return;
    const views = stage.hung.flatMap(({ shown }, index) => {
      const view = viewOf(stage.engine, index);
      return view ? [{ view, series: shown.series }] : [];
    });
    for (const { view, series } of views) showWindow(view, windowOf(series));
    const stops = [
      followWindows(views),
      ...views.map(({ view }, index) =>
        listenToWheel(view.element, {
          scroll: (slices) => scrolling.current(index, slices),
          zoom: (factor) => zoomBy(view, factor),
        }),
      ),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [stage]);

  useEffect(() => {
    const node = holder.current;
    if (node === null || stage === null) return;
    const observer = new ResizeObserver(() => stage.engine.resize(true, true));
    observer.observe(node);
    return () => observer.disconnect();
  }, [stage]);

  return (
    <div className="viewer" data-page-keys data-views={panes.length} ref={holder}>
      {panes.map((pane, index) => {
        const view = stage?.layout === layout ? viewOf(stage.engine, index) : undefined;
        return (
          <figure
            key={`${layout} ${index}`}
            className="viewer-view"
            data-active={panes.length > 1 && index === active}
            data-plane={panes.length === 3 ? pane.plane : undefined}
            onPointerDownCapture={() => onActive(index)}
          >
            <div
              data-view={index}
              className="viewer-canvas"
              onContextMenu={(event) => event.preventDefault()}
            />
            {view && (
              <figcaption>
                <ViewMarks
                  view={view}
                  series={pane.series}
                  name={pane.name}
                  arrival={showSeries(pane.series).arrival}
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
