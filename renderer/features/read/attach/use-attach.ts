/** Files that belong to an open study: stored, attached, and what was refused with its reason. */
import { useRef, useState } from "react";
import type { Output } from "../../../../electron/api/contract.ts";
import type { AppError } from "../../../../electron/api/errors.ts";
import { call, putAssets } from "../../../call.ts";
import { asError, invalidate } from "../../../use-call.ts";

export type Attached = Omit<Output<"imaging.attach">, "study">;
type State = { progress: string; answer: Attached | null; failure: AppError | null };

const quiet: State = { progress: "", answer: null, failure: null };

export function useAttach(studyId: string) {
  const [state, setState] = useState<State>(quiet);
  const running = useRef<AbortController | null>(null);

  async function files(given: File[]): Promise<void> {
    if (given.length === 0 || running.current !== null) return;
    const controller = new AbortController();
    running.current = controller;
    const show = (progress: string): void => setState({ ...quiet, progress });
    try {
      const assets = await putAssets(given, (done) => {
        controller.signal.throwIfAborted();
        show(`Storing ${done} of ${given.length}`);
      });
      const stored = assets.map(({ id }, at) => ({ assetId: id, name: given[at]?.name ?? "" }));
      const { attached, rejected } = await call(
        "imaging.attach",
        { studyId, files: stored },
        {
          signal: controller.signal,
          emit: ({ label, done, total }) => show(`${label} ${done} of ${total}`),
        },
      );
      setState({ ...quiet, answer: { attached, rejected } });
    } catch (thrown) {
      const failure = asError(thrown);
      setState(
        controller.signal.aborted || failure.code === "cancelled" ? quiet : { ...quiet, failure },
      );
    } finally {
      running.current = null;
      // A file before the one that failed may have landed.
      invalidate("imaging");
    }
  }

  return {
    ...state,
    files,
    cancel: () => running.current?.abort(),
    close: () => setState(quiet),
  };
}

export type Attach = ReturnType<typeof useAttach>;
