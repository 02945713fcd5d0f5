/** How the study is looked at: layout, active pane, tool, cine; and the acts on the pane in view. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Series, Study } from "../../../../electron/api/schemas/imaging.ts";
import { toast } from "../../../ui/toast.tsx";
import { setMode, type Mode } from "./cornerstone.ts";
import { hang, panesOf, possibleLayouts, type LayoutKind } from "./layouts.ts";
import { isStack, viewOf, type View } from "./mount.ts";
import {
  goTo,
  offsetsNow,
  resetView,
  scrollLinked,
  sliceOf,
  goToSlice,
  type Hung,
} from "./pane-acts.ts";
import { indexOf, type Point } from "./planes.ts";
import { hasSizes } from "./shown-series.ts";
import type { Stage } from "./viewer.tsx";
import { forgetWindow, setWindow, windowOf, type Window } from "./windows.ts";

const cineFramesPerSecond = 12;
const needsSizes = new Set<Mode>(["length", "angle", "bidirectional", "ellipse", "rectangle"]);

export type Prior = { studyId: string; series: Series };

export function useLook(study: Study, series: Series) {
  const [first] = useState(() => hang(series, study.images));
  const [kind, chooseKind] = useState<LayoutKind>(first.kind);
  const [prior, choosePrior] = useState<Prior | null>(
    first.prior && { studyId: study.id, series: first.prior },
  );
  const [slabMm, setSlab] = useState(0);
  const [active, setActive] = useState(0);
  const [mode, chooseMode] = useState<Mode>("window");
  const [linked, setLinked] = useState(true);
  const [playing, setPlaying] = useState(false);
  const [stage, setStage] = useState<Stage | null>(null);
  const offsets = useRef<Map<number, number> | null>(null);
  const panes = panesOf(
    { kind, series, study: study.images, prior: prior?.series ?? null },
    slabMm,
  );
  const possible = possibleLayouts(series, study.images);
  const sameStudy = prior === null || prior.studyId === study.id;

  function pick(next: Mode): void {
    const refused = refusal(next);
    if (refused) return toast(refused);
    setMode(next);
    chooseMode(next);
  }

  function refusal(next: Mode): string | null {
    if (next === "crosshair" && kind !== "three")
      return "The crosshair links three planes: choose that layout first.";
    if (next === "magnify" && panes.some(({ draw }) => draw === "cut"))
      return "The magnifier works on slices as they were taken: choose one plane, without a slab.";
    if (slabMm > 0 && ["ellipse", "rectangle", "probe"].includes(next))
      return "A slab shows the highest of many slices; choose one slice to measure values.";
    // A volume of unknown size would be measured in millimetres that nobody knows.
    if (needsSizes.has(next) && series.shape[2] > 1 && !hasSizes(series))
      return "The file does not say how large a voxel is, so nothing is measured on it.";
    return null;
  }

  function layOut(next: LayoutKind, beside: Prior | null = prior): void {
    setPlaying(false);
    setActive(0);
    choosePrior(beside);
    chooseKind(next);
    // Three planes are linked by their crosshair; it means nothing in the other layouts.
    const tool = next === "three" ? "crosshair" : mode === "crosshair" ? "window" : mode;
    chooseMode(tool);
    if (tool !== "crosshair") setMode(tool);
  }

  function step(by: 1 | -1): void {
    const able = possible.filter((one) => one !== "compare" || prior !== null);
    const next = able[(able.indexOf(kind) + by + able.length) % able.length];
    if (next) layOut(next);
  }

  const onReady = useCallback(
    (now: Stage) => {
      offsets.current = linked ? offsetsNow(now.engine, now.hung, sameStudy) : null;
      setStage(now);
      setMode(kind === "three" || mode !== "crosshair" ? mode : "window");
    },
    [kind, mode, linked, sameStudy],
  );

  function link(on: boolean): void {
    setLinked(on);
    offsets.current = on && stage ? offsetsNow(stage.engine, stage.hung, sameStudy) : null;
  }

  /** Acts on the active pane's view; does nothing until there is one. */
  function onView(act: (view: View, hung: Hung) => void): void {
    const view = stage && viewOf(stage.engine, active);
    const hung = stage?.hung[active];
    if (view && hung) act(view, hung);
  }

  function scroll(slices: number, index = active): void {
    if (stage) scrollLinked(stage.engine, stage.hung, index, slices, offsets.current);
  }

  function chooseWindow(window: Window): void {
    if (stage === null) return;
    const views = stage.hung.flatMap(({ shown }, index) => {
      const view = viewOf(stage.engine, index);
      return view ? [{ view, series: shown.series }] : [];
    });
    setWindow(views, activeSeries, window);
  }

  const activeSeries = panes[active]?.series ?? series;
  const latest = useRef(scroll);
  useEffect(() => {
    latest.current = scroll;
  });
  useEffect(() => {
    if (!playing || stage === null) return;
    const timer = setInterval(() => {
      const view = viewOf(stage.engine, active);
      if (view === undefined) return;
      const { index, count } = sliceOf(view);
      latest.current(index + 1 < count ? 1 : -index);
    }, 1000 / cineFramesPerSecond);
    return () => clearInterval(timer);
  }, [playing, stage, active]);
  useEffect(() => () => setMode("window"), []);

  return {
    kind,
    prior,
    panes,
    possible,
    slabMm,
    active,
    activeSeries,
    mode,
    linked,
    playing,
    stage,
    why: first.kind === kind ? first.why : "",
    pick,
    layOut,
    step,
    link,
    onReady,
    onView,
    scroll,
    chooseWindow,
    setActive,
    setSlab: (mm: number): void => {
      setPlaying(false);
      setSlab(mm);
    },
    play: (on: boolean): void => setPlaying(on && activeSeries.shape[2] > 1),
    /** Brings a point of a series (LPS+ millimetres) into its panes. */
    lookAt: (of: Series, point: Point): void => {
      for (const [index, { pane, shown }] of (stage?.hung ?? []).entries()) {
        const view = stage && viewOf(stage.engine, index);
        if (!view || pane.series.id !== of.id) continue;
        const axis = { sagittal: 0, coronal: 1, axial: 2 }[pane.plane];
        if (isStack(view)) goToSlice(view, Math.round(indexOf(of, point)[2]));
        else goTo(view, pane.plane, shown, point[axis] ?? 0);
      }
    },
    reset: (): void =>
      onView((view, { shown }) => {
        forgetWindow(shown.series);
        resetView(view, shown);
        chooseWindow(windowOf(shown.series));
      }),
  };
}

export type Look = ReturnType<typeof useLook>;
