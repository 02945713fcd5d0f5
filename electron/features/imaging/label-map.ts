/** Volumes whose values are labels. */
import type { Volume } from "../../api/volume.ts";
import type { Segmentation } from "../models/models.ts";

/** The label ids of a volume that is a label map, without 0; null where it is an image. */
export function labelIds(volume: Pick<Volume, "data">): number[] | null {
  const found = new Set<number>();
  for (const value of volume.data) {
    if (!Number.isInteger(value) || value < 0 || value > 255) return null;
    found.add(value);
  }
  found.delete(0);
  return [...found].toSorted((a, b) => a - b);
}

/** A result with these labels alone; its mask is 0 where others lay. */
export function keepLabels<Result extends Segmentation>(
  result: Result,
  wanted: readonly number[],
): Result {
  const ids = new Set(wanted);
  return {
    ...result,
    labels: result.labels.filter(({ id }) => ids.has(id)),
    mask: { ...result.mask, data: result.mask.data.map((value) => (ids.has(value) ? value : 0)) },
  };
}
