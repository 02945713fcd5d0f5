/** A reader's own work on label maps: saved segments with their state, and corrections as training data. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { decisionSchema } from "./ledger.ts";
import { assetId } from "./review.ts";

const segmentState = z.enum(["notStarted", "inProgress", "done", "flagged"]);

export const segmentSchema = z.object({
  id: z.int().min(1).max(255),
  name: z.string().min(1).max(120),
  color: z.string().regex(/^#[0-9a-f]{6}$/i),
  state: segmentState,
});

export const segmentationContract = {
  /**
   * Saves the label map as it stands: beside the model's own when it corrects a suggestion, as the reader's
   * own work when there is none. `mask` is one byte per voxel on the series' grid, x fastest.
   */
  "imaging.saveSegments": {
    input: z.object({
      studyId: z.string(),
      seriesId: z.string(),
      suggestionId: z.string().optional(),
      mask: assetId,
      segments: z.array(segmentSchema).min(1).max(255),
      /** Seconds spent with a tool on this map since it was loaded. */
      seconds: z.number().min(0),
    }),
    output: decisionSchema,
  },
  /** Accepted and corrected masks with image, the model's raw output and where each came from, as one ZIP. */
  "imaging.exportTraining": {
    input: z.object({ studyId: z.string() }),
    output: z.object({ assetId, name: z.string(), bytes: z.int(), cases: z.int() }),
  },
} satisfies ContractPart;

export type Segment = z.infer<typeof segmentSchema>;
