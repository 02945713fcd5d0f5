/** Calls of experts that read several sequences: who there is, the check of a choice, and the run. */
import type { HandlersFor } from "../../api/call.ts";
import { AppError } from "../../api/errors.ts";
import type { Channel, channelsContract, ExpertChannels } from "../../api/schemas/channels.ts";
import type { Series } from "../../api/schemas/imaging.ts";
import type { ExpertCard, Experts } from "../models/models.ts";
import type { AssetStore } from "../review/assets.ts";
import { channelNames, channelsByDescription, checkChannels } from "./channels.ts";
import { describeResult } from "./describe.ts";
import { suggestionFrom } from "./handlers.ts";
import { sequencesOf, volumeFor } from "./planning/sequences.ts";
import { isWithheld } from "./read-first.ts";
import { loadVolume } from "./series-store.ts";
import { seriesSubject, type Studies } from "./studies.ts";
import { refuseUnsuited } from "./suitability.ts";

type Dependencies = {
  studies: () => Studies;
  assets: AssetStore;
  experts: Pick<Experts, "list" | "runImage">;
  reviewer: () => string;
};
type Chosen = { studyId: string; packId: string; seriesIds: readonly (string | null)[] };

export function createChannelHandlers({
  studies,
  assets,
  experts,
  reviewer,
}: Dependencies): HandlersFor<typeof channelsContract> {
  async function cardOf(packId: string): Promise<ExpertCard> {
    const several = (await experts.list()).filter((card) => channelNames(card).length > 0);
    const card = several.find(({ id }) => id === packId);
    if (card) return card;
    const valid = several.map(({ id }) => id);
    throw new AppError(
      "notFound",
      `No installed expert "${packId}" reads several sequences (there are: ${valid.join(", ") || "none"}).`,
      { packId, valid },
    );
  }
  const imagesOf = (studyId: string): Series[] => studies().get(studyId).images;
  const checked = (
    card: ExpertCard,
    { studyId, seriesIds }: Omit<Chosen, "packId">,
  ): ExpertChannels => ({
    packId: card.id,
    version: card.version,
    title: card.title,
    ...checkChannels(channelNames(card), seriesIds, imagesOf(studyId)),
  });

  return {
    "imaging.channelExperts": async ({ studyId }) => {
      const images = imagesOf(studyId);
      return (await experts.list())
        .filter((card) => channelNames(card).length > 0 && readsVolumes(card))
        .map((card) =>
          checked(card, {
            studyId,
            seriesIds: channelsByDescription(channelNames(card), images),
          }),
        );
    },
    "imaging.checkChannels": async (chosen) => checked(await cardOf(chosen.packId), chosen),
    "imaging.runChannels": async (chosen, { signal, emit }) => {
      const { studyId, packId, confirmed } = chosen;
      const card = await cardOf(packId);
      const { channels, problems } = checked(card, chosen);
      if (problems.length > 0) throw new AppError("badInput", problems.join(" "), { problems });
      const doubtful = channels.filter(({ check }) => check !== "fits");
      if (doubtful.length > 0 && !confirmed)
        throw new AppError("conflict", doubtful.map(doubtText).join(" "), { doubtful });
      const series = channels.map(({ seriesId }) => studies().image(studyId, seriesId ?? ""));
      const [first] = series;
      if (first === undefined) throw new AppError("badInput", "No series is chosen.");
      emit({ done: 0, total: 1, label: "Putting the sequences together" });
      const sequences = [];
      for (const [at, one] of series.entries()) {
        signal.throwIfAborted();
        const sequence = sequencesOf(card)?.[at];
        if (sequence)
          sequences.push({ sequence, title: one.name, volume: await loadVolume(one, assets) });
      }
      const joined = volumeFor(card, await loadVolume(first, assets), sequences);
      if ("problem" in joined)
        throw new AppError("badInput", `${card.title}: ${joined.problem}.`, { packId });
      const { volume } = joined;
      refuseUnsuited(card, volume);
      const result = await experts.runImage(packId, volume, { signal, emit });
      const { value, ...suggested } = await suggestionFrom(
        result,
        first,
        { subject: seriesSubject(studyId, first.id), card, why: undefined },
        assets,
      );
      const [suggestion] = studies().ledger.suggest([
        {
          ...suggested,
          value: JSON.parse(JSON.stringify({ ...(value as object), channels })),
          method: "expert called on sequences that the reader assigned",
          checks: doubtful.map((one) => ({
            name: "channel",
            ok: false,
            message: `${doubtText(one)} The reader confirmed it.`,
          })),
        },
      ]);
      const at = new Date().toISOString();
      const { expert, version, device, ms, msRuntime } = result;
      const names = channels.map(({ name }, index) => `${name}: ${series[index]?.name ?? ""}`);
      studies().addTurns(studyId, first.id, [
        { role: "user", text: `${card.title} on ${names.join(", ")}`, at },
        {
          role: "expert",
          text: describeResult(result, first, { request: "", args: "" }),
          at,
          call: { expert, version, args: "", device, ms, msRuntime },
          ...(suggestion ? { suggestionId: suggestion.id } : {}),
        },
      ]);
      const held = isWithheld(studies(), studyId, reviewer());
      return { suggestion: held ? null : (suggestion ?? null) };
    },
  };
}

/** Packs of single pictures expect a picture's greys; scanner's values would mean something else to them. */
const readsVolumes = ({ inference }: ExpertCard): boolean =>
  inference?.kind === "slidingWindow" || inference?.kind === "classPrompt";

const doubtText = ({ name, said }: Channel): string =>
  said === null
    ? `Nothing says that the series chosen for ${name} is ${name}.`
    : `The series chosen for ${name} is ${said} by its description.`;
