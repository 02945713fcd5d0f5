/** Calls of the Read half: open, ask, decide, export. */
import { zipSync } from "fflate";
import type { HandlersFor } from "../../api/call.ts";
import { AppError } from "../../api/errors.ts";
import type { imagingContract, Series, Turn } from "../../api/schemas/imaging.ts";
import type { NewSuggestion, Suggestion } from "../../api/schemas/ledger.ts";
import { voxelCount } from "../../api/volume.ts";
import type { ExpertCard, Experts, ExpertResult } from "../models/models.ts";
import { categoryOf, isCategory, type Category } from "../models/routing/categories.ts";
import type { AssetStore } from "../review/assets.ts";
import { measureMask } from "./describe.ts";
import { createOpeningHandlers } from "./opening.ts";
import { askImage } from "./planning/ask.ts";
import { factsOf, offersOf } from "./planning/rules.ts";
import { categoryOfSequence, takenFor } from "./planning/sequences.ts";
import type { Planners } from "./planning/planners.ts";
import { draftReport } from "./report/draft.ts";
import { templateFor, templates } from "./report/templates.ts";
import { buildRead } from "./read-export.ts";
import type { Router } from "./routing/router.ts";
import { fileSource, openSlide } from "./slide.ts";
import { loadVolume } from "./series-store.ts";
import { seriesSubject, type Studies } from "./studies.ts";

type Dependencies = {
  studies: () => Studies;
  assets: AssetStore;
  experts: Experts;
  planners: Planners;
  /** Absent: every installed expert may be asked about every image. */
  router?: Router;
  settings: () => { reviewer: string; planner: string; expertCalls: number };
};

export function createImagingHandlers({
  studies,
  assets,
  experts,
  planners,
  router,
  settings,
}: Dependencies): HandlersFor<typeof imagingContract> {
  const reviewer = (): string => settings().reviewer;
  return {
    "imaging.studies": async () => studies().list(),
    "imaging.get": async ({ studyId }) => studies().get(studyId),
    ...createOpeningHandlers({ studies, assets, reviewer }),
    "imaging.tile": async ({ studyId, seriesId, level, column, row }) => {
      const series = studies().image(studyId, seriesId);
      const [id] = series.sources;
      if (series.slide === undefined || !id)
        throw new AppError(
          "unsupported",
          `"${series.name}" is no slide; its pixels are read whole.`,
        );
      const source = fileSource(assets.path(id));
      try {
        const slide = openSlide(source, series.name);
        if (slide === null) throw new AppError("badFile", `"${series.name}" is no slide any more.`);
        const { width, height, rgb } = slide.tile(level, column, row);
        return { width, height, rgb: Buffer.from(rgb).toString("base64") };
      } finally {
        source.close();
      }
    },
    "imaging.planners": async () => planners.list(),
    "imaging.offers": async ({ studyId, seriesId }) =>
      offersOf(factsOf(studies().image(studyId, seriesId)), await experts.list()),
    "imaging.ask": async (
      { studyId, seriesId, text, planner, category, slice, sequences },
      { signal, emit },
    ) => {
      const series = studies().image(studyId, seriesId);
      const taken = takenFor(studies().get(studyId).images, series, sequences);
      const chosen = settings();
      const told = categoryOf(category) ?? toldBefore(studyId, seriesId);
      const turns: Turn[] = [
        {
          role: "user",
          text,
          at: new Date().toISOString(),
          ...(category === undefined ? {} : { category }),
        },
      ];
      let suggested: Suggestion | null = null;
      const seeing = await planners.open(planner ?? chosen.planner, { signal, seed: 0 });
      emit({ done: 0, total: 1, label: "Planning" });
      const volume = await loadVolume(series, assets);
      const sequence = taken.find(([, one]) => one.id === seriesId)?.[0];
      const routed = {
        volume,
        header: series.header,
        told: told ?? (sequence && categoryOfSequence[sequence]),
      };
      try {
        await askImage({
          volume,
          title: series.name,
          facts: factsOf(series),
          slice,
          sequences: await Promise.all(
            taken.map(async ([sequence, one]) => ({
              sequence,
              title: one.name,
              volume: one.id === seriesId ? volume : await loadVolume(one, assets),
            })),
          ),
          measurable: series,
          routing: await router?.look(routed, signal),
          request: text,
          cards: await experts.list(),
          ...(seeing ? { seeing } : {}),
          most: chosen.expertCalls,
          run: (expert, args, given) => {
            emit({ done: 0, total: 1, label: `Asking ${expert.title}` });
            return experts.runImage(expert.id, given, { signal, emit, args });
          },
          keep: async (result, expert, why) => {
            const [suggestion] = studies().ledger.suggest([
              await suggestionFrom(
                result,
                series,
                { subject: seriesSubject(studyId, seriesId), card: expert, why },
                assets,
              ),
            ]);
            suggested = suggestion ?? suggested;
            return suggestion ? { suggestionId: suggestion.id } : {};
          },
          onTurn: (turn) => turns.push(turn),
          draft: () => {
            const study = studies().get(studyId);
            const template = templates.find(({ id }) => id === templateFor(study.modalities));
            return template && draftReport(template, { study, ...studies().entries.of(studyId) });
          },
        });
      } finally {
        // What was suggested before a failure is in the ledger; the words that led to it are kept with it.
        if (turns.length > 1) studies().addTurns(studyId, seriesId, turns);
      }
      return { turns, suggestion: suggested };
    },
    "imaging.decide": async ({ studyId, suggestionId, action, mask, seconds, note }) => {
      const study = studies().get(studyId);
      const suggestion = study.suggestions.find((one) => one.id === suggestionId);
      if (suggestion === undefined)
        throw new AppError("notFound", `The study has no suggestion "${suggestionId}".`);
      const value =
        action === "correct"
          ? await correctedValue(
              studies().image(studyId, suggestion.subject.split("/series:")[1] ?? ""),
              suggestion.value,
              mask,
              seconds,
            )
          : undefined;
      const [decision] = studies().ledger.decide([
        {
          kind: suggestion.kind,
          subject: suggestion.subject,
          action,
          reviewer: reviewer(),
          suggestionId,
          ...(value === undefined ? {} : { value }),
          ...(note ? { note } : {}),
        },
      ]);
      if (decision === undefined) throw new AppError("internal", "The decision was not stored.");
      return decision;
    },
    "imaging.export": async ({ studyId }) => {
      const study = studies().get(studyId);
      const built = await buildRead(
        { study, entries: studies().entries.of(studyId), reader: reviewer() },
        assets,
      );
      const bundle = {
        name: `${study.name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")}.zip`,
        bytes: zipSync(Object.fromEntries(built.map(({ name, bytes }) => [name, bytes])), {
          level: 6,
        }),
      };
      const files = [];
      for (const file of [...built, bundle]) {
        const info = await assets.put(file.bytes, {
          name: file.name,
          type: file.name.endsWith(".json") ? "application/json" : "application/octet-stream",
        });
        files.push({ assetId: info.id, name: file.name, bytes: file.bytes.length });
      }
      studies().ledger.record(reviewer(), "export", {
        studyId,
        files: files.map(({ name, assetId }) => ({ name, sha256: assetId })),
      });
      return { files };
    },
  };

  /** What the reader said of this series when last asked. */
  function toldBefore(studyId: string, seriesId: string): Category | undefined {
    const said = studies()
      .get(studyId)
      .turns.filter((turn) => turn.seriesId === seriesId && turn.category !== undefined);
    const last = said.at(-1)?.category;
    return last !== undefined && isCategory(last) ? last : undefined;
  }

  /** The corrected mask beside the model's own: its asset, and how many voxels the reader changed. */
  async function correctedValue(
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

export function maskOf(value: unknown): string {
  const mask =
    typeof value === "object" && value !== null && "mask" in value ? value.mask : undefined;
  if (typeof mask !== "string")
    throw new AppError("badInput", "This suggestion has no mask to correct.");
  return mask;
}

async function suggestionFrom(
  result: ExpertResult,
  series: Series,
  { subject, card, why }: { subject: string; card: ExpertCard; why: string | undefined },
  assets: AssetStore,
): Promise<NewSuggestion> {
  const common = {
    subject,
    status: "suggested" as const,
    evidence: [],
    checks: [],
    model: result.expert,
    modelVersion: result.version,
    inputSha256: series.pixels,
  };
  const run = {
    modelSha256: result.sha256,
    device: result.device,
    ms: result.ms,
    msRuntime: result.msRuntime,
    ...(why ? { why } : {}),
  };
  if (result.kind === "classification")
    return {
      ...common,
      kind: "classify",
      value: JSON.parse(JSON.stringify({ findings: result.findings, ...run })),
      method: "expert call planned from the request",
    };
  const mask = await assets.put(result.mask.data, {
    name: `${result.expert}-mask.raw`,
    type: "application/octet-stream",
  });
  const labels = measureMask(result.mask.data, series, result.labels).map((label) => {
    const snomed = card.labels.find(({ id }) => id === label.id)?.snomed;
    return { ...label, ...(snomed ? { snomed } : {}) };
  });
  return {
    ...common,
    kind: "segment",
    value: JSON.parse(JSON.stringify({ mask: mask.id, labels, ...run })),
    method: "expert call planned from the request",
  };
}
