/** Heat maps: where covering the picture changes what a classifier says. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { progressSchema } from "./ledger.ts";

/** Made once for a suggestion and kept with it. */
export const heatMapSchema = z.object({
  id: z.string(),
  suggestionId: z.string(),
  method: z.literal("occlusion"),
  /** Cells of `cell` × `cell` pixels from the upper left; those at the right and lower rim may be smaller. */
  columns: z.int().positive(),
  rows: z.int().positive(),
  cell: z.int().positive(),
  labels: z.array(
    z.object({
      label: z.string(),
      /** Of the whole picture. */
      score: z.number(),
      operatingPoint: z.number(),
      /** By rows: how much the score falls with the place covered; below 0 where it rises. */
      changes: z.array(z.number()),
    }),
  ),
  by: z.string(),
  at: z.string(),
});

export const heatMapContract = {
  /** Covers the picture part by part and asks the classifier each time; a map that was made is given again. */
  "imaging.heatMap": {
    input: z.object({ studyId: z.string(), suggestionId: z.string() }),
    output: heatMapSchema,
    event: progressSchema,
  },
} satisfies ContractPart;

export type HeatMap = z.infer<typeof heatMapSchema>;
