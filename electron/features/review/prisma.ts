/** The counts of a PRISMA 2020 flow (Page et al., BMJ 2021;372:n71), folded from records and decisions. */
import type { PrismaCounts } from "../../api/schemas/review.ts";
import type { Ledger } from "../audit/ledger.ts";

export function countPrisma(ledger: Ledger): PrismaCounts {
  const number = (sql: string): number => Number(ledger.all(sql)[0]?.["n"] ?? 0);
  const live = number("SELECT count(*) AS n FROM records WHERE duplicateOf IS NULL");
  // With several reviewers the latest decision on a record counts until conflicts are adjudicated.
  const latest = new Map(
    ledger.latestDecisions("screen").map((decision) => [decision.subject, decision.action]),
  );
  const count = (action: string): number =>
    [...latest.values()].filter((value) => value === action).length;
  const fullText = new Map(
    ledger.latestDecisions("fullText").map((decision) => [decision.subject, decision]),
  );
  const reasons = new Map<string, number>();
  for (const decision of fullText.values()) {
    if (decision.action !== "exclude") continue;
    const reason = decision.reason || "No reason given";
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const sought = [...latest]
    .filter(([, action]) => action === "include")
    .map(([subject]) => subject);
  const retrieved = new Set(
    ledger.all("SELECT recordId FROM reports").map((row) => `record:${String(row["recordId"])}`),
  );
  const assessed = sought.filter((subject) => retrieved.has(subject));
  const excludedAtFullText = [...reasons].map(([reason, reports]) => ({ reason, reports }));
  return {
    identified: ledger
      .all(
        "SELECT source, sum(imported + duplicates) AS n FROM imports GROUP BY source ORDER BY min(id)",
      )
      .map((row) => ({ source: String(row["source"]), records: Number(row["n"]) })),
    duplicatesRemoved: number("SELECT count(*) AS n FROM records WHERE duplicateOf IS NOT NULL"),
    screened: latest.size,
    excludedAtScreening: count("exclude"),
    maybeAtScreening: count("maybe"),
    unscreened: live - latest.size,
    soughtForRetrieval: sought.length,
    notRetrieved: sought.length - assessed.length,
    assessed: assessed.length,
    excludedAtFullText,
    included: assessed.filter((subject) => fullText.get(subject)?.action !== "exclude").length,
  };
}
