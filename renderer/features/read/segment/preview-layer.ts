/** A model's outline as a layer of its own over the image: dashed, so that it cannot be taken for what a person drew. */
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { inkOf } from "../look/cut.ts";
import { layMap } from "../look/map-layer.ts";
import type { Stage } from "../look/viewer.tsx";

type Shown = { labels: readonly { id: number; color: string }[]; fill: number };

/** Shows the mask over every pane of its series until the returned function is called; `fill` tints the insides, 0 to 1. */
export function layPreview(
  stage: Stage,
  series: Series,
  mask: Uint8Array,
  { labels, fill }: Shown,
): () => void {
  const ink = { fill: new Uint32Array(256), edge: new Uint32Array(256), width: 1, dashed: true };
  for (const { id, color } of labels) {
    ink.fill[id] = inkOf(color, fill);
    ink.edge[id] = inkOf(color, 1);
  }
  return layMap("preview", stage, series, { mask, ink }).stop;
}
