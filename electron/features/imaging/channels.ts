/** Which series stands for which channel of an expert that reads several sequences, and whether that can be. Pure. */
import { sequenceOf, sequenceOfChannel } from "../../api/sequences.ts";
import type { Channel } from "../../api/schemas/channels.ts";
import type { Series } from "../../api/schemas/imaging.ts";
import type { ExpertCard } from "../models/models.ts";
import { sameGrid, sequencesOf } from "./planning/sequences.ts";

type Candidate = Pick<
  Series,
  "id" | "name" | "files" | "modality" | "header" | "shape" | "affine" | "channels"
>;

/** The channels' names of an expert that reads several series at once; none for others. */
export function channelNames({ inputs }: Pick<ExpertCard, "inputs">): string[] {
  const named: unknown = inputs[0]?.["sequences"];
  return sequencesOf({ inputs }) && Array.isArray(named) ? named.map(String) : [];
}

/** Series that could be a channel: volumes of one channel, MR or of no named modality. */
export const channelSeries = <One extends Candidate>(images: readonly One[]): One[] =>
  images.filter(
    ({ shape, channels, modality }) =>
      shape[2] > 1 && channels === 1 && ["MR", "unknown"].includes(modality),
  );

/** By description alone: a channel that two series could be, or none, is left to the reader. */
export function channelsByDescription(
  names: readonly string[],
  images: readonly Candidate[],
): (string | null)[] {
  const could = channelSeries(images);
  return names.map((name) => {
    const wanted = sequenceOfChannel(name);
    const fitting = could.filter((one) => wanted !== null && sequenceOf(one) === wanted);
    return fitting.length === 1 ? (fitting[0]?.id ?? null) : null;
  });
}

export function checkChannels(
  names: readonly string[],
  seriesIds: readonly (string | null)[],
  images: readonly Candidate[],
): { channels: Channel[]; problems: string[] } {
  const could = channelSeries(images);
  const problems: string[] = [];
  const channels = names.map((name, at): Channel => {
    const series = could.find(({ id }) => id === seriesIds[at]);
    if (series === undefined) {
      problems.push(`No series is chosen for ${name}.`);
      return { name, seriesId: null, said: null, check: "missing" };
    }
    const said = sequenceOf(series);
    const check =
      said === null ? "unknown" : said === sequenceOfChannel(name) ? "fits" : "contradicts";
    return { name, seriesId: series.id, said, check };
  });
  const chosen = channels.flatMap(({ seriesId }) => could.find(({ id }) => id === seriesId) ?? []);
  for (const [at, one] of chosen.entries())
    if (chosen.findIndex(({ id }) => id === one.id) < at)
      problems.push(`"${one.name}" stands for two channels.`);
  const [first] = chosen;
  for (const one of chosen.slice(1))
    if (first && !sameGrid(first, one))
      problems.push(
        `"${one.name}" (${one.shape.join(" × ")}) does not lie on the grid of "${first.name}" (${first.shape.join(" × ")}): the sequences must be registered to each other first.`,
      );
  return { channels, problems };
}
