/** What an expert's result says in words and numbers, for a reader in the conversation. */
import type { Asked } from "../../api/schemas/effort.ts";
import type { Volume } from "../../api/volume.ts";
import type { ExpertResult, Finding } from "../models/models.ts";
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
  const { voxels: counts, boxes } = countLabels(mask, width, height);
  return labels.map((label) => {
    const voxels = counts[label.id] ?? 0;
    const box = boxes[label.id] ?? ([width, height, -1, -1] satisfies Box);
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

type Box = [number, number, number, number];

/** One pass over the mask, however many labels it has: a scan holds a hundred of them in millions of voxels. */
function countLabels(
  mask: Uint8Array,
  width: number,
  height: number,
): { voxels: Uint32Array; boxes: (Box | undefined)[] } {
  const voxels = new Uint32Array(256);
  const boxes: (Box | undefined)[] = [];
  for (let start = 0; start < mask.length; start += width) {
    const y = (start / width) % height;
    for (let x = 0; x < width; x += 1) {
      const id = mask[start + x] as number;
      if (id === 0) continue;
      voxels[id] = (voxels[id] ?? 0) + 1;
      const box = (boxes[id] ??= [x, y, x, y]);
      if (x < box[0]) box[0] = x;
      if (y < box[1]) box[1] = y;
      if (x > box[2]) box[2] = x;
      if (y > box[3]) box[3] = y;
    }
  }
  return { voxels, boxes };
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

/** Where the members of an ensemble do not agree, the reader is told. */
function splitOf({ votes }: Finding): string {
  if (votes === undefined || votes.above === 0 || votes.above === votes.asked) return "";
  return ` (the experts disagree: ${votes.above} of ${votes.asked} say above)`;
}

/** How many of the experts that answer this were asked; nothing where there was one. */
function askedOf(asked: Asked | undefined): string {
  if (asked === undefined || asked.of < 2) return "";
  const refused = (asked.refused ?? []).map(({ name, why }) => ` ${name} was not: ${why}`).join("");
  const basis = asked.calibratedOn ? `calibrated on ${asked.calibratedOn}` : "not calibrated";
  return ` Asked: ${asked.experts.length} of ${asked.of} experts (${asked.effort}, ${basis}): ${asked.experts.join(", ")}.${refused}`;
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
        .map((finding) => `${finding.label}${splitOf(finding)}`)
        .join(", ") || "none";
    return `Above the operating point: ${names(true)}. Below it: ${names(false)}.${askedOf(result.asked)} These are suggestions, not a diagnosis, and it looks for nothing else: an image without them is not thereby normal.`;
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
