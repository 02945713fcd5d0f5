/** Sends papers to the desk and remembers what became of each until the user closes the report. */
import { useState } from "react";
import type { AppError } from "../../../electron/api/errors.ts";
import type { AttachResult } from "../../../electron/api/schemas/extraction.ts";
import { putAsset } from "../../call.ts";
import { asError, useChange } from "../../use-call.ts";

export function useAttach(reviewId: string) {
  const attach = useChange("extraction.attach", ["review", "screening"]);
  const [results, setResults] = useState<AttachResult[]>([]);
  const [uploading, setUploading] = useState(false);
  const [problem, setProblem] = useState<AppError | null>(null);

  async function send(files: File[]): Promise<void> {
    setProblem(null);
    setUploading(true);
    try {
      const stored = [];
      for (const file of files) {
        const asset = await putAsset(file);
        stored.push({ assetId: asset.id, name: file.name });
      }
      const answer = await attach.run({ reviewId, files: stored });
      if (answer) setResults(answer);
    } catch (thrown) {
      setProblem(asError(thrown));
    } finally {
      setUploading(false);
    }
  }

  /** The user says which record a paper belongs to; the warning was shown. */
  async function attachTo(result: AttachResult, recordId: string): Promise<void> {
    const answer = await attach.run({
      reviewId,
      confirm: true,
      files: [{ assetId: result.assetId, name: result.name, recordId }],
    });
    if (answer)
      setResults((now) =>
        now.map((one) => (one.assetId === result.assetId ? (answer[0] ?? one) : one)),
      );
  }

  /** The password opens the paper once more; it is not stored. */
  async function open(result: AttachResult, password: string): Promise<void> {
    const answer = await attach.run({
      reviewId,
      files: [{ assetId: result.assetId, name: result.name, password }],
    });
    if (answer)
      setResults((now) =>
        now.map((one) => (one.assetId === result.assetId ? (answer[0] ?? one) : one)),
      );
  }

  return {
    send,
    open,
    attachTo,
    results,
    running: uploading || attach.running,
    event: attach.event,
    cancel: attach.cancel,
    error: problem ?? attach.error,
    clear: () => {
      setResults([]);
      setProblem(null);
      attach.clear();
    },
  };
}
