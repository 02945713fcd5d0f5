/** The label map being worked on: its segments, the tools' strokes as acts that can be undone, and saving it. */
import { eventTarget } from "@cornerstonejs/core";
import { Enums, segmentation, utilities } from "@cornerstonejs/tools";
import { useEffect, useRef, useState } from "react";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import type { Segment } from "../../../../electron/api/schemas/segmentation.ts";
import { toast } from "../../../ui/toast.tsx";
import { groupId } from "../look/cornerstone.ts";
import { labelsChanged } from "../look/overlay.ts";
import { hasSizes, type ShownSeries } from "../look/shown-series.ts";
import { loadMask } from "../use-study.ts";
import { createHistory, type History } from "./history.ts";
import { newSegment, nextState, type Source } from "./sources.ts";
import { segmentStatistics, type SegmentStatistics } from "./statistics.ts";
import type { Grid } from "./voxels.ts";

/** Work that is not saved, kept while the page is open: looking at another series loses nothing. */
type Draft = { mask: Uint8Array; history: History; segments: Segment[]; seconds: number };
const drafts = new Map<string, Draft>();
/** Label maps that were ever written to; the others need no clearing. */
const written = new WeakSet<Uint8Array>();

/** A pause longer than this is not counted as work. */
const longestPauseS = 60;

type View = { locked: ReadonlySet<number>; hidden: ReadonlySet<number> };
const plain: View = { locked: new Set(), hidden: new Set() };

const keyOf = (seriesId: string, sourceId: string): string => `${seriesId} ${sourceId}`;

/** Whether work on this map waits to be saved. */
export const hasDraft = (seriesId: string, sourceId: string): boolean =>
  drafts.has(keyOf(seriesId, sourceId));

export const gridOf = ({ shape, spacing }: Series): Grid => ({ shape, spacing });

export function useSegments(series: Series, source: Source, shown: ShownSeries | null) {
  const key = keyOf(series.id, source.id);
  const [segments, setSegments] = useState(() => drafts.get(key)?.segments ?? source.segments);
  const [active, chooseActive] = useState(segments[0]?.id ?? 0);
  const [view, setView] = useState(plain);
  const [acts, setActs] = useState({ done: 0, undone: 0, unsaved: drafts.has(key) });
  const [statistics, setStatistics] = useState<ReadonlyMap<number, SegmentStatistics>>(new Map());
  const work = useRef({ history: null as History | null, seconds: 0, last: 0, saved: "" });
  const quiet = useRef(false);
  const live = useRef({ segments, view, shown });
  useEffect(() => {
    live.current = { segments, view, shown };
  });

  function measureAll(): void {
    const { shown: now, segments: list } = live.current;
    if (now === null) return;
    const sized = hasSizes(series) && series.faults?.uneven !== true;
    setStatistics(
      new Map(
        list.map(({ id }) => [
          id,
          segmentStatistics(now.labels, gridOf(series), id, now.values, { sized }),
        ]),
      ),
    );
  }

  function told(unsaved: boolean): void {
    const { history } = work.current;
    setActs({ done: history?.steps ?? 0, undone: history?.undone ?? 0, unsaved });
    measureAll();
  }

  /** Redraws after a write of our own, which is no stroke of a tool. */
  function redraw(one: ShownSeries): void {
    quiet.current = true;
    labelsChanged(one.segmentationId);
    quiet.current = false;
  }

  /** Closes an act: a stroke, or an operation on the whole map. */
  function commit(): void {
    const { history } = work.current;
    if (!history || !live.current.shown) return;
    const changed = history.commit(live.current.view.locked);
    // Locked voxels may have been given back without anything else having changed.
    redraw(live.current.shown);
    if (!changed) return;
    written.add(live.current.shown.labels);
    const now = Date.now();
    work.current.seconds += Math.min(longestPauseS, (now - work.current.last) / 1000);
    work.current.last = now;
    told(true);
  }
  const latestCommit = useRef(commit);
  useEffect(() => {
    latestCommit.current = commit;
  });

  // The stored map, or the draft of it, is what the label map shows.
  useEffect(() => {
    if (shown === null) return;
    if (source.maskId !== null && source.maskId === work.current.saved) return;
    let stale = false;
    const draft = drafts.get(key);
    const load = draft
      ? Promise.resolve(draft.mask)
      : source.maskId === null
        ? Promise.resolve(null)
        : loadMask(source.maskId);
    load.then(
      (mask) => {
        if (stale) return;
        if (mask) shown.labels.set(mask);
        else if (written.has(shown.labels)) shown.labels.fill(0);
        const blank = mask === null;
        if (!blank) written.add(shown.labels);
        work.current = {
          history: draft?.history ?? createHistory(shown.labels, { blank }),
          seconds: draft?.seconds ?? 0,
          last: Date.now(),
          saved: "",
        };
        redraw(shown);
        told(draft !== undefined);
      },
      (thrown: unknown) => toast(thrown instanceof Error ? thrown.message : String(thrown)),
    );
    return () => {
      stale = true;
    };
    // Another map is only loaded for another source, or when the stored map is another one.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [shown, key, source.maskId]);

  // What is not saved is kept when the reader goes to another series.
  const unsaved = useRef(acts.unsaved);
  useEffect(() => {
    unsaved.current = acts.unsaved;
  });
  useEffect(
    () => () => {
      const { history, seconds } = work.current;
      const { shown: now, segments: list } = live.current;
      if (now && history && unsaved.current)
        drafts.set(key, { mask: now.labels.slice(), history, segments: list, seconds });
    },
    [key],
  );
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (unsaved.current || drafts.size > 0) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, []);

  // A tool has written: the act ends when the hand lets go, or later, where drawing is slower than the hand.
  useEffect(() => {
    if (shown === null) return;
    let [touched, pressed] = [false, false];
    const close = (): void => {
      setTimeout(() => {
        if (!touched || pressed) return;
        touched = false;
        latestCommit.current();
      }, 30);
    };
    const note = (event: Event): void => {
      const { segmentationId } = (event as CustomEvent<{ segmentationId: string }>).detail;
      if (quiet.current || segmentationId !== shown.segmentationId) return;
      touched = true;
      written.add(shown.labels);
      if (!pressed) close();
    };
    const press = (): void => void (pressed = true);
    const release = (): void => {
      pressed = false;
      close();
    };
    eventTarget.addEventListener(Enums.Events.SEGMENTATION_DATA_MODIFIED, note);
    window.addEventListener("pointerdown", press);
    window.addEventListener("pointerup", release);
    window.addEventListener("pointercancel", release);
    return () => {
      eventTarget.removeEventListener(Enums.Events.SEGMENTATION_DATA_MODIFIED, note);
      window.removeEventListener("pointerdown", press);
      window.removeEventListener("pointerup", release);
      window.removeEventListener("pointercancel", release);
    };
  }, [shown]);

  useEffect(() => {
    if (shown && active > 0 && segmentation.state.getSegmentation(shown.segmentationId))
      segmentation.segmentIndex.setActiveSegmentIndex(shown.segmentationId, active);
  }, [shown, active, acts]);

  function change(next: Segment[]): void {
    setSegments(next);
    setActs((now) => ({ ...now, unsaved: true }));
  }

  function toggled(set: "locked" | "hidden", id: number): void {
    setView((now) => {
      const next = new Set(now[set]);
      if (!next.delete(id)) next.add(id);
      return { ...now, [set]: next };
    });
  }

  function step(act: "undo" | "redo"): void {
    if (!shown || !work.current.history?.[act]()) return;
    redraw(shown);
    told(true);
  }

  return {
    segments,
    active,
    view,
    acts,
    statistics,
    isLocked: view.locked.has(active),
    choose: chooseActive,
    next: (by: 1 | -1): void => {
      const at = segments.findIndex(({ id }) => id === active);
      const to = segments[(at + by + segments.length) % segments.length];
      if (to) chooseActive(to.id);
    },
    add: (): void => {
      const one = newSegment(segments);
      change([...segments, one]);
      chooseActive(one.id);
    },
    rename: (id: number, name: string): void => {
      if (name !== "") change(segments.map((one) => (one.id === id ? { ...one, name } : one)));
    },
    cycle: (id: number): void =>
      change(
        segments.map((one) => (one.id === id ? { ...one, state: nextState(one.state) } : one)),
      ),
    lock: (id: number): void => toggled("locked", id),
    hide: (id: number): void => toggled("hidden", id),
    undo: (): void => step("undo"),
    redo: (): void => step("redo"),
    /** Runs an operation on the map of the active segment, as one act. */
    run: (operation: (labels: Uint8Array, id: number) => Uint8Array): void => {
      if (!shown || active === 0) return;
      if (view.locked.has(active)) return toast("This segment is locked.");
      shown.labels.set(operation(shown.labels, active));
      commit();
    },
    /** The map and what is known of the work on it, for saving. */
    work: () => {
      // A stroke that is not closed yet belongs to what is saved, and locked voxels go back first.
      commit();
      return {
        mask: shown?.labels.slice() ?? new Uint8Array(),
        seconds: work.current.seconds,
      };
    },
    notSaved: (): void => {
      work.current.saved = "";
      setActs((now) => ({ ...now, unsaved: true }));
    },
    saved: (maskId: string): void => {
      work.current.saved = maskId;
      drafts.delete(key);
      setActs((now) => ({ ...now, unsaved: false }));
    },
    /** Back to what is stored; undo brings the discarded work back. */
    discard: async (): Promise<void> => {
      if (!shown) return;
      const mask = source.maskId === null ? null : await loadMask(source.maskId);
      if (mask) shown.labels.set(mask);
      else shown.labels.fill(0);
      commit();
      drafts.delete(key);
      setActs((now) => ({ ...now, unsaved: false }));
    },
  };
}

export type Segments = ReturnType<typeof useSegments>;

/** Brush radius in millimetres of the image (pixels where the file gives no spacing), and the threshold brush's values. */
export function setBrush(radius: number, range: readonly [number, number]): void {
  utilities.segmentation.setBrushSizeForToolGroup(groupId, radius);
  utilities.segmentation.setBrushThresholdForToolGroup(groupId, {
    range: [...range],
    isDynamic: false,
    dynamicRadius: 0,
  });
}
