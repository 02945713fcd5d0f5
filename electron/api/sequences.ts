/** Which MR sequence a series is, by the names its files and its header give. Pure; null where they do not say. */
import type { Series } from "./schemas/imaging.ts";

export const sequences = ["T1", "T1c", "T2", "FLAIR"] as const;
export type Sequence = (typeof sequences)[number];

/**
 * Words of scanners, BraTS (t1, t1ce, t1c, t1n, t2, t2w, t2f, flair) and reports. A name that fits two
 * sequences ("T1 and T2") fits none.
 */
export function sequenceOfName(name: string): Sequence | null {
  const words = ` ${name.toLowerCase().replaceAll(/[^a-z0-9+]+/g, " ")} `;
  if (/ (t2 ?)?flair | t2f | dark ?fluid /.test(words)) return "FLAIR";
  const contrast = / (t1 ?)?(ce|c|gd|gad|gado|post|contrast|km|\+c|c\+) | t1(ce|c|gd|post|km)\b/;
  const t1 = / t1(w|n|ce|c|gd|post|km|\+c)? | mprage | spgr | bravo /.test(words);
  const t2 = / t2(w|tse|fse)? /.test(words);
  if (t1 === t2) return null;
  if (t2) return "T2";
  return contrast.test(words) ? "T1c" : "T1";
}

export function sequenceOf(
  series: Pick<Series, "name" | "files" | "modality" | "header">,
): Sequence | null {
  if (series.modality !== "MR" && series.modality !== "unknown") return null;
  return (
    sequenceOfName(series.header?.description ?? "") ??
    sequenceOfName(series.name) ??
    sequenceOfName(series.files[0] ?? "")
  );
}

/** What manifests call the sequences of their channels. */
const channels: Record<string, Sequence> = {
  T1: "T1",
  "pre-contrast": "T1",
  T1c: "T1c",
  T1ce: "T1c",
  "post-contrast": "T1c",
  T2: "T2",
  FLAIR: "FLAIR",
};

/** Which sequence a channel's name in a manifest stands for. */
export const sequenceOfChannel = (name: string): Sequence | null => channels[name] ?? null;

/** The four of a brain study in reading order, or null when one is missing or stands for two series. */
export function fourSequences<
  S extends Pick<Series, "name" | "files" | "modality" | "shape" | "header">,
>(images: readonly S[]): S[] | null {
  const volumes = images.filter((image) => image.shape[2] > 1);
  const found = sequences.map((wanted) => volumes.filter((one) => sequenceOf(one) === wanted));
  if (found.some((of) => of.length !== 1)) return null;
  return found.flat();
}
