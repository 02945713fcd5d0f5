/** Between the viewer's annotations and stored measurements: one is drawn, the other is the record. */
import type { Types } from "@cornerstonejs/core";
import { annotation as annotations, type Types as ToolTypes } from "@cornerstonejs/tools";
import type { Measurement } from "../../../../electron/api/schemas/reading.ts";
import { indexOf, type Point } from "../look/planes.ts";
import type { ShownSeries } from "../look/shown-series.ts";
import { toolOf } from "../look/cornerstone.ts";
import { measure, normalOf, type MeasurementTool } from "./geometry.ts";
import { measuredOn } from "./measured-on.ts";

type Annotation = ToolTypes.Annotation;

const tools = ["length", "bidirectional", "angle", "ellipse", "rectangle", "probe"] as const;
const toolOfName = new Map<string, MeasurementTool>(tools.map((tool) => [toolOf[tool], tool]));

/** The viewer counts in LPS+, records in RAS+; the way is the same in both directions. */
const turned = ([x = 0, y = 0, z = 0]: readonly number[]): Point => [-x, -y, z];

export const pointsOf = ({ points }: Pick<Measurement, "points">): Point[] => points.map(turned);

export const toolOfAnnotation = ({ metadata }: Annotation): MeasurementTool | undefined =>
  toolOfName.get(metadata?.toolName ?? "");

export const frameOf = (seriesId: string): string => `frame-${seriesId}`;

export const seriesOfAnnotation = ({ metadata }: Annotation): string =>
  (metadata?.FrameOfReferenceUID ?? "").replace(/^frame-/, "");

/** The record of what is drawn now; null while it is not finished, or where it measures nothing. */
export type NewMeasurement = Omit<Measurement, "id" | "by" | "at">;

export function recordOf(drawn: Annotation, shown: ShownSeries): NewMeasurement | null {
  const tool = toolOfAnnotation(drawn);
  const points = (drawn.data.handles?.points ?? []) as Point[];
  const [first] = points;
  if (tool === undefined || first === undefined) return null;
  const values = measure(tool, points, measuredOn(shown));
  const [main] = values;
  // A click without a drag is no measurement.
  if (main === undefined || (tool !== "probe" && main.value === 0)) return null;
  const slices = shown.series.shape[2];
  const slice = Math.round(indexOf(shown.series, first)[2]);
  return {
    seriesId: shown.series.id,
    kind: tool,
    label: (drawn.data.label ?? "").slice(0, 64),
    points: points.map(turned),
    slice: Math.max(0, Math.min(slices - 1, slice)),
    values,
  };
}

/** Draws a stored measurement again, on its slice. */
export function draw(stored: Measurement, shown: ShownSeries): void {
  if (stored.kind === "volume") return;
  const points = pointsOf(stored);
  const corner: Types.Point3 = [0, 0, 0];
  annotations.state.addAnnotation(
    {
      annotationUID: stored.id,
      highlighted: false,
      invalidated: true,
      isLocked: false,
      isVisible: true,
      metadata: {
        toolName: toolOf[stored.kind],
        FrameOfReferenceUID: frameOf(stored.seriesId),
        viewPlaneNormal: normalOf(points, shown.series),
        referencedImageId: shown.imageIds[stored.slice] ?? "",
      },
      data: {
        label: stored.label,
        handles: {
          points,
          activeHandleIndex: null,
          textBox: {
            hasMoved: false,
            worldPosition: corner,
            worldBoundingBox: {
              topLeft: corner,
              topRight: corner,
              bottomLeft: corner,
              bottomRight: corner,
            },
          },
        },
        cachedStats: {},
      },
    } as unknown as Annotation,
    frameOf(stored.seriesId),
  );
}

/** Brings the drawn measurements of a series in line with the stored ones. */
export function drawAll(stored: readonly Measurement[], shown: ShownSeries): void {
  const own = stored.filter(({ seriesId }) => seriesId === shown.series.id);
  const wanted = new Map(own.map((one) => [one.id, one]));
  for (const drawn of annotations.state.getAllAnnotations()) {
    if (seriesOfAnnotation(drawn) !== shown.series.id || !toolOfAnnotation(drawn)) continue;
    const record = wanted.get(drawn.annotationUID ?? "");
    const same =
      record && JSON.stringify(drawn.data.handles?.points) === JSON.stringify(pointsOf(record));
    if (same) {
      drawn.data.label = record.label;
      wanted.delete(record.id);
    } else annotations.state.removeAnnotation(drawn.annotationUID ?? "");
  }
  for (const one of wanted.values()) draw(one, shown);
}
