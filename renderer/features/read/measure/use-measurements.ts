/** Measurements of a study: drawn ones are stored when the hand lets go, stored ones are drawn when the study opens. */
import { eventTarget } from "@cornerstonejs/core";
import { annotation as annotations, Enums, type Types as ToolTypes } from "@cornerstonejs/tools";
import { useEffect, useRef, useState } from "react";
import type { Measurement } from "../../../../electron/api/schemas/reading.ts";
import { useCall } from "../../../use-call.ts";
import { toast } from "../../../ui/toast.tsx";
import type { Stage } from "../look/viewer.tsx";
import { drawAll, drawingOf, recordOf, seriesOfAnnotation } from "./annotations.ts";
import { contentsOf, Drawings } from "./drawings.ts";

const { ANNOTATION_ADDED, ANNOTATION_COMPLETED, ANNOTATION_MODIFIED, ANNOTATION_REMOVED } =
  Enums.Events;
const nothing: Measurement[] = [];

export function useMeasurements(studyId: string, stage: Stage | null) {
  const list = useCall("imaging.reading", { studyId }).value?.measurements;
  const known = useRef(nothing);
  const [drawings] = useState(() => new Drawings(studyId));
  useEffect(() => {
    known.current = list ?? nothing;
  });

  useEffect(() => {
    if (stage === null || list === undefined) return;
    for (const { shown } of stage.hung) drawAll(list, shown, (id) => drawings.inHand(id));
    stage.engine.render();
  }, [stage, list, drawings]);

  useEffect(() => {
    if (stage === null) return;
    let isDown = false;
    const shownOf = (drawn: ToolTypes.Annotation) =>
      stage.hung.find(({ shown }) => shown.series.id === seriesOfAnnotation(drawn))?.shown;
    const store = (): void => {
      for (const drawn of drawings.takeChanged()) {
        const shown = shownOf(drawn);
        const drawing = drawn.annotationUID ?? "";
        if (shown === undefined || annotations.state.getAnnotation(drawing) === undefined) continue;
        const measurement = recordOf(drawn, shown);
        const before = known.current.find((one) => drawingOf(one) === drawing);
        if (measurement) void drawings.write(measurement, before);
        else {
          // It measures nothing there: what is stored is drawn again, and what was never stored goes.
          drawAll(known.current, shown, (id) => id !== drawing && drawings.inHand(id));
          stage.engine.render();
        }
      }
    };
    const soon = (): void => void setTimeout(() => !isDown && store(), 0);
    const annotationOf = (event: Event): ToolTypes.Annotation =>
      (event as CustomEvent<{ annotation: ToolTypes.Annotation }>).detail.annotation;
    const isStored = ({ annotationUID }: ToolTypes.Annotation): boolean =>
      known.current.some((one) => drawingOf(one) === annotationUID);
    const started = (event: Event): void => {
      const drawn = annotationOf(event);
      if (!isStored(drawn)) drawings.started(drawn);
    };
    const moved = (event: Event): void => {
      drawings.moved(annotationOf(event), isStored(annotationOf(event)));
      // Without a button held, nothing else says that the movement is over.
      soon();
    };
    const completed = (event: Event): void => {
      drawings.completed(annotationOf(event));
      soon();
    };
    const removed = (event: Event): void => drawings.forget(annotationOf(event));
    const down = (): void => void (isDown = true);
    const up = (): void => {
      isDown = false;
      soon();
    };
    const stops = [
      listen(eventTarget, ANNOTATION_ADDED, started),
      listen(eventTarget, ANNOTATION_MODIFIED, moved),
      listen(eventTarget, ANNOTATION_COMPLETED, completed),
      listen(eventTarget, ANNOTATION_REMOVED, removed),
      listen(window, "pointerdown", down),
      listen(window, "pointerup", up),
      listen(window, "pointercancel", up),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [stage, drawings]);

  const remove = (one: Measurement): void => {
    void drawings.remove(one).then(
      (removed) =>
        removed &&
        toast("Measurement deleted.", {
          label: "Undo",
          run: () => void drawings.write(contentsOf(one)),
        }),
    );
  };

  return {
    list: list ?? nothing,
    remove,
    rename: (one: Measurement, label: string): void => {
      if (label === one.label) return;
      // What is drawn now is what is named, also where a movement is still on its way.
      const drawn = annotations.state.getAnnotation(drawingOf(one));
      const shown = stage?.hung.find((hung) => hung.shown.series.id === one.seriesId)?.shown;
      if (drawn) drawn.data.label = label;
      const now = drawn && shown ? recordOf(drawn, shown) : null;
      void drawings.write({ ...(now ?? contentsOf(one)), label }, one);
    },
    /** Deletes what is selected on the image; false when nothing is. */
    removeSelected: (): boolean => {
      const [id] = annotations.selection.getAnnotationsSelected();
      const one = known.current.find((stored) => drawingOf(stored) === id);
      if (one) remove(one);
      return one !== undefined;
    },
  };
}

function listen(target: EventTarget, name: string, act: (event: Event) => void): () => void {
  target.addEventListener(name, act);
  return () => target.removeEventListener(name, act);
}

export type Measurements = ReturnType<typeof useMeasurements>;
