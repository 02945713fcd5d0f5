/** A reader's decision on what a model suggested: the suggestion stays as it was, what the reader changed is kept beside it. */
import type { HandlersFor } from "../../api/call.ts";
import { AppError } from "../../api/errors.ts";
import type { imagingContract, Series } from "../../api/schemas/imaging.ts";
import { voxelCount } from "../../api/volume.ts";
import type { AssetStore } from "../review/assets.ts";
import { measureMask } from "./describe.ts";
import { refuseWithheld } from "./read-first.ts";
import type { Studies } from "./studies.ts";

type Dependencies = { studies: () => Studies; assets: AssetStore; reviewer: () => string };
type Present = { label: string; present: boolean };

export function createDecisionHandlers({
  studies,
  assets,
  reviewer,
}: Dependencies): Pick<HandlersFor<typeof imagingContract>, "imaging.decide"> {
  return {
    "imaging.decide": async (input) => {
      const { studyId, suggestionId, action, mask, findings, seconds, note } = input;
      refuseWithheld(studies(), studyId, reviewer());
      const suggestion = studies()
        .get(studyId)
        .suggestions.find((one) => one.id === suggestionId);
      if (suggestion === undefined)
        throw new AppError("notFound", `The study has no suggestion "${suggestionId}".`);
      const { kind, subject } = suggestion;
      const corrected = async () =>
        kind === "classify"
          ? { findings: correctedFindings(suggestion.value, findings) }
          : correctedMask(
              studies().image(studyId, subject.split("/series:")[1] ?? ""),
              suggestion.value,
              mask,
              seconds,
            );
      const value = action === "correct" ? await corrected() : undefined;
      const [decision] = studies().ledger.decide([
        {
          ...{ kind, subject, action, suggestionId },
          reviewer: reviewer(),
          ...(value === undefined ? {} : { value }),
          ...(note ? { note } : {}),
        },
      ]);
      if (decision === undefined) throw new AppError("internal", "The decision was not stored.");
      return decision;
    },
  };

  /** The corrected mask beside the model's own: its asset, and how many voxels the reader changed. */
  async function correctedMask(
    series: Series,
    suggested: unknown,
    mask: string | undefined,
    seconds: number | undefined,
  ) {
    if (mask === undefined)
      throw new AppError("badInput", "A correction needs the corrected mask.");
    const bytes = await assets.get(mask);
    if (bytes.length !== voxelCount(series.shape))
      throw new AppError(
        "badInput",
        `The corrected mask has ${bytes.length} voxels; the image has ${voxelCount(series.shape)}.`,
      );
    const raw = await assets.get(maskOf(suggested));
    let changed = 0;
    for (let at = 0; at < bytes.length; at += 1) if (bytes[at] !== raw[at]) changed += 1;
    const { labels = [] } = suggested as { labels?: { id: number; name: string; color: string }[] };
    return {
      mask,
      voxelsChanged: changed,
      labels: measureMask(bytes, series, labels),
      ...(seconds === undefined ? {} : { seconds }),
    };
  }
}

/** The reader's word on every label of the classifier: one left out would stand as the model said it. */
function correctedFindings(suggested: unknown, given: Present[] | undefined): Present[] {
  const { findings = [] } = suggested as { findings?: { label: string }[] };
  const asked = findings.map(({ label }) => label);
  const named = given?.map(({ label }) => label) ?? [];
  if (given && named.length === asked.length && asked.every((label) => named.includes(label)))
    return given;
  throw new AppError(
    "badInput",
    `A correction says of each finding whether it is there: ${asked.join(", ")}; it named ${named.join(", ") || "none"}.`,
    { asked, named },
  );
}

export function maskOf(value: unknown): string {
  const mask =
    typeof value === "object" && value !== null && "mask" in value ? value.mask : undefined;
  if (typeof mask !== "string")
    throw new AppError("badInput", "This suggestion has no mask to correct.");
  return mask;
}
