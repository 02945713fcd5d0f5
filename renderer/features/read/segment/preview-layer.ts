/** A model's outline as a layer of its own over the image: dashed, so that it cannot be taken for what a person drew. */
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { layOver } from "../look/page-layer.ts";
import { indexOf } from "../look/planes.ts";
import type { Stage } from "../look/viewer.tsx";

type Colour = readonly [red: number, green: number, blue: number];
type Point = readonly [number, number, number];
/** Where the page's points lie in the mask: voxel index of the first, and the steps along the page. */
export type OnPage = { origin: Point; right: Point; down: Point };

const dash = 5;

/**
 * The cut of a mask that a view shows: width × height RGBA pixels. Voxels are sampled at their centres; an outline lies
 * where the label changes, in dashes; `fill` from 0 to 1 is how strongly the inside is tinted.
 */
export function paintCut(
  [width, height]: readonly [number, number],
  { origin, right, down }: OnPage,
  { mask, shape }: { mask: Uint8Array; shape: readonly [number, number, number] },
  colours: ReadonlyMap<number, Colour>,
  fill: number,
): Uint8ClampedArray<ArrayBuffer> {
  const [nx, ny, nz] = shape;
  const labels = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const i = Math.round(origin[0] + x * right[0] + y * down[0]);
      const j = Math.round(origin[1] + x * right[1] + y * down[1]);
      const k = Math.round(origin[2] + x * right[2] + y * down[2]);
      if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz) continue;
      labels[x + width * y] = mask[i + nx * (j + ny * k)] ?? 0;
    }
  const out = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < labels.length; at += 1) {
    const label = labels[at] ?? 0;
    const colour = label === 0 ? undefined : colours.get(label);
    if (colour === undefined) continue;
    const x = at % width;
    const edge =
      (x > 0 && labels[at - 1] !== label) ||
      (x + 1 < width && labels[at + 1] !== label) ||
      (at >= width && labels[at - width] !== label) ||
      (at + width < labels.length && labels[at + width] !== label);
    const dashed = edge && (x + Math.floor(at / width)) % (2 * dash) < dash;
    out.set([...colour, dashed ? 255 : Math.round(255 * fill)], at * 4);
  }
  return out;
}

const rgb = (hex: string): Colour => {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};

/** Shows the mask over every pane of its series until the returned function is called. */
export function layPreview(
  stage: Stage,
  series: Series,
  mask: Uint8Array,
  { labels, fill }: { labels: readonly { id: number; color: string }[]; fill: number },
): () => void {
  const colours = new Map(labels.map(({ id, color }) => [id, rgb(color)]));
  return layOver(stage, series.id, {
    opacity: 1,
    paint: (context, view) => {
      const { width, height } = context.canvas;
      const at = (x: number, y: number): Point => {
        const [a, b, c] = view.canvasToWorld([x, y]);
        return indexOf(series, [a, b, c]);
      };
      const origin = at(0, 0);
      const step = (to: Point): Point => [to[0] - origin[0], to[1] - origin[1], to[2] - origin[2]];
      const onPage = { origin, right: step(at(1, 0)), down: step(at(0, 1)) };
      const picture = paintCut(
        [width, height],
        onPage,
        { mask, shape: series.shape },
        colours,
        fill,
      );
      context.putImageData(new ImageData(picture, width, height), 0, 0);
    },
  });
}
