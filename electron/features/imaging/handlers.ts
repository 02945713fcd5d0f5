/** Calls of the Read half: open, ask, decide, export. */
import { zipSync } from "fflate";
import type { HandlersFor } from "../../api/call.ts";
import { AppError } from "../../api/errors.ts";
import type { imagingContract, Series, Turn } from "../../api/schemas/imaging.ts";
import type { NewSuggestion } from "../../api/schemas/ledger.ts";
import { voxelCount } from "../../api/volume.ts";
import type { ExpertCard, Experts, ExpertResult } from "../models/models.ts";
import type { AssetStore } from "../review/assets.ts";
import { describeResult, measureMask } from "./describe.ts";
import { createOpeningHandlers } from "./opening.ts";
import { parseCall, planCall } from "./planner.ts";
import { buildRead } from "./read-export.ts";
import { loadVolume } from "./series-store.ts";
import { seriesSubject, type Studies } from "./studies.ts";
import { unsuitedFor } from "./suitability.ts";

type Dependencies = {
  studies: () => Studies;
  assets: AssetStore;
  experts: Experts;
  reviewer: () => string;
};

export function createImagingHandlers({
  studies,
  assets,
  experts,
  reviewer,
}: Dependencies): HandlersFor<typeof imagingContract> {
  return {
    "imaging.studies": async () => studies().list(),
    "imaging.get": async ({ studyId }) => studies().get(studyId),
    ...createOpeningHandlers({ studies, assets, reviewer }),
    "imaging.ask": async ({ studyId, seriesId, text }, { signal, emit }) => {
      const series = studies().image(studyId, seriesId);
      const now = (): string => new Date().toISOString();
      const turns: Turn[] = [{ role: "user", text, at: now() }];
      const cards = await experts.list();
      const plan = planCall(
        text,
        { modality: series.modality, slices: series.shape[2], low: series.range.low },
        cards,
      );
      const parsed = plan.kind === "call" ? parseCall(plan.text, cards) : null;
      if (parsed === null || "problem" in parsed) {
        turns.push({
          role: "assistant",
          text: parsed && "problem" in parsed ? parsed.problem : plan.text,
          at: now(),
        });
        studies().addTurns(studyId, seriesId, turns);
        return { turns, suggestion: null };
      }
      const volume = await loadVolume(series, assets);
      const unsuited = unsuitedFor(parsed.expert, volume);
      turns.push({
        role: "assistant",
        text: unsuited ? `${unsuited.message} Nothing was run.` : plan.text,
        at: now(),
      });
      if (unsuited) {
        studies().addTurns(studyId, seriesId, turns);
        return { turns, suggestion: null };
      }
      emit({ done: 0, total: 1, label: `Asking ${parsed.expert.title}` });
      const result = await experts.runImage(parsed.expert.id, volume, {
        signal,
        emit,
        args: parsed.args,
      });
      const [suggestion] = studies().ledger.suggest([
        await suggestionFrom(
          result,
          series,
          { subject: seriesSubject(studyId, seriesId), card: parsed.expert },
          assets,
        ),
      ]);
      const call = {
        expert: result.expert,
        version: result.version,
        args: parsed.args,
        device: result.device,
        ms: result.ms,
        msRuntime: result.msRuntime,
      };
      turns.push({
        role: "expert",
        text: describeResult(result, series),
        at: now(),
        call,
        ...(suggestion ? { suggestionId: suggestion.id } : {}),
      });
      studies().addTurns(studyId, seriesId, turns);
      return { turns, suggestion: suggestion ?? null };
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
  { subject, card }: { subject: string; card: ExpertCard },
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
