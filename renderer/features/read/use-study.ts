/** One open study: its conversation, the suggestion in view, and the reader's decisions on it. */
import { useRef, useState } from "react";
import type { AppError } from "../../../electron/api/errors.ts";
import type { Series, Study } from "../../../electron/api/schemas/imaging.ts";
import type { Suggestion } from "../../../electron/api/schemas/ledger.ts";
import { assetBytes, call, putAsset } from "../../call.ts";
import { asError, invalidate } from "../../use-call.ts";
import { toast } from "../../ui/toast.tsx";

export type SegmentValue = {
  mask: string;
  labels: { id: number; name: string; color: string; voxels: number; share: number; ml?: number }[];
};

export function segmentValue(suggestion: Suggestion | undefined): SegmentValue | null {
  if (suggestion?.kind !== "segment") return null;
  return suggestion.value as unknown as SegmentValue;
}

/** The suggestion of a series that is shown (the latest) and what was decided on it. */
export function latestOn(study: Study, series: Series) {
  const suggestion = study.suggestions
    .filter((one) => one.subject.endsWith(`/series:${series.id}`))
    .at(-1);
  const last = study.decisions.filter((one) => one.suggestionId === suggestion?.id).at(-1);
  return { suggestion, decision: last?.action === "withdraw" ? undefined : last };
}

/** What is measured on the mask that stands: the reader's correction, else the model's outline. */
export function labelsOf(study: Study, series: Series): SegmentValue["labels"] {
  const { suggestion, decision } = latestOn(study, series);
  const corrected = decision?.action === "correct" ? decision.value : undefined;
  const { labels } = (corrected ?? {}) as Partial<SegmentValue>;
  return labels ?? segmentValue(suggestion)?.labels ?? [];
}

/** The mask to show: the corrected one when there is one, else the model's. */
export function maskIdOf(study: Study, series: Series): string | null {
  const { suggestion, decision } = latestOn(study, series);
  if (decision?.action === "reject") return null;
  const corrected =
    decision?.action === "correct"
      ? (decision.value as { mask?: string } | undefined)?.mask
      : undefined;
  return corrected ?? segmentValue(suggestion)?.mask ?? null;
}

/** Seconds since a moment of `Date.now()`; how long a correction took. */
export function secondsSince(moment: number): number {
  return (Date.now() - moment) / 1000;
}

export async function loadMask(id: string): Promise<Uint8Array> {
  return new Uint8Array(await assetBytes(id));
}

export function useReading(study: Study, series: Series) {
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<AppError | null>(null);
  const running = useRef<AbortController | null>(null);

  async function guarded(work: () => Promise<void>): Promise<void> {
    setError(null);
    try {
      await work();
    } catch (thrown) {
      const problem = asError(thrown);
      if (problem.code !== "cancelled") setError(problem);
    }
    invalidate("imaging");
  }

  return {
    busy,
    error,
    clearError: () => setError(null),
    cancel: () => running.current?.abort(),
    ask: (text: string) =>
      guarded(async () => {
        const controller = new AbortController();
        running.current = controller;
        setBusy("Planning");
        try {
          await call(
            "imaging.ask",
            { studyId: study.id, seriesId: series.id, text },
            { signal: controller.signal, emit: ({ label }) => setBusy(label) },
          );
        } finally {
          setBusy("");
        }
      }),
    decide: (suggestionId: string, action: "accept" | "reject" | "withdraw") =>
      guarded(async () => {
        await call("imaging.decide", { studyId: study.id, suggestionId, action });
        const said = { accept: "Accepted", reject: "Rejected", withdraw: "Taken back" }[action];
        const undo = {
          label: "Undo",
          run: () =>
            void call("imaging.decide", {
              studyId: study.id,
              suggestionId,
              action: "withdraw",
            }).then(() => invalidate("imaging")),
        };
        toast(`${said}.`, ...(action === "withdraw" ? [] : [undo]));
      }),
    correct: (suggestionId: string, mask: Uint8Array<ArrayBuffer>, seconds: number) =>
      guarded(async () => {
        const asset = await putAsset(new Blob([mask]), "corrected-mask.raw");
        await call("imaging.decide", {
          studyId: study.id,
          suggestionId,
          action: "correct",
          mask: asset.id,
          seconds,
        });
        toast("Correction saved beside the model's own outline.");
      }),
  };
}
