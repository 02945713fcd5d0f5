/** Reports that belong together (near-duplicates, companions of one study): one decision counts for all. */
import { randomUUID } from "node:crypto";
import { AppError } from "../../api/errors.ts";
import type { Ledger } from "../audit/ledger.ts";

const key = "recordGroups";

/** Group id by record id. */
export function groupsOf(ledger: Ledger): Map<string, string> {
  const stored = ledger.meta(key);
  return new Map(stored === undefined ? [] : (JSON.parse(stored) as [string, string][]));
}

/** The record itself and those grouped with it, in id order. */
export function membersOf(ledger: Ledger, recordId: string): string[] {
  const groups = groupsOf(ledger);
  const group = groups.get(recordId);
  if (group === undefined) return [recordId];
  return [...groups]
    .filter(([, other]) => other === group)
    .map(([id]) => id)
    .toSorted((a, b) => Number(a) - Number(b));
}

/** Puts records (and whatever they are grouped with already) into one group; audited. */
export function groupRecords(
  ledger: Ledger,
  actor: string,
  recordIds: readonly string[],
  why: string,
): string {
  const all = [...new Set(recordIds.flatMap((id) => membersOf(ledger, id)))];
  if (all.length < 2)
    throw new AppError("badInput", `A group takes at least two records, not ${all.length}.`);
  for (const id of all)
    if (
      ledger.all("SELECT 1 FROM records WHERE id = ? AND duplicateOf IS NULL", Number(id))
        .length === 0
    )
      throw new AppError("notFound", `The review has no record ${id}.`, { recordId: id });
  const group = randomUUID();
  const groups = groupsOf(ledger);
  for (const id of all) groups.set(id, group);
  ledger.transaction(() => {
    ledger.setMeta(key, JSON.stringify([...groups]));
    ledger.record(actor, "groupRecords", { group, records: all, why });
  });
  return group;
}

/** Takes a record out of its group; a group of one is none. */
export function ungroupRecord(ledger: Ledger, actor: string, recordId: string): void {
  const groups = groupsOf(ledger);
  const group = groups.get(recordId);
  if (group === undefined) return;
  groups.delete(recordId);
  const left = [...groups].filter(([, other]) => other === group).map(([id]) => id);
  if (left.length === 1 && left[0] !== undefined) groups.delete(left[0]);
  ledger.transaction(() => {
    ledger.setMeta(key, JSON.stringify([...groups]));
    ledger.record(actor, "ungroupRecord", { group, recordId });
  });
}
