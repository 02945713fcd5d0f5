/** A picture of our own over a view, drawn again whenever the view is. */
import { Enums } from "@cornerstonejs/core";
import { viewOf, type View } from "./mount.ts";
import type { Stage } from "./viewer.tsx";

export type Layer = { stop: () => void; redraw: () => void };
/** `what`: the kind of layer, by which one is told from another. */
type Over = { what: "labels" | "preview" | "heat"; opacity: number; paint: Painter };
export type Painter = (context: CanvasRenderingContext2D, view: View) => void;

/** Lays a layer over every pane of a series until it is stopped. */
export function layOver(stage: Stage, seriesId: string, { what, opacity, paint }: Over): Layer {
  const layers = stage.hung.flatMap(({ shown }, index) => {
    const view = viewOf(stage.engine, index);
    return view && shown.series.id === seriesId ? [over(view, { what, opacity, paint })] : [];
  });
  return {
    stop: () => {
      for (const { stop } of layers) stop();
    },
    redraw: () => {
      for (const { redraw } of layers) redraw();
    },
  };
}

function over(view: View, { what, opacity, paint }: Over): Layer {
  const { element } = view;
  const layer = document.createElement("canvas");
  layer.className = "page-layer";
  layer.dataset["layer"] = what;
  layer.style.opacity = String(opacity);
  // Under the measurements, which are drawn into the viewer's own layer.
  const marks = element.querySelector(".svg-layer");
  if (marks) marks.before(layer);
  else element.append(layer);
  const draw = (): void => {
    const { clientWidth, clientHeight } = element;
    // Setting a canvas's size gives it new memory, also where it is the same size.
    if (layer.width !== clientWidth) layer.width = clientWidth;
    if (layer.height !== clientHeight) layer.height = clientHeight;
    const context = layer.getContext("2d");
    if (context && layer.width > 0 && layer.height > 0) paint(context, view);
  };
  // What moves the camera draws the image afterwards, and the layer with it.
  element.addEventListener(Enums.Events.IMAGE_RENDERED, draw);
  draw();
  return {
    redraw: draw,
    stop: () => {
      element.removeEventListener(Enums.Events.IMAGE_RENDERED, draw);
      layer.remove();
    },
  };
}
