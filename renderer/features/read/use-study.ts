/** One open study: its conversation, the suggestion in view, and the reader's decisions on it. */
import { useRef, useState } from "react";
import type { AppError } from "../../../electron/api/errors.ts";
import type { Input } from "../../../electron/api/contract.ts";
import type { Series, Study } from "../../../electron/api/schemas/imaging.ts";
import type { Decision } from "../../../electron/api/schemas/ledger.ts";
import { assetBytes, call } from "../../call.ts";
import { asError, invalidate } from "../../use-call.ts";
import { toast } from "../../ui/toast.tsx";

/** The suggestion of a series that is shown (the latest) and what was decided on it. */
export function latestOn(study: Study, series: Series) {
  const suggestion = study.suggestions
    .filter((one) => one.subject.endsWith(`/series:${series.id}`))
    .at(-1);
  const last = study.decisions.filter((one) => one.suggestionId === suggestion?.id).at(-1);
  return { suggestion, decision: last?.action === "withdraw" ? undefined : last };
}

/** The word for a suggestion and what was decided on it. */
export function stateOf(
  decision: Decision | undefined,
): "suggested" | "accepted" | "corrected" | "rejected" {
  if (decision === undefined) return "suggested";
  if (decision.action === "accept") return "accepted";
  return decision.action === "correct" ? "corrected" : "rejected";
}

export async function loadMask(id: string): Promise<Uint8Array> {
  return new Uint8Array(await assetBytes(id));
}

export function useReading(study: Study, series: Series) {
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<AppError | null>(null);
  const running = useRef<AbortController | null>(null);
  const last = useRef<() => Promise<void>>(async () => {});

  async function guarded(work: () => Promise<void>): Promise<void> {
    last.current = work;
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
    /** What failed last, once more. */
    retry: () => guarded(last.current),
    cancel: () => running.current?.abort(),
    ask: (text: string, about: Omit<Input<"imaging.ask">, "studyId" | "seriesId" | "text">) =>
      guarded(async () => {
        const controller = new AbortController();
        running.current = controller;
        setBusy("Planning");
        try {
          await call(
            "imaging.ask",
            { studyId: study.id, seriesId: series.id, text, ...about },
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
  };
}
