/** Whether an expert may be shown an image at all: by the header's modality, and by what the pixels themselves show. */
import { AppError } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import type { ExpertCard } from "../models/models.ts";

/** What the voxels say where no header does: Hounsfield units, another volume, a coloured picture, a plane like a film. */
export type Likeness = { kind: "CT" | "volume" | "colour" | "tiny" | "plane"; why: string };

/** Air is near −1000 and fat near −100 in Hounsfield units; no other modality is stored so. */
const fat = -100;
const filmSide = 64;

/** Asked by the router and again for each expert: voxels are looked through once. */
const seen = new WeakMap<Volume["data"], Likeness>();

/** Simple facts of the voxels, for files that name no modality (NIfTI, PNG, JPEG). */
export function likenessOf(volume: Pick<Volume, "shape" | "channels" | "data">): Likeness {
  const known = seen.get(volume.data);
  if (known) return known;
  const found = lookThrough(volume);
  seen.set(volume.data, found);
  return found;
}

function lookThrough(volume: Pick<Volume, "shape" | "channels" | "data">): Likeness {
  const [width, height, depth] = volume.shape;
  const coloured = volume.channels >= 3 ? colourShare(volume) : 0;
  if (coloured > 0.1)
    return { kind: "colour", why: `${(coloured * 100).toFixed(0)} % of its pixels are coloured` };
  if (depth > 1) {
    let low = Number.POSITIVE_INFINITY;
    for (let at = 0; at < volume.data.length; at += 1)
      low = Math.min(low, volume.data[at] as number);
    const kind = low <= fat ? "CT" : "volume";
    return {
      kind,
      why: `it is a volume of ${depth} slices whose lowest value is ${low.toFixed(0)}${kind === "volume" ? ", which is not how CT is stored" : ""}`,
    };
  }
  if (Math.min(width, height) < filmSide || Math.max(width, height) > 4 * Math.min(width, height))
    return { kind: "tiny", why: `it has ${width} × ${height} pixels` };
  return { kind: "plane", why: "it is one grey plane" };
}

/** Share of pixels whose channels differ clearly: stamps on a film stay below a few percent. */
function colourShare(volume: Pick<Volume, "shape" | "data">): number {
  const plane = volume.shape[0] * volume.shape[1] * volume.shape[2];
  let coloured = 0;
  for (let at = 0; at < plane; at += 1) {
    const [red, green, blue] = [
      volume.data[at] as number,
      volume.data[plane + at] as number,
      volume.data[2 * plane + at] as number,
    ];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 24) coloured += 1;
  }
  return coloured / plane;
}

/**
 * Refuses an image that the expert was not made for. @throws wrongModality, naming what the expert reads
 * and what this image is
 */
export function refuseUnsuited(card: Pick<ExpertCard, "title" | "inputs">, volume: Volume): void {
  const unsuited = unsuitedFor(card, volume);
  if (unsuited) throw unsuited;
}

/** An MR slice may come as a grey picture, or as a coloured one with a sequence per channel. */
const suits: Record<Likeness["kind"], readonly string[]> = {
  CT: ["CT"],
  volume: ["MR", "PT", "NM"],
  plane: ["CXR", "MR", "US", "MG", "OP"],
  colour: ["MR", "SM", "XC", "GM", "OP", "ES"],
  tiny: [],
};

export function unsuitedFor(
  card: Pick<ExpertCard, "title" | "inputs">,
  volume: Volume,
): AppError | null {
  const accepted = card.inputs.flatMap((input) => input.modality);
  const reads = `${card.title} reads ${accepted.join(" or ")}`;
  if (volume.modality !== "unknown") {
    if (accepted.includes(volume.modality)) return null;
    return new AppError(
      "wrongModality",
      `${reads}; this image is ${volume.modality} by its header.`,
      { accepted, actual: volume.modality },
    );
  }
  const { kind, why } = likenessOf(volume);
  if (suits[kind].some((modality) => accepted.includes(modality))) return null;
  return new AppError("wrongModality", `${reads}; this file names no modality, and ${why}.`, {
    accepted,
    actual: kind,
  });
}
