/** Calls that keep a reader's label maps and hand them on as training data. */
import { zipSync } from "fflate";
import type { HandlersFor } from "../../api/call.ts";
import { AppError } from "../../api/errors.ts";
import type { segmentationContract } from "../../api/schemas/segmentation.ts";
import { voxelCount } from "../../api/volume.ts";
import type { AssetStore } from "../review/assets.ts";
import { measureMask } from "./describe.ts";
import { writeNifti } from "./nifti.ts";
import { refuseWithheld } from "./read-first.ts";
import { provenanceOf, trainingCases, type MaskValue } from "./segments.ts";
import { loadVolume } from "./series-store.ts";
import { seriesSubject, type Studies } from "./studies.ts";

type Dependencies = { studies: () => Studies; assets: AssetStore; reviewer: () => string };

export function createSegmentHandlers({
  studies,
  assets,
  reviewer,
}: Dependencies): HandlersFor<typeof segmentationContract> {
  return {
    "imaging.saveSegments": async (input) => {
      const { studyId, seriesId, suggestionId, mask, segments, seconds } = input;
      if (suggestionId !== undefined) refuseWithheld(studies(), studyId, reviewer());
      const study = studies().get(studyId);
      const series = studies().image(studyId, seriesId);
      const subject = seriesSubject(studyId, seriesId);
      const suggestion = study.suggestions.find(({ id }) => id === suggestionId);
      if (suggestionId !== undefined && suggestion?.subject !== subject)
        throw new AppError("notFound", `The series has no suggestion "${suggestionId}".`, {
          suggestionId,
        });
      const bytes = await assets.get(mask);
      if (bytes.length !== voxelCount(series.shape))
        throw new AppError(
          "badInput",
          `The label map has ${bytes.length} voxels; the image has ${voxelCount(series.shape)}.`,
        );
      const known = new Set(segments.map(({ id }) => id));
      const stray = bytes.find((value) => value !== 0 && !known.has(value));
      if (known.size !== segments.length || stray !== undefined)
        throw new AppError(
          "badInput",
          stray === undefined
            ? "Two segments have the same number."
            : `The label map holds segment ${stray}, which is not in the list (${[...known].join(", ")}).`,
        );
      const before = (suggestion?.value as MaskValue | undefined)?.mask;
      const raw = before === undefined ? new Uint8Array(bytes.length) : await assets.get(before);
      let voxelsChanged = 0;
      for (let at = 0; at < bytes.length; at += 1) if (bytes[at] !== raw[at]) voxelsChanged += 1;
      const value = {
        mask,
        segments,
        voxelsChanged,
        seconds,
        labels: measureMask(bytes, series, segments),
      };
      const [decision] = studies().ledger.decide([
        {
          kind: "segment",
          subject,
          action: suggestion ? "correct" : "annotate",
          reviewer: reviewer(),
          value: JSON.parse(JSON.stringify(value)),
          ...(suggestion ? { suggestionId: suggestion.id } : {}),
        },
      ]);
      if (decision === undefined) throw new AppError("internal", "The label map was not stored.");
      return decision;
    },
    "imaging.exportTraining": async ({ studyId }, { signal }) => {
      refuseWithheld(studies(), studyId, reviewer());
      const study = studies().get(studyId);
      const cases = trainingCases(study);
      if (cases.length === 0)
        throw new AppError(
          "badInput",
          "Nothing here is accepted, corrected or drawn yet, so there is nothing to train on.",
        );
      const files: Record<string, Uint8Array> = {};
      for (const [index, one] of cases.entries()) {
        signal.throwIfAborted();
        const { shape, affine } = one.series;
        const folder = `case-${index + 1}`;
        const asNifti = async (id: string): Promise<Uint8Array> => {
          const bytes = await assets.get(id);
          return writeNifti({ shape, affine, data: new Uint8Array(bytes) }, true);
        };
        files[`${folder}/mask.nii.gz`] = await asNifti(one.mask);
        if (one.raw !== undefined) files[`${folder}/model-raw.nii.gz`] = await asNifti(one.raw);
        const volume = await loadVolume(one.series, assets);
        // A coloured image keeps its first channel here; its own file is named by its hash.
        const data = volume.data.subarray(0, voxelCount(shape));
        files[`${folder}/image.nii.gz`] = writeNifti({ shape, affine, data }, true);
        files[`${folder}/provenance.json`] = new TextEncoder().encode(
          JSON.stringify(
            { format: "evidesk-training/1", notice: "Research use only.", ...provenanceOf(one) },
            null,
            1,
          ),
        );
      }
      const bytes = zipSync(files, { level: 1 });
      const name = `${study.name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")}-training.zip`;
      const stored = await assets.put(bytes, { name, type: "application/zip" });
      studies().ledger.record(reviewer(), "export", {
        studyId,
        purpose: "training data",
        cases: cases.length,
        files: [{ name, sha256: stored.id }],
      });
      return { assetId: stored.id, name, bytes: bytes.length, cases: cases.length };
    },
  };
}
