/** What stands on the picture: sides at the edges, the slice, the window and the zoom. */
import { Enums } from "@cornerstonejs/core";
import { useEffect, useState } from "react";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import type { Arrival } from "./arrival.ts";
import { edgesOf, type Edges } from "./edges.ts";
import type { View } from "./mount.ts";
import { sliceAsStored } from "./pane-acts.ts";

type Marks = {
  edges: Edges | null;
  slice: string;
  window: string;
  zoom: string;
};

const { Events } = Enums;

function marksOf(view: View, series: Series): Marks {
  const { viewUp = [0, -1, 0], viewPlaneNormal = [0, 0, -1] } = view.getCamera();
  const { index, count } = sliceAsStored(view, series);
  const { voiRange, invert } = view.getProperties() ?? {};
  const unit = series.units && series.units !== "1" ? ` ${series.units}` : "";
  return {
    edges: edgesOf(series, { viewUp, viewPlaneNormal }),
    slice: count > 1 ? `${index + 1} / ${count}` : "",
    window: voiRange
      ? `C ${rounded((voiRange.lower + voiRange.upper) / 2)} W ${rounded(voiRange.upper - voiRange.lower)}${unit}${invert ? " inverted" : ""}`
      : "",
    zoom: `${Math.round(100 * view.getZoom())} %`,
  };
}

const rounded = (value: number): string =>
  Math.abs(value) < 10 ? value.toPrecision(2) : String(Math.round(value));

type MarksProps = {
  view: View;
  series: Series;
  /** The plane or the sequence, where there are several panes. */
  name: string;
  arrival: Arrival;
};

export function ViewMarks({ view, series, name, arrival }: MarksProps) {
  const [arrived, setArrived] = useState(arrival.count());
  const [marks, setMarks] = useState<Marks | null>(null);
  useEffect(() => {
    const { element } = view;
    const read = (): void => {
      const now = marksOf(view, series);
      setMarks((before) => (JSON.stringify(before) === JSON.stringify(now) ? before : now));
    };
    // Only what is drawn is named: letters must not run ahead of a picture that is still to be turned.
    element.addEventListener(Events.IMAGE_RENDERED, read);
    read();
    return () => element.removeEventListener(Events.IMAGE_RENDERED, read);
  }, [view, series]);
  useEffect(() => arrival.onPart(() => setArrived(arrival.count())), [arrival]);
  if (marks === null) return null;
  const { edges, slice, window, zoom } = marks;
  return (
    <>
      {edges &&
        (["top", "bottom", "left", "right"] as const).map((edge) => (
          <span
            key={edge}
            className="view-edge"
            data-edge={edge}
            aria-label={`${edge}: ${edges[edge]}`}
          >
            {edges[edge]}
          </span>
        ))}
      <span className="view-mark" data-corner="top-left">
        {name}
      </span>
      <span className="view-mark numbers" data-corner="top-right">
        {[
          arrived < series.shape[2] ? `reading slices, ${arrived} are here` : "",
          edges ? "" : "Sides not given by the file",
          slice,
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
      <span className="view-mark numbers" data-corner="bottom-left">
        {window}
      </span>
      <span className="view-mark numbers" data-corner="bottom-right">
        {zoom}
      </span>
    </>
  );
}
