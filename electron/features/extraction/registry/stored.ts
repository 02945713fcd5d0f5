/** Which registry record belongs to which study, kept in the review's file. */
import { z } from "zod";
import type { ReviewFile } from "../../review/store.ts";

const key = "registryRecords";
const stored = z.record(z.string(), z.object({ assetId: z.string(), nct: z.string() }));

export type KeptRegistry = z.infer<typeof stored>[string];

const all = (file: ReviewFile): z.infer<typeof stored> =>
  stored.parse(JSON.parse(file.ledger.meta(key) ?? "{}"));

export const registryOf = (file: ReviewFile, recordId: string): KeptRegistry | undefined =>
  all(file)[recordId];

export const studiesWithRegistry = (file: ReviewFile): string[] => Object.keys(all(file));

/** A later record of the same study takes the place of the one before; the audit keeps both. */
export function attachRegistry(
  file: ReviewFile,
  actor: string,
  { recordId, assetId, nct, how }: KeptRegistry & { recordId: string; how: "fetched" | "file" },
): void {
  file.ledger.transaction(() => {
    file.ledger.setMeta(key, JSON.stringify({ ...all(file), [recordId]: { assetId, nct } }));
    file.ledger.record(actor, "attachRegistry", { recordId, assetId, nct, how });
  });
}
