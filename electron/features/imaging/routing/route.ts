/**
 * What an image is, before any expert is asked: by its header first, by its pixels where the header does not
 * say, else the reader is asked with the two likeliest. Pure: scores come from the pack that looks.
 */
import { aboutCategory, categoryIds, type Category } from "../../models/routing/categories.ts";
import type { Finding } from "../../models/models.ts";
import type { Likeness } from "../suitability.ts";

/** What a DICOM header says beyond the modality; absent where it does not. */
export type HeaderFacts = {
  bodyPart?: string | undefined;
  /** ViewPosition: PA, AP, LL, LATERAL … */
  view?: string | undefined;
  ageYears?: number | undefined;
  /** Series, protocol and sequence names, joined. */
  description?: string | undefined;
};
/** `likeness` is asked of files alone that name no modality. */
export type Facts = HeaderFacts & { modality: string; likeness?: Likeness["kind"] };

export type Routed =
  | { kind: "known"; category: Category; by: "header" | "pixels" | "reader"; why: string }
  /** Nothing runs before the reader has said which. */
  | { kind: "unsure"; choices: [Category, Category]; why: string }
  /** Something no category is made for; `refused` says that no expert may see it. */
  | { kind: "other"; refused: boolean; why: string };

/** Experts for children's films were trained on children under this age, in years. */
const adultFrom = 16;
const lateral = /^(ll|rl|lat|lateral|llat|rlat)/i;
const chest = /chest|thorax|lung|^$/i;

/** The categories that the header, or else the kind of file, leaves open; a reason where it leaves none. */
export function openCategories(facts: Facts): Category[] | { refused: boolean; why: string } {
  const { modality, likeness, bodyPart = "", view = "", ageYears, description = "" } = facts;
  const of = (wanted: string): Category[] =>
    categoryIds.filter((id) => aboutCategory(id).modality === wanted);
  switch (modality) {
    case "CXR":
      if (!chest.test(bodyPart))
        return { refused: true, why: `a film of ${bodyPart.toLowerCase()} by its header` };
      if (lateral.test(view))
        return { refused: true, why: `a lateral film by its header (${view})` };
      if (ageYears === undefined) return of("CXR");
      return [ageYears < adultFrom ? "cxr-child" : "cxr-adult"];
    case "CT":
      return of("CT");
    case "MR": {
      const named = of("MR").filter((id) => aboutCategory(id).sequence?.test(description));
      return named.length === 1 ? named : of("MR");
    }
    case "unknown":
      break;
    default:
      return { refused: false, why: `${modality} by its header` };
  }
  if (likeness === "CT") return of("CT");
  if (likeness === "tiny") return { refused: false, why: "too small to be looked at" };
  // A film is grey, and three sequences of an MR slice may come as one coloured picture.
  if (likeness === "volume" || likeness === "colour") return of("MR");
  return [...categoryIds];
}

/** Whether pixels can change what the header says: it leaves something open, or they may show that it is wrong. */
export function needsPixels(facts: Facts): boolean {
  const open = openCategories(facts);
  return Array.isArray(open) && !(open.length === 1 && open[0] === "ct");
}

/** With a header that names a film, the pixels must speak this clearly against it. */
const outsideDespiteHeader = 0.9;

/**
 * @param scores of the pack that looks: a share for each category and for "outside", adding up to one, each with
 * the operating point that it was calibrated at; undefined where no such pack is installed
 */
export function route(facts: Facts, scores: readonly Finding[] | undefined): Routed {
  const open = openCategories(facts);
  if (!Array.isArray(open)) return { kind: "other", ...open };
  const [only] = open;
  const isNamed = facts.modality !== "unknown";
  // Hounsfield units are told by the values themselves; a looking network knows a few windows only.
  if (only === "ct" && open.length === 1)
    return known("ct", isNamed ? "header" : "pixels", isNamed ? "by its header" : "by its values");
  if (scores === undefined)
    return only !== undefined && open.length === 1
      ? known(only, "header", "by its header")
      : { kind: "other", refused: false, why: "nothing that is installed can tell what it is" };
  const shareOf = (id: string): number => scores.find(({ label }) => label === id)?.score ?? 0;
  const least = (id: string): number =>
    scores.find(({ label }) => label === id)?.operatingPoint ?? 1;
  const [first, second] =
    open.length > 1 ? open.toSorted((a, b) => shareOf(b) - shareOf(a)) : [only, undefined];
  if (first === undefined) return { kind: "other", refused: false, why: "nothing fits it" };
  const outside = shareOf("outside");
  const isForeign = outside >= (isNamed ? outsideDespiteHeader : least("outside"));
  if (open.length === 1 && !isForeign) return known(first, "header", "by its header");
  // Of what is open, how much is the first's; what the header rules out counts against it only in a file without one.
  const whole = isNamed ? open.reduce((sum, id) => sum + shareOf(id), 0) : 1;
  const share = shareOf(first) / (whole || 1);
  if (!isForeign && share >= least(first)) return known(first, "pixels", "by its pixels");
  const [other] = categoryIds
    .filter((id) => id !== first)
    .toSorted((a, b) => shareOf(b) - shareOf(a));
  return {
    kind: "unsure",
    choices: [first, second ?? (other as Category)],
    why: isForeign
      ? "it looks like nothing that the experts were made for"
      : `it may be ${aboutCategory(first).title}, but its pixels do not say so clearly`,
  };
}

/** Channels as alike as this show one sequence twice, as files do that lack one. */
const alike = 0.02;

/**
 * Shares for a picture of three channels, of which a pack may want FLAIR in the second: which channel is most like
 * FLAIR tells more than how much one is. Where it is the second, all that speaks for MR speaks for FLAIR, else for
 * another order of sequences.
 */
export function ofChannels(channels: readonly (readonly Finding[])[]): readonly Finding[] {
  const [, second = []] = channels;
  const flair = channels.map(
    (scores) => scores.find(({ label }) => label === "mr-flair")?.score ?? 0,
  );
  const isMr = (label: string): boolean => label.startsWith("mr-");
  const all = second.reduce((sum, { label, score }) => sum + (isMr(label) ? score : 0), 0);
  const winner = (flair[1] ?? 0) >= Math.max(...flair) - alike ? "mr-flair" : "mr-t1";
  return second.map((one) =>
    isMr(one.label) ? { ...one, score: one.label === winner ? all : 0 } : one,
  );
}

const known = (category: Category, by: "header" | "pixels", how: string): Routed => ({
  kind: "known",
  category,
  by,
  why: `${aboutCategory(category).title} ${how}`,
});

/** What the reader is asked when it cannot be told. */
export function question({ choices, why }: Extract<Routed, { kind: "unsure" }>): string {
  const [first, second] = choices.map((id) => aboutCategory(id).title);
  return `Nothing was run, because ${why}. Is it ${first} or ${second}?`;
}
