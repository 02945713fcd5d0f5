/** What an image can be as far as choosing an expert goes. Closed: what is none of these is asked about or refused. */
import { AppError } from "../../../api/errors.ts";
import type { Manifest } from "../manifest.ts";

type About = {
  /** In a sentence: "this looks like …". */
  title: string;
  modality: string;
  /** Words in a figure's cohort that say it was measured on this category; absent: every figure was. */
  cohort?: RegExp;
  /** For MR: the sequence as packs name it. */
  sequence?: RegExp;
};

export const categories = {
  "cxr-adult": {
    title: "a frontal chest film of an adult",
    modality: "CXR",
    cohort: /\badults?\b/i,
  },
  "cxr-child": {
    title: "a frontal chest film of a child",
    modality: "CXR",
    cohort: /\bchild(ren)?\b/i,
  },
  ct: { title: "CT", modality: "CT" },
  "mr-flair": { title: "MR, FLAIR", modality: "MR", sequence: /flair/i },
  "mr-t1": { title: "MR, T1", modality: "MR", sequence: /t1|contrast/i },
  "mr-other": {
    title: "MR of another sequence than T1 or FLAIR",
    modality: "MR",
    sequence: /(?!)/,
  },
} as const satisfies Record<string, About>;

export type Category = keyof typeof categories;
export const categoryIds = Object.keys(categories) as Category[];
export const isCategory = (id: string): id is Category => id in categories;

export const aboutCategory = (id: Category): About => categories[id];

/** @throws badInput, naming what can be said */
export function categoryOf(said: string | undefined): Category | undefined {
  if (said === undefined || isCategory(said)) return said;
  throw new AppError(
    "badInput",
    `"${said}" is no kind of image. Valid: ${categoryIds.join(", ")}.`,
    { valid: categoryIds },
  );
}

type Reads = Pick<Manifest, "inputs">;

/**
 * Whether a pack is made for images of a category. `channels`: three sequences in one picture are told by
 * the second, as the pack names its inputs in order.
 */
export function readsCategory({ inputs }: Reads, category: Category, channels = 1): boolean {
  const { modality, sequence } = aboutCategory(category);
  return inputs.some((input) => {
    if (!input.modality.includes(modality)) return false;
    const named = input["sequences"];
    if (sequence === undefined || !Array.isArray(named)) return true;
    return sequence.test(String(named[channels >= 3 ? 1 : 0] ?? ""));
  });
}
