/** Measurements of a study: drawn ones are stored when the hand lets go, stored ones are drawn when the study opens. */
import { eventTarget } from "@cornerstonejs/core";
import { annotation as annotations, Enums, type Types as ToolTypes } from "@cornerstonejs/tools";
import { useEffect, useRef } from "react";
import type { Measurement } from "../../../../electron/api/schemas/reading.ts";
import { call } from "../../../call.ts";
import { asError, invalidate, useCall } from "../../../use-call.ts";
import { toast } from "../../../ui/toast.tsx";
import type { Stage } from "../look/viewer.tsx";
import {
  drawAll,
  recordOf,
  type NewMeasurement,
  seriesOfAnnotation,
  toolOfAnnotation,
} from "./annotations.ts";

const { ANNOTATION_COMPLETED, ANNOTATION_MODIFIED } = Enums.Events;
const nothing: Measurement[] = [];

export function useMeasurements(studyId: string, stage: Stage | null) {
  const list = useCall("imaging.reading", { studyId }).value?.measurements;
  const value = list;
  const known = useRef(nothing);
  useEffect(() => {
    known.current = list ?? nothing;
  });

  useEffect(() => {
    if (stage === null || value === undefined) return;
    for (const { shown } of stage.hung) drawAll(value, shown);
    stage.engine.render();
  }, [stage, value]);

  async function guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      toast(`Not stored: ${asError(thrown).message}`);
    }
    invalidate("imaging.reading");
  }

  /** Entries are never changed: a moved or renamed measurement is a new one, and the old one is taken out of force. */
  async function write(measurement: NewMeasurement, instead?: string): Promise<string | undefined> {
    let entry: string | undefined;
    await guarded(async () => {
      entry = (await call("imaging.measure", { studyId, measurement })).id;
      if (instead !== undefined) await call("imaging.removeEntry", { studyId, entryId: instead });
    });
    return entry;
  }

  useEffect(() => {
    if (stage === null) return;
    const changed = new Map<string, ToolTypes.Annotation>();
    // A drawing keeps the viewer's own name until the stored record is drawn in its place.
    const stored = new Map<string, { points: string; entry: Promise<string | undefined> }>();
    const note = (event: Event): void => {
      const { annotation } = (event as CustomEvent<{ annotation: ToolTypes.Annotation }>).detail;
      if (annotation.annotationUID && toolOfAnnotation(annotation))
        changed.set(annotation.annotationUID, annotation);
    };
    const store = (): void => {
      for (const [id, drawn] of changed) {
        const shown = stage.hung.find(
          ({ shown: one }) => one.series.id === seriesOfAnnotation(drawn),
        )?.shown;
        const measurement = shown ? recordOf(drawn, shown) : null;
        const before = known.current.find((one) => one.id === id);
        if (!measurement || annotations.state.getAnnotation(id) === undefined) continue;
        const points = JSON.stringify(measurement.points);
        const mine = stored.get(id);
        if (points === mine?.points || points === JSON.stringify(before?.points)) continue;
        // A last movement that arrives after the button was let go takes the place of what was stored.
        const entry = (mine?.entry ?? Promise.resolve(before?.id)).then((old) =>
          write(measurement, old),
        );
        stored.set(id, { points, entry });
      }
      changed.clear();
    };
    // The last click of an angle or a length completes it after the button is up.
    const soon = (): void => void setTimeout(store, 0);
    eventTarget.addEventListener(ANNOTATION_COMPLETED, note);
    eventTarget.addEventListener(ANNOTATION_COMPLETED, soon);
    eventTarget.addEventListener(ANNOTATION_MODIFIED, note);
    window.addEventListener("pointerup", soon);
    return () => {
      eventTarget.removeEventListener(ANNOTATION_COMPLETED, note);
      eventTarget.removeEventListener(ANNOTATION_COMPLETED, soon);
      eventTarget.removeEventListener(ANNOTATION_MODIFIED, note);
      window.removeEventListener("pointerup", soon);
    };
    // `write` only wraps calls; it is the same in effect at every render.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [stage, studyId]);

  const remove = (one: Measurement): void => {
    const { id, by: _by, at: _at, ...measurement } = one;
    void guarded(() => call("imaging.removeEntry", { studyId, entryId: id })).then(() =>
      toast("Measurement deleted.", { label: "Undo", run: () => void write(measurement) }),
    );
  };

  return {
    list: list ?? nothing,
    remove,
    rename: (one: Measurement, label: string): void => {
      const { id, by: _by, at: _at, ...measurement } = one;
      if (label !== one.label) void write({ ...measurement, label }, id);
    },
    /** Deletes what is selected on the image; false when nothing is. */
    removeSelected: (): boolean => {
      const [id] = annotations.selection.getAnnotationsSelected();
      const one = known.current.find((stored) => stored.id === id);
      if (one) remove(one);
      return one !== undefined;
    },
  };
}

export type Measurements = ReturnType<typeof useMeasurements>;
