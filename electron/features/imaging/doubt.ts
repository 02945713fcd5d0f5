/** What the pixels of a file without a header speak against an expert. Pure. */
import { AppError } from "../../api/errors.ts";
import type { ExpertCard, Finding } from "../models/models.ts";
import { aboutCategory, isCategory } from "../models/routing/categories.ts";

type Doubt = { refused?: AppError; warning: string };

/** From this share of one modality on, or of none, the pixels speak clearly: as they must to overrule a header in routing. */
const clearly = 0.9;

const titles: Record<string, string> = {
  CXR: "a frontal chest film",
  CT: "a CT slice",
  MR: "an MR slice",
  outside: "none of chest film, CT and MR",
};

/**
 * @param shares of each category and of "outside", adding up to one; undefined where nothing looked
 * @param isPicture one plane: of a volume only the middle slice was looked at, which is too little to refuse it
 */
export function doubtAbout(
  card: Pick<ExpertCard, "title" | "inputs">,
  shares: readonly Finding[] | undefined,
  { isPicture }: { isPicture: boolean },
): Doubt | null {
  if (shares === undefined) return null;
  const accepted = card.inputs.flatMap((input) => input.modality);
  const kinds = new Map<string, number>();
  for (const { label, score } of shares) {
    const kind = isCategory(label) ? aboutCategory(label).modality : "outside";
    kinds.set(kind, (kinds.get(kind) ?? 0) + score);
  }
  // What the looking network was never shown (ultrasound, an eye's background) is "outside" to it.
  const isOwn = (kind: string): boolean =>
    kind === "outside"
      ? accepted.some((modality) => !["CXR", "CT", "MR"].includes(modality))
      : accepted.includes(kind);
  const [rival, share] = [...kinds]
    .filter(([kind]) => !isOwn(kind))
    .reduce((best, one) => (one[1] > best[1] ? one : best), ["outside", 0]);
  const likeliest = shares.reduce((best, one) => (one.score > best.score ? one : best));
  const outside = shares.find(({ label }) => label === "outside");
  const kind = isCategory(likeliest.label) ? aboutCategory(likeliest.label).modality : "outside";
  const isSure = (kinds.get(kind) ?? 0) >= likeliest.operatingPoint;
  const isForeign = !isOwn("outside") && (outside?.score ?? 0) >= (outside?.operatingPoint ?? 1);
  if (isOwn(kind) && isSure && !isForeign) return null;
  const reads = `${card.title} reads ${accepted.join(" or ")}; this file names no modality, and by its pixels it is ${titles[rival] ?? rival} with a probability of ${share.toFixed(2)}`;
  // Routing takes a category for known from its operating point on, and would not offer this expert then.
  const isOther = !isForeign && kind === rival && likeliest.score >= likeliest.operatingPoint;
  if (isPicture && (share >= clearly || isOther))
    return {
      warning: reads,
      refused: new AppError(
        "wrongModality",
        `${reads}. Nothing was run. If you know better, say what it is with --as.`,
        { accepted, actual: rival, probability: share },
      ),
    };
  return { warning: `${reads}. Judge the answer with that in mind.` };
}
