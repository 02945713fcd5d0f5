/** Before an expert is named by hand a picture without a header: what the bundled pack that looks takes it for. */
import type { CommandContext } from "../../command.ts";
import type { Volume } from "../../api/volume.ts";
import type { ExpertCard, Finding } from "../models/models.ts";
import {
  aboutCategory,
  categoryIds,
  categoryOf,
  type Category,
} from "../models/routing/categories.ts";
import { shownVolume } from "./dicom-volume.ts";
import { doubtAbout } from "./doubt.ts";
import type { OpenedSeries } from "./open.ts";
import { likenessOf, refuseUnsuited } from "./suitability.ts";

export const asOption = {
  type: "string",
  help: `what a picture without a header is, where it is taken for something else: ${categoryIds.join(", ")}`,
} as const;

/** @throws badInput for no kind of image */
export const toldIn = (value: unknown): Category | undefined =>
  categoryOf(typeof value === "string" ? value : undefined);

type Context = Pick<CommandContext, "router" | "signal" | "progress">;

/** Several experts may be asked about one series: it is looked at once. */
const seen = new WeakMap<OpenedSeries, Promise<readonly Finding[] | undefined>>();

/**
 * The image to give to the expert, and what there is to say of it, which is also said on stderr. What the user says
 * that it is (`told`) stands where the header is silent; a header is never overruled.
 * @throws wrongModality
 */
export async function lookFirst(
  { router, signal, progress }: Context,
  card: ExpertCard | undefined,
  series: OpenedSeries,
  told: Category | undefined,
): Promise<{ volume: Volume; warnings: string[] }> {
  const shown = shownVolume(series);
  const isNamed = shown.modality !== "unknown";
  const volume =
    told === undefined || isNamed ? shown : { ...shown, modality: aboutCategory(told).modality };
  if (card === undefined) return { volume, warnings: [] };
  refuseUnsuited(card, volume);
  // Hounsfield units are told by the values; the network that looks knows a few windows of them only.
  if (volume.modality !== "unknown" || likenessOf(volume).kind === "CT")
    return { volume, warnings: [] };
  const known = seen.get(series) ?? router.shares(volume, signal);
  seen.set(series, known);
  const doubt = doubtAbout(card, await known, { isPicture: volume.shape[2] === 1 });
  if (doubt === null) return { volume, warnings: [] };
  if (doubt.refused) throw doubt.refused;
  progress(`${series.files[0]}: ${doubt.warning}`);
  return { volume, warnings: [doubt.warning] };
}
