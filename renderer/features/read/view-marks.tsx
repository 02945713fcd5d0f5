/** What stands on the picture: sides at the edges, the slice, the window and the zoom. */
import { Enums, type Types } from "@cornerstonejs/core";
import { useEffect, useState } from "react";
import type { Series } from "../../../electron/api/schemas/imaging.ts";
import { edgesOf, type Edges } from "./edges.ts";

type Marks = {
  edges: Edges | null;
  slice: string;
  window: string;
  zoom: string;
};

const { Events } = Enums;

function marksOf(viewport: Types.IStackViewport | Types.IVolumeViewport, series: Series): Marks {
  const { viewUp = [0, -1, 0], viewPlaneNormal = [0, 0, -1] } = viewport.getCamera();
  const slices = viewport.getNumberOfSlices();
  const voiRange = viewport.getProperties()?.voiRange;
  const unit = series.units && series.units !== "1" ? ` ${series.units}` : "";
  return {
    edges: edgesOf(series, { viewUp, viewPlaneNormal }),
    slice: slices > 1 ? `${viewport.getSliceIndex() + 1} / ${slices}` : "",
    window: voiRange
      ? `C ${rounded((voiRange.lower + voiRange.upper) / 2)} W ${rounded(voiRange.upper - voiRange.lower)}${unit}`
      : "",
    zoom: `${Math.round(100 * viewport.getZoom())} %`,
  };
}

const rounded = (value: number): string =>
  Math.abs(value) < 10 ? value.toPrecision(2) : String(Math.round(value));

type MarksProps = {
  viewport: Types.IStackViewport | Types.IVolumeViewport;
  series: Series;
  /** The plane's name, where there are several. */
  name: string;
};

export function ViewMarks({ viewport, series, name }: MarksProps) {
  const [marks, setMarks] = useState<Marks | null>(null);
  useEffect(() => {
    const { element } = viewport;
    const read = (): void => {
      const now = marksOf(viewport, series);
      setMarks((before) => (JSON.stringify(before) === JSON.stringify(now) ? before : now));
    };
    const events = [
      Events.IMAGE_RENDERED,
      Events.CAMERA_MODIFIED,
      Events.VOI_MODIFIED,
      Events.VOLUME_NEW_IMAGE,
    ];
    for (const event of events) element.addEventListener(event, read);
    read();
    return () => {
      for (const event of events) element.removeEventListener(event, read);
    };
  }, [viewport, series]);
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
        {[edges ? "" : "Sides not given by the file", slice].filter(Boolean).join(" · ")}
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
