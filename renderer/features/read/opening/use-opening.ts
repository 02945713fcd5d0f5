/** Opens files as a study: one slice to look at within a moment, the others stored, then all of it as the study. */
import { useState } from "react";
import type { Output } from "../../../../electron/api/contract.ts";
import type { AppError } from "../../../../electron/api/errors.ts";
import type { Series } from "../../../../electron/api/schemas/imaging.ts";
import { call, putAsset, putAssets } from "../../../call.ts";
import { go } from "../../../frame/route.ts";
import { asError, invalidate } from "../../../use-call.ts";
import { cornerstone } from "../look/cornerstone.ts";
import { dropSeries, giveSeries } from "../look/shown-series.ts";

type Given = { assetId: string; name: string }[];
type Opened = Output<"imaging.open">;

/** Of fewer files the whole is there as soon. */
const worthAGlance = 12;

export function useOpening() {
  const [progress, setProgress] = useState("");
  const [glance, setGlance] = useState<Series | null>(null);
  const [answer, setAnswer] = useState<Opened | null>(null);
  const [failure, setFailure] = useState<AppError | null>(null);

  /** The middle one is the likeliest to show the patient; it is stored before the others. */
  async function glanceAt(files: readonly File[]): Promise<void> {
    const middle = files[Math.floor(files.length / 2)];
    if (middle === undefined || files.length < worthAGlance) return;
    // The viewer starts while the slice is on its way.
    void cornerstone();
    const { id } = await putAsset(middle);
    const found = await call("imaging.glance", { assetId: id, name: middle.name });
    if (found === null) return;
    giveSeries(found.series, Uint8Array.from(atob(found.voxels), (c) => c.charCodeAt(0)).buffer);
    setGlance(found.series);
  }

  async function openFrom(name: string, given: () => Promise<Given>): Promise<void> {
    setFailure(null);
    setAnswer(null);
    try {
      const opened = await call(
        "imaging.open",
        { name, files: await given() },
        { emit: ({ label, done, total }) => setProgress(`${label} ${done} of ${total}`) },
      );
      setAnswer(opened);
      invalidate("imaging");
      if (opened.study && opened.rejected.length === 0)
        go({ page: "read", studyId: opened.study.id });
    } catch (thrown) {
      setFailure(asError(thrown));
    } finally {
      setProgress("");
      setGlance((shown) => {
        if (shown) dropSeries(shown.id);
        return null;
      });
    }
  }

  async function open(files: File[]): Promise<void> {
    await openFrom("", async () => {
      setProgress(`Storing ${files.length} ${files.length === 1 ? "file" : "files"}`);
      // What cannot be glanced at is told when all of it is opened.
      void glanceAt(files).catch(() => undefined);
      const stored = await putAssets(files, (done) =>
        setProgress(`Storing ${done} of ${files.length}`),
      );
      return stored.map(({ id }, at) => ({ assetId: id, name: files[at]?.name ?? "" }));
    });
  }

  return { progress, glance, answer, failure, open, openFrom, clear: () => setFailure(null) };
}
