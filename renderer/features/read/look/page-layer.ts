/** A picture of our own over a view, drawn again whenever the view is: for what is shown and is no label map. */
import { Enums } from "@cornerstonejs/core";
import { viewOf, type View } from "./mount.ts";
import type { Stage } from "./viewer.tsx";

export type Painter = (context: CanvasRenderingContext2D, view: View) => void;

/** Lays a layer over every pane of a series until the returned function is called. */
export function layOver(
  stage: Stage,
  seriesId: string,
  { opacity, paint }: { opacity: number; paint: Painter },
): () => void {
  const stops = stage.hung.flatMap(({ shown }, index) => {
    const view = viewOf(stage.engine, index);
    return view && shown.series.id === seriesId ? [over(view, opacity, paint)] : [];
  });
  return () => {
    for (const stop of stops) stop();
  };
}

function over(view: View, opacity: number, paint: Painter): () => void {
  const { element } = view;
  const layer = document.createElement("canvas");
  layer.className = "page-layer";
  layer.style.opacity = String(opacity);
  element.append(layer);
  const draw = (): void => {
    [layer.width, layer.height] = [element.clientWidth, element.clientHeight];
    const context = layer.getContext("2d");
    if (context && layer.width > 0 && layer.height > 0) paint(context, view);
  };
  const events = [Enums.Events.IMAGE_RENDERED, Enums.Events.CAMERA_MODIFIED];
  for (const event of events) element.addEventListener(event, draw);
  draw();
  return () => {
    for (const event of events) element.removeEventListener(event, draw);
    layer.remove();
  };
}
