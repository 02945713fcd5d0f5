/** The call that makes a heat map of a classifier's answer, once, and keeps it. */
import { z } from "zod";
import type { HandlersFor } from "../../api/call.ts";
import { AppError } from "../../api/errors.ts";
import { askedSchema } from "../../api/schemas/effort.ts";
import { heatMapSchema, type heatMapContract } from "../../api/schemas/heat-map.ts";
import type { Suggestion } from "../../api/schemas/ledger.ts";
import type { Experts } from "../models/models.ts";
import type { AssetStore } from "../review/assets.ts";
import { changesOf, gridOver } from "./heat-map.ts";
import { refuseWithheld } from "./read-first.ts";
import { loadVolume } from "./series-store.ts";
import type { Studies } from "./studies.ts";

type Dependencies = {
  studies: () => Studies;
  assets: AssetStore;
  experts: Pick<Experts, "list" | "runImage">;
  reviewer: () => string;
};

export function createHeatMapHandlers({
  studies,
  assets,
  experts,
  reviewer,
}: Dependencies): HandlersFor<typeof heatMapContract> {
  /** Another version of the pack would explain another answer. @throws packMismatch */
  async function refuseOtherVersion({ model, modelVersion }: Suggestion): Promise<void> {
    const card = (await experts.list()).find(({ id }) => id === model);
    if (card?.version === modelVersion) return;
    throw new AppError(
      "packMismatch",
      `${model} ${modelVersion} gave this answer, and ${card ? `version ${card.version} is installed` : "it is not installed"}: a heat map would explain another answer.`,
      { model, modelVersion, installed: card?.version ?? null },
    );
  }

  return {
    "imaging.heatMap": async ({ studyId, suggestionId }, { signal, emit }) => {
      refuseWithheld(studies(), studyId, reviewer());
      const known = studies()
        .entries.of(studyId)
        .heatMaps.find((one) => one.suggestionId === suggestionId);
      if (known) return known;
      const suggestion = studies()
        .get(studyId)
        .suggestions.find(({ id, kind }) => id === suggestionId && kind === "classify");
      if (suggestion === undefined)
        throw new AppError("notFound", `The study has no classifier's answer "${suggestionId}".`, {
          suggestionId,
        });
      await refuseOtherVersion(suggestion);
      const series = studies().image(studyId, suggestion.subject.split("/series:")[1] ?? "");
      const grid = gridOver(series.shape[0], series.shape[1]);
      const result = await experts.runImage(suggestion.model, await loadVolume(series, assets), {
        signal,
        emit,
        covering: grid.boxes,
        ...membersOf(suggestion),
      });
      if (result.kind !== "classification")
        throw new AppError("unsupported", `${suggestion.model} outlines; it gives no score.`);
      const { columns, rows, cell } = grid;
      return heatMapSchema.parse(
        studies().entries.append(studyId, "heatMap", {
          ...{ suggestionId, method: "occlusion", columns, rows, cell },
          labels: changesOf(grid, result.findings, result.covered ?? []),
          by: reviewer(),
        }),
      );
    },
  };
}

/** The members of an ensemble that gave this answer: others would explain another one. */
function membersOf({ model, value }: Suggestion): { members?: string[] } {
  const asked = z.object({ asked: askedSchema }).safeParse(value).data?.asked;
  const isOwn = asked?.experts.every((name) => !name.startsWith(`${model} `));
  return asked && isOwn ? { members: asked.experts } : {};
}
