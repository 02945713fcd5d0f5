/** Experts that read several sequences of one patient at once: which series is which channel. */
import { z } from "zod";
import type { ContractPart } from "../call.ts";
import { progressSchema, suggestionSchema } from "./ledger.ts";

export const channelSchema = z.object({
  /** As the pack names it, for example "T1c". */
  name: z.string(),
  /** null: none was found, or none chosen yet. */
  seriesId: z.string().nullable(),
  /** The sequence that the series' description or name says; null where it says none. */
  said: z.string().nullable(),
  check: z.enum(["fits", "contradicts", "unknown", "missing"]),
});

const expertChannels = z.object({
  packId: z.string(),
  version: z.string(),
  title: z.string(),
  channels: z.array(channelSchema),
  /** Why it cannot run so: a channel without a series, one series twice, another grid. */
  problems: z.array(z.string()),
});

const chosen = z.object({
  studyId: z.string(),
  packId: z.string(),
  /** In the order of the pack's channels. */
  seriesIds: z.array(z.string().nullable()),
});

export const channelsContract = {
  /** The experts that read several sequences, each with the series whose descriptions name its channels. */
  "imaging.channelExperts": {
    input: z.object({ studyId: z.string() }),
    output: z.array(expertChannels),
  },
  /** The same check of a choice made by hand. */
  "imaging.checkChannels": { input: chosen, output: expertChannels },
  /**
   * Runs the expert on the sequences; its outline is suggested on the first channel's series. `confirmed`: the reader
   * saw that a description contradicts its channel, or says nothing, and means it.
   */
  "imaging.runChannels": {
    input: chosen.extend({ confirmed: z.boolean().default(false) }),
    output: z.object({ suggestion: suggestionSchema.nullable() }),
    event: progressSchema,
  },
} satisfies ContractPart;

export type Channel = z.infer<typeof channelSchema>;
export type ExpertChannels = z.infer<typeof expertChannels>;
