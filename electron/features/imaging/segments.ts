/** What a saved label map is worth as a record, and as training data. Pure. */
import type { Series, Study } from "../../api/schemas/imaging.ts";
import type { Decision, Suggestion } from "../../api/schemas/ledger.ts";

export type MaskValue = {
  mask?: string;
  labels?: { id: number; name: string; color: string }[];
  segments?: unknown;
  voxelsChanged?: number;
  seconds?: number;
  modelSha256?: string;
};

/** A case for training: what a person accepted, corrected or drew, beside what the model had said. */
export type TrainingCase = {
  series: Series;
  decision: Decision;
  suggestion: Suggestion | undefined;
  mask: string;
  raw: string | undefined;
};

/** Decisions in force on masks; rejected and withdrawn ones are no training data. */
export function trainingCases(study: Study): TrainingCase[] {
  const inForce = new Map<string, Decision>();
  for (const decision of study.decisions)
    if (decision.kind === "segment")
      inForce.set(
        `${decision.subject} ${decision.suggestionId ?? "own"} ${decision.reviewer}`,
        decision,
      );
  return [...inForce.values()].flatMap((decision) => {
    if (!["accept", "correct", "annotate"].includes(decision.action)) return [];
    const series = study.images.find(({ id }) => decision.subject.endsWith(`/series:${id}`));
    const suggestion = study.suggestions.find(({ id }) => id === decision.suggestionId);
    const raw = (suggestion?.value as MaskValue | undefined)?.mask;
    const mask = (decision.value as MaskValue | undefined)?.mask ?? raw;
    return series && mask ? [{ series, decision, suggestion, mask, raw }] : [];
  });
}

/** Each reader's last saved segments of each series that no model had suggested. */
export function ownSegments({ decisions }: Pick<Study, "decisions">): Decision[] {
  const last = new Map<string, Decision>();
  for (const decision of decisions)
    if (decision.kind === "segment" && decision.suggestionId === undefined)
      last.set(`${decision.subject} ${decision.reviewer}`, decision);
  return [...last.values()].filter(({ action }) => action === "annotate");
}

/** Where a case comes from: files, model and person, so that a training set can be audited. */
export function provenanceOf({ series, decision, suggestion, mask, raw }: TrainingCase) {
  const value = (decision.value ?? {}) as MaskValue;
  const suggested = (suggestion?.value ?? {}) as MaskValue;
  return {
    image: {
      name: series.name,
      modality: series.modality,
      shape: series.shape,
      spacing: series.spacing,
      affineRas: series.affine,
      pixelsSha256: series.pixels,
      sourcesSha256: series.sources,
    },
    mask: {
      sha256: mask,
      labels: value.labels ?? suggested.labels ?? [],
      segments: value.segments,
    },
    model: suggestion
      ? {
          name: suggestion.model,
          version: suggestion.modelVersion,
          sha256: suggested.modelSha256,
          rawMaskSha256: raw,
          at: suggestion.at,
        }
      : null,
    person: {
      reader: decision.reviewer,
      action: decision.action === "annotate" ? "drawn by hand" : decision.action,
      at: decision.at,
      seconds: value.seconds,
      voxelsChanged: value.voxelsChanged,
    },
  };
}
