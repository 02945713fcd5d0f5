/** Draws a heat map over the image, in step with its zoom, pan, turn and mirror. */
import type { HeatMap } from "../../../../electron/api/schemas/heat-map.ts";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { layOver } from "../look/page-layer.ts";
import { worldOf } from "../look/planes.ts";
import type { Stage } from "../look/viewer.tsx";

/** Orange where the score falls, blue where it rises: told apart by colour-blind readers, too. */
const falls = [255, 159, 28] as const;
const rises = [63, 140, 255] as const;

/** The map as a small picture, a pixel a cell; the strongest change is opaque, none is clear. */
export function heatPicture(
  { columns, rows }: Pick<HeatMap, "columns" | "rows">,
  changes: readonly number[],
): Uint8ClampedArray<ArrayBuffer> {
  const most = Math.max(1e-9, ...changes.map(Math.abs));
  const out = new Uint8ClampedArray(columns * rows * 4);
  for (const [at, change] of changes.entries()) {
    const [red, green, blue] = change >= 0 ? falls : rises;
    out.set([red, green, blue, Math.round((255 * Math.abs(change)) / most)], at * 4);
  }
  return out;
}

/** Lays the map over every pane of the series until the returned function is called. */
export function layHeat(
  stage: Stage,
  series: Series,
  map: HeatMap,
  { changes, opacity }: { changes: readonly number[]; opacity: number },
): () => void {
  const picture = document.createElement("canvas");
  [picture.width, picture.height] = [map.columns, map.rows];
  picture
    .getContext("2d")
    ?.putImageData(new ImageData(heatPicture(map, changes), map.columns, map.rows), 0, 0);
  const [width, height] = series.shape;
  return layOver(stage, series.id, {
    what: "heat",
    opacity,
    paint: (context, view) => {
      // Where three corners of the image lie on the page says how it is moved, turned and mirrored.
      const at = (i: number, j: number): number[] =>
        view.worldToCanvas(worldOf(series, [i - 0.5, j - 0.5, 0]));
      const [[x = 0, y = 0], [xi = 0, yi = 0], [xj = 0, yj = 0]] = [at(0, 0), at(1, 0), at(0, 1)];
      context.resetTransform();
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
      context.save();
      context.setTransform(xi - x, yi - y, xj - x, yj - y, x, y);
      context.beginPath();
      context.rect(0, 0, width, height);
      context.clip();
      context.imageSmoothingQuality = "high";
      context.drawImage(picture, 0, 0, map.columns * map.cell, map.rows * map.cell);
      context.restore();
    },
  }).stop;
}
