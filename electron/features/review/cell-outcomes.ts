/**
 * What a cell of the extraction came to, folded from the decisions in force of all extractors and from
 * the consensus. With two extractors a value is settled once two gave the same answer; where they
 * differ, only a consensus settles it. With one the latest decision in force counts. Pure but for
 * reading the ledger.
 */
import type { Decision } from "../../api/schemas/ledger.ts";
import type { Ledger } from "../audit/ledger.ts";
import { adjudicationsIn } from "./outcomes.ts";
import { teamPlan } from "./team-plan.ts";

export type CellOutcome = {
  /** `waiting`: fewer decisions than the review asks for. */
  state: "decided" | "waiting" | "conflict" | "adjudicated";
  /** What the tables take: the consensus, or the latest of those that agree. */
  decision: Decision | null;
  /** The extractors' decisions in force, oldest first. */
  decisions: Decision[];
  consensus: Decision | null;
};

const byTime = (a: Decision, b: Decision): number =>
  a.at < b.at ? -1 : a.at > b.at ? 1 : a.sequence - b.sequence;

/**
 * The answer of a decision, so that two can be compared: case, spaces, kinds of dash and the writing of
 * a plain number make no difference; the unit does.
 */
export function answerOf({ action, value }: Pick<Decision, "action" | "value">): string {
  if (action === "notReported") return "not reported";
  if (action === "reject") return "no value";
  const { value: text, unit } =
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? value
      : { value: value ?? "", unit: "" };
  return [folded(text), folded(unit)].filter(Boolean).join(" ");
}

function folded(text: unknown): string {
  if (text === null || text === undefined) return "";
  const plain = String(text)
    .normalize("NFKC")
    .replaceAll(/[‐-―−]/g, "-")
    .replaceAll(/\s+/g, " ")
    .trim()
    .toLowerCase()
    .replace(/\.$/, "");
  return /^-?\d+(?:\.\d+)?$/.test(plain) ? String(Number(plain)) : plain;
}

/** `decisions` are those in force on one cell; a later change by an extractor reopens a consensus. */
export function cellOutcomeOf(
  decisions: readonly Decision[],
  consensus: Decision | null,
  extractors: 1 | 2,
): CellOutcome {
  const sorted = decisions.toSorted(byTime);
  const last = sorted.at(-1) ?? null;
  const base = { decisions: sorted, consensus: null };
  if (extractors === 1) return { ...base, state: last ? "decided" : "waiting", decision: last };
  const differ = new Set(sorted.map(answerOf)).size > 1;
  if (consensus !== null && differ && last !== null && byTime(last, consensus) < 0)
    return { state: "adjudicated", decision: consensus, decisions: sorted, consensus };
  if (differ) return { ...base, state: "conflict", decision: null };
  return sorted.length >= 2
    ? { ...base, state: "decided", decision: last }
    : { ...base, state: "waiting", decision: null };
}

/** Outcomes by cell, for every cell that anyone decided on. */
export function cellOutcomesOf(ledger: Ledger): Map<string, CellOutcome> {
  const { extractors } = teamPlan(ledger);
  const bySubject = Map.groupBy(ledger.currentDecisions("extract"), ({ subject }) => subject);
  const consensus =
    extractors === 1
      ? new Map<string, Decision>()
      : adjudicationsIn(ledger.decisions("adjudicateExtract"));
  return new Map(
    [...bySubject].map(([subject, decisions]) => [
      subject,
      cellOutcomeOf(decisions, consensus.get(subject) ?? null, extractors),
    ]),
  );
}

/** The decisions that tables are built from, and who stands behind each. */
export function settledCells(outcomes: ReadonlyMap<string, CellOutcome>): {
  decisions: Decision[];
  decidedBy: Map<string, string>;
} {
  const settled = [...outcomes.values()].flatMap((outcome) =>
    outcome.decision === null ? [] : [{ ...outcome, decision: outcome.decision }],
  );
  return {
    decisions: settled.map(({ decision }) => decision),
    decidedBy: new Map(settled.map((one) => [one.decision.id, standBehind(one)])),
  };
}

function standBehind({
  decision,
  decisions,
  consensus,
}: CellOutcome & { decision: Decision }): string {
  const names = decisions.map(({ reviewer }) => reviewer);
  if (consensus !== null) return `${consensus.reviewer} (consensus of ${names.join(" and ")})`;
  const alike = decisions.filter((one) => answerOf(one) === answerOf(decision));
  return alike.length > 1 ? alike.map(({ reviewer }) => reviewer).join(" and ") : decision.reviewer;
}
