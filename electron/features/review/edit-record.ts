/** Corrections of a record by hand. The record is not a decision: it changes, and the audit keeps both texts. */
import type { ReviewRecord } from "../../api/schemas/review.ts";
import type { Ledger } from "../audit/ledger.ts";

/** Writes what differs; an edit that changes nothing leaves no trace. */
export function editRecord(
  ledger: Ledger,
  actor: string,
  record: ReviewRecord,
  change: { title?: string | undefined; abstract?: string | undefined },
): void {
  const before = { title: record.title, abstract: record.abstract };
  const after = {
    title: change.title?.trim() ?? before.title,
    abstract: change.abstract?.trim() ?? before.abstract,
  };
  if (after.title === before.title && after.abstract === before.abstract) return;
  ledger.transaction(() => {
    ledger.database
      .prepare("UPDATE records SET title = ?, abstract = ? WHERE id = ?")
      .run(after.title, after.abstract, Number(record.id));
    // The ranking is made anew even where the lengths stay the same.
    ledger.setMeta("recordEdits", String(Number(ledger.meta("recordEdits") ?? 0) + 1));
    ledger.record(actor, "editRecord", { recordId: record.id, before, after });
  });
}
