/** What an expert's result says in words and numbers, for a reader in the conversation. */
import type { Volume } from "../../api/volume.ts";
import type { ExpertResult } from "../models/models.ts";
import { colourName } from "./planning/picture.ts";

export type LabelMeasure = {
  id: number;
  name: string;
  color: string;
  voxels: number;
  share: number;
  ml?: number;
  box: [number, number, number, number];
  /** Share of the image on each side of the box's middle column, as displayed; single images only. */ sides?: [
    left: number,
    right: number,
  ];
};

/** An image as far as measuring it goes; without `sizes` its spacing counts as known. */
export type Measurable = Pick<Volume, "shape" | "spacing"> & {
  sizes?: "known" | "unknown" | undefined;
  faults?: { uneven: boolean } | undefined;
};

/** Voxels, share of the image, millilitres where the size of a voxel is known and the slices are even, and the bounding box in columns and rows. */
export function measureMask(
  mask: Uint8Array,
  volume: Measurable,
  labels: { id: number; name: string; color: string }[],
): LabelMeasure[] {
  const [width, height, depth] = volume.shape;
  return labels.map((label) => {
    let voxels = 0;
    const box: [number, number, number, number] = [width, height, -1, -1];
    for (let at = 0; at < mask.length; at += 1) {
      if (mask[at] !== label.id) continue;
      voxels += 1;
      const x = at % width;
      const y = Math.floor(at / width) % height;
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
    const ml =
      depth > 1 && volume.sizes !== "unknown" && volume.faults?.uneven !== true
        ? { ml: (voxels * volume.spacing[0] * volume.spacing[1] * volume.spacing[2]) / 1000 }
        : {};
    const sides =
      depth === 1 && voxels > 0
        ? { sides: sidesOf(mask, label.id, width, (box[0] + box[2]) / 2) }
        : {};
    return {
      id: label.id,
      name: label.name,
      color: label.color,
      voxels,
      share: voxels / mask.length,
      ...ml,
      box,
      ...sides,
    };
  });
}

function sidesOf(mask: Uint8Array, id: number, width: number, middle: number): [number, number] {
  let left = 0;
  let right = 0;
  for (let at = 0; at < mask.length; at += 1) {
    if (mask[at] !== id) continue;
    if (at % width < middle) left += 1;
    else right += 1;
  }
  return [left / mask.length, right / mask.length];
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function extentOf(label: LabelMeasure): string {
  if (label.ml !== undefined) return `${label.ml.toFixed(0)} ml`;
  const sides =
    label.sides && /lung/i.test(label.name)
      ? ` (${percent(label.sides[0])} on the left of the picture, ${percent(label.sides[1])} on the right)`
      : "";
  return `${percent(label.share)} of the image${sides}`;
}

/** What was asked, to say what of it the expert cannot give. */
export type Question = { request: string; args: string };

/** An expert's result in sentences for a reader. */
export function describeResult(
  result: ExpertResult,
  volume: Measurable,
  { request, args }: Question,
): string {
  if (result.kind === "classification") {
    const names = (above: boolean): string =>
      result.findings
        .filter((finding) => finding.above === above)
        .toSorted((a, b) => Number(b.label === args) - Number(a.label === args))
        .map(({ label, score }) => `${label} ${score.toFixed(2)}`)
        .join(", ") || "none";
    return `Scores above the operating point: ${names(true)}. Below it: ${names(false)}. These are suggestions, not a diagnosis, and it looks for nothing else: an image without them is not thereby normal.`;
  }
  const measured = measureMask(result.mask.data, volume, result.labels);
  const found = measured.filter(({ voxels }) => voxels > 0);
  const missed = measured.filter(({ voxels }) => voxels === 0).map(({ name }) => name);
  return [
    found.length > 0
      ? `Outlined: ${found.map((label) => `${label.name} in ${colourName(label.color)}, ${extentOf(label)}`).join("; ")}.`
      : "",
    missed.length > 0 ? `Not found: ${missed.join(", ")}.` : "",
    oneSided(request, measured),
    found.length > 0 ? "Check it, correct it if needed, then accept or reject it." : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** A side that was asked for, where no outline knows sides. */
function oneSided(request: string, outlined: readonly Pick<LabelMeasure, "name">[]): string {
  const [, side] = /\b(left|right)\b/i.exec(request) ?? [];
  if (side === undefined || /\b(left and right|right and left|both|bilateral)\b/i.test(request))
    return "";
  const wanted = side.toLowerCase();
  if (outlined.some(({ name }) => name.toLowerCase().includes(wanted))) return "";
  const names = outlined.map(({ name }) => name).join(", ");
  return `You asked for the ${wanted} side; this expert knows no sides and outlined both (${names}): erase the other one before you accept it.`;
}
