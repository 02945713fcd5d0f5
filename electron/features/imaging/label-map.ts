/** Volumes whose values are labels. */
import type { Volume } from "../../api/volume.ts";

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
