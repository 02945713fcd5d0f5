/** The counts of a PRISMA 2020 flow (Page et al., BMJ 2021;372:n71), folded from the outcomes of both stages. */
import type { PrismaCounts } from "../../api/schemas/review.ts";
import type { Ledger } from "../audit/ledger.ts";
import { isUnread, outcomesOf } from "./outcomes.ts";

/** A reason may have a broader one before ` / `: `Wrong population / Children`. */
export function broadReason(reason: string): string {
  return reason.split(" / ")[0]?.trim() ?? "";
}

/**
 * A report is assessed, and included, by a full-text decision; one at hand without it waits.
 * Records with a settled outcome count; those in conflict or waiting for a second reviewer count as
 * not screened yet. Reasons are counted by their broadest part, in the order of the review's list.
 */
export function countPrisma(ledger: Ledger, reasonOrder: readonly string[] = []): PrismaCounts {
  const number = (sql: string): number => Number(ledger.all(sql)[0]?.["n"] ?? 0);
  const live = number("SELECT count(*) AS n FROM records WHERE duplicateOf IS NULL");
  const screened = [...outcomesOf(ledger, "screen")].filter(([, { action }]) => action !== null);
  const count = (wanted: string): number =>
    screened.filter(([, { action }]) => action === wanted).length;
  const fullText = outcomesOf(ledger, "fullText");
  const sought = screened
    .filter(([, { action }]) => action === "include")
    .map(([subject]) => subject);
  const retrieved = new Set(
    ledger.all("SELECT recordId FROM reports").map((row) => `record:${String(row["recordId"])}`),
  );
  const decidedOn = (subject: string): boolean => (fullText.get(subject)?.action ?? null) !== null;
  const atHand = sought.filter((subject) => retrieved.has(subject) || decidedOn(subject));
  const assessed = atHand.filter(decidedOn);
  const excluded = sought.flatMap((subject) => {
    const outcome = fullText.get(subject);
    return outcome?.action === "exclude" ? [outcome.decision?.reason ?? ""] : [];
  });
  return {
    identified: ledger
      .all(
        "SELECT source, sum(imported + duplicates) AS n FROM imports GROUP BY source HAVING n > 0 ORDER BY min(id)",
      )
      .map((row) => ({ source: String(row["source"]), records: Number(row["n"]) })),
    duplicatesRemoved: number("SELECT count(*) AS n FROM records WHERE duplicateOf IS NOT NULL"),
    screened: screened.length,
    excludedAtScreening: count("exclude"),
    excludedUnread: screened.filter(
      ([, { action, decision }]) => action === "exclude" && decision !== null && isUnread(decision),
    ).length,
    maybeAtScreening: count("maybe"),
    unscreened: live - screened.length,
    soughtForRetrieval: sought.length,
    notRetrieved: sought.length - atHand.length,
    assessed: assessed.length,
    excludedAtFullText: byReason(excluded, reasonOrder),
    unassessed: atHand.length - assessed.length,
    included: assessed.filter((subject) => fullText.get(subject)?.action === "include").length,
  };
}

function byReason(
  reasons: readonly string[],
  order: readonly string[],
): { reason: string; reports: number }[] {
  const counts = new Map<string, number>();
  for (const broad of order.map(broadReason)) counts.set(broad, 0);
  for (const reason of reasons) {
    const broad = broadReason(reason) || "No reason given";
    counts.set(broad, (counts.get(broad) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, reports]) => reports > 0)
    .map(([reason, reports]) => ({ reason, reports }));
}
