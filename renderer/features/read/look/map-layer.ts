/**
 * A label map over every pane of its series, drawn by the page: in software rendering the viewer's own way
 * of drawing label maps takes longer than the image itself.
 */
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { inked, sampleCut, type Ink, type OnPage, type Point } from "./cut.ts";
import { isStack, type View } from "./mount.ts";
import { layOver, type Layer } from "./page-layer.ts";
import { indexOf } from "./planes.ts";
import type { Stage } from "./viewer.tsx";

/** A stack stands on a slice, whatever its camera says of the third axis. */
function onPage(view: View, series: Series): OnPage {
  const slice = isStack(view) ? view.getCurrentImageIdIndex() : null;
  const at = (x: number, y: number): Point => {
    const [i, j, k] = indexOf(series, view.canvasToWorld([x, y]));
    return [i, j, slice ?? k];
  };
  const origin = at(0, 0);
  // Over a hundred pixels, so that what the viewer rounds does not add up.
  const step = (to: Point): Point => [
    (to[0] - origin[0]) / 100,
    (to[1] - origin[1]) / 100,
    (to[2] - origin[2]) / 100,
  ];
  return { origin, right: step(at(100, 0)), down: step(at(0, 100)) };
}

/** `mask` is read at every drawing: after it was written to, `redraw`. */
export function layMap(
  what: "labels" | "preview",
  stage: Stage,
  series: Series,
  { mask, ink }: { mask: Uint8Array; ink: Ink },
): Layer {
  return layOver(stage, series.id, {
    what,
    opacity: 1,
    paint: (context, view) => {
      const { width, height } = context.canvas;
      const labels = sampleCut([width, height], onPage(view, series), {
        mask,
        shape: series.shape,
      });
      const picture = inked(labels, [width, height], ink);
      context.putImageData(new ImageData(picture, width, height), 0, 0);
    },
  });
}
