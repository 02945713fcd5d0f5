/** An expert on an opened series, for the command line. */
import type { CommandContext } from "../../command.ts";
import type { Volume } from "../../api/volume.ts";
import type { Click, ExpertResult, RunOptions } from "../models/models.ts";
import type { Measurable } from "./describe.ts";
import { shownVolume } from "./dicom-volume.ts";
import type { OpenedSeries } from "./open.ts";
import { refuseUnsuited } from "./suitability.ts";

export const measurable = ({ volume, sizes, faults }: OpenedSeries): Measurable => ({
  shape: volume.shape,
  spacing: volume.spacing,
  sizes,
  faults,
});

/** A line at the start, at the end, and at most twice a second between: a scan has hundreds of windows. */
function saysSeldom(say: (text: string) => void): NonNullable<RunOptions["emit"]> {
  let last = Number.NEGATIVE_INFINITY;
  return ({ done, total, label }) => {
    const now = performance.now();
    if (done < total && now - last < 500) return;
    last = now;
    say(total > 0 ? `${label}: ${done} of ${total}` : label);
  };
}

type Given = Pick<RunOptions, "effort" | "kind" | "peers" | "members"> & {
  args?: string;
  clicks?: Click[];
  given?: Volume;
};

/** @param given instead of the series itself: several sequences as one image */
export async function runExpert(
  context: CommandContext,
  packId: string,
  series: OpenedSeries,
  { args, clicks, given, ...several }: Given = {},
): Promise<ExpertResult> {
  const volume = given ?? shownVolume(series);
  const card = (await context.experts.list()).find(({ id }) => id === packId);
  if (card) refuseUnsuited(card, volume);
  return context.experts.runImage(packId, volume, {
    signal: context.signal,
    emit: saysSeldom(context.progress),
    ...several,
    ...(args ? { args } : {}),
    ...(clicks && clicks.length > 0 ? { clicks } : {}),
  });
}
