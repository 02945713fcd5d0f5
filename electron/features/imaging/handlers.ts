/** Calls of the Read half: open, ask, decide, export. */
import { randomUUID } from "node:crypto";
import { zipSync } from "fflate";
import type { HandlersFor } from "../../api/call.ts";
import type { Effort } from "../../api/schemas/effort.ts";
import type { imagingContract, Series, Turn } from "../../api/schemas/imaging.ts";
import type { NewSuggestion, Suggestion } from "../../api/schemas/ledger.ts";
import type { ExpertCard, Experts, ExpertResult } from "../models/models.ts";
import { categoryOf, isCategory, type Category } from "../models/routing/categories.ts";
import type { AssetStore } from "../review/assets.ts";
import { measureMask } from "./describe.ts";
import { createDecisionHandlers } from "./decide.ts";
import { createOpeningHandlers } from "./opening.ts";
import { callable } from "./planning/call.ts";
import { askImage } from "./planning/ask.ts";
import { factsOf, offersOf } from "./planning/rules.ts";
import { categoryOfSequence, takenFor } from "./planning/sequences.ts";
import type { Planners } from "./planning/planners.ts";
import { asksForReport, reportTurn } from "./planning/report-request.ts";
import { draftReport } from "./report/draft.ts";
import { templateFor, templates } from "./report/templates.ts";
import { anonymousRead, uidMapCsv } from "./read-deidentify.ts";
import { buildRead } from "./read-export.ts";
import { heldTurns, isWithheld, refuseWithheld, studyFor } from "./read-first.ts";
import type { Router } from "./routing/router.ts";
import { createTiles } from "./slide-tiles.ts";
import { loadVolume } from "./series-store.ts";
import { seriesSubject, type Studies } from "./studies.ts";

type Dependencies = {
  studies: () => Studies;
  assets: AssetStore;
  experts: Experts;
  planners: Planners;
  /** Absent: every installed expert may be asked about every image. */
  router?: Router;
  /** Hears which expert is likely asked next, while the reader looks. */
  openAhead?: (packId: string) => void;
  settings: () => { reviewer: string; planner: string; expertCalls: number; effort: Effort };
};

export function createImagingHandlers({
  studies,
  assets,
  experts,
  planners,
  router,
  openAhead,
  settings,
}: Dependencies): HandlersFor<typeof imagingContract> {
  const reviewer = (): string => settings().reviewer;
  const tiles = createTiles(assets);
  return {
    "imaging.studies": async () =>
      studies()
        .list()
        .map((study) =>
          isWithheld(studies(), study.id, reviewer()) ? { ...study, undecided: 0 } : study,
        ),
    "imaging.get": async ({ studyId }) => studyFor(studies(), studyId, reviewer()),
    ...createOpeningHandlers({ studies, assets, reviewer }),
    "imaging.tile": async ({ studyId, seriesId, level, column, row }) => {
      const { width, height, rgb } = await tiles(studies().image(studyId, seriesId), {
        level,
        column,
        row,
      });
      return { width, height, rgb: Buffer.from(rgb).toString("base64") };
    },
    "imaging.planners": async () => planners.list(),
    "routing.look": async ({ studyId, seriesId }, { signal }) => {
      const series = studies().image(studyId, seriesId);
      if (router === undefined || series.slide) return null;
      if (series.shape[2] > 1) {
        // A series' voxels are not read before it is asked about: its header says what it is, or nothing does.
        const known = await router.byHeader(series);
        const [first] = known?.cards ?? [];
        if (first) openAhead?.(first.id);
        return known
          ? { known: true, why: known.why, experts: known.cards.map(({ title }) => title) }
          : null;
      }
      const volume = await loadVolume(series, assets);
      const told = toldBefore(studyId, seriesId);
      const { routed, cards } = await router.look({ volume, header: series.header, told }, signal);
      return {
        known: routed.kind === "known",
        why: routed.why,
        experts: callable(cards).map(({ title }) => title),
      };
    },
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
      const answer = () =>
        isWithheld(studies(), studyId, reviewer())
          ? { turns: heldTurns(turns), suggestion: null }
          : { turns, suggestion: suggested };
      // A report is written from what was accepted: no voxel is read and no model asked.
      if (asksForReport(text)) {
        turns.push(reportTurn(draftFor(studyId)));
        studies().addTurns(studyId, seriesId, turns);
        return answer();
      }
      const seeing = await planners.open(planner ?? chosen.planner, { signal, seed: 0 });
      emit({ done: 0, total: 1, label: "Planning" });
      const volume = await loadVolume(series, assets);
      const sequence = taken.find(([, one]) => one.id === seriesId)?.[0];
      const routed = {
        volume,
        header: series.header,
        told,
        named: sequence && categoryOfSequence[sequence],
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
          run: (expert, args, given, several) => {
            emit({ done: 0, total: 1, label: `Asking ${expert.title}` });
            const { effort } = chosen;
            return experts.runImage(expert.id, given, { signal, emit, args, effort, ...several });
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
        });
      } finally {
        // What was suggested before a failure is in the ledger; the words that led to it are kept with it.
        if (turns.length > 1) studies().addTurns(studyId, seriesId, turns);
      }
      return answer();
    },
    ...createDecisionHandlers({ studies, assets, reviewer }),
    "imaging.export": async ({ studyId, deidentify }) => {
      refuseWithheld(studies(), studyId, reviewer());
      const options = new Set(deidentify?.options);
      const anonymous = deidentify
        ? await anonymousRead(studies().get(studyId), assets, { salt: randomUUID(), options })
        : undefined;
      const study = anonymous?.study ?? studies().get(studyId);
      const entries = studies().entries.of(studyId);
      const built = [
        ...(await buildRead(
          {
            ...{ study, entries, reader: reviewer() },
            ...(anonymous ? { sources: anonymous.sources } : {}),
          },
          assets,
        )),
        ...(deidentify?.images ? (anonymous?.images ?? []) : []),
      ];
      const map = anonymous
        ? [{ name: "uid-map-keep-private.csv", bytes: uidMapCsv(anonymous.uidMap) }]
        : [];
      const bundle = {
        name: `${study.name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")}.zip`,
        bytes: zipSync(Object.fromEntries(built.map(({ name, bytes }) => [name, bytes])), {
          level: 6,
        }),
      };
      const files = [];
      for (const file of [...map, ...built, bundle]) {
        const info = await assets.put(file.bytes, {
          name: file.name,
          type: file.name.endsWith(".json") ? "application/json" : "application/octet-stream",
        });
        files.push({ assetId: info.id, name: file.name, bytes: file.bytes.length });
      }
      studies().ledger.record(reviewer(), "export", {
        studyId,
        ...(deidentify ? { deidentified: deidentify.options } : {}),
        files: files.map(({ name, assetId }) => ({ name, sha256: assetId })),
      });
      return { files, warnings: anonymous?.warnings ?? [] };
    },
  };

  function draftFor(studyId: string): Turn["draft"] {
    const study = studies().get(studyId);
    const template = templates.find(({ id }) => id === templateFor(study.modalities));
    return template && draftReport(template, { study, ...studies().entries.of(studyId) });
  }

  /** What the reader said of this series when last asked. */
  function toldBefore(studyId: string, seriesId: string): Category | undefined {
    const said = studies()
      .get(studyId)
      .turns.filter((turn) => turn.seriesId === seriesId && turn.category !== undefined);
    const last = said.at(-1)?.category;
    return last !== undefined && isCategory(last) ? last : undefined;
  }
}

export async function suggestionFrom(
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
      value: JSON.parse(JSON.stringify({ findings: result.findings, asked: result.asked, ...run })),
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
