/** Sends reference files to the desk; keeps their reports on the page until they are closed. */
import { useState } from "react";
import type { AppError } from "../../../electron/api/errors.ts";
import type { ImportReport } from "../../../electron/api/schemas/review.ts";
import { putAsset } from "../../call.ts";
import { asError, useChange } from "../../use-call.ts";

export function useImport(reviewId: string) {
  const change = useChange("review.import", ["screening", "audit", "jobs"]);
  const [reports, setReports] = useState<ImportReport[]>([]);
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
      const answer = await change.run({ reviewId, files: stored });
      if (answer) setReports((now) => [...answer, ...now]);
    } catch (thrown) {
      setProblem(asError(thrown));
    } finally {
      setUploading(false);
    }
  }
  return {
    send,
    reports,
    add: (report: ImportReport) => setReports((now) => [report, ...now]),
    close: (report: ImportReport) => setReports((now) => now.filter((other) => other !== report)),
    running: uploading || change.running,
    event: change.event,
    cancel: change.cancel,
    error: problem ?? change.error,
    clear: () => {
      setProblem(null);
      change.clear();
    },
  };
}
