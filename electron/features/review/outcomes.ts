/**
 * What a stage came to for each record, folded from the decisions in force of all reviewers and from
 * adjudications. With two reviewers a record is settled once two agree; where they differ, only an
 * adjudication settles it. With one reviewer the latest decision in force counts, whoever made it.
 */
import type { Decision } from "../../api/schemas/ledger.ts";
import { screenedActions, type ScreenedAction } from "../../api/schemas/team.ts";
import type { Ledger } from "../audit/ledger.ts";
import { teamPlan } from "./team-plan.ts";

export type Stage = "screen" | "fullText";
export type Outcome = {
  /** `waiting`: fewer decisions than the review asks for. */
  state: "decided" | "waiting" | "conflict" | "adjudicated";
  action: ScreenedAction | null;
  /** The decision that gave the outcome: the adjudication, or the latest of those that agree. */
  decision: Decision | null;
  /** The reviewers' decisions in force, oldest first. */
  decisions: Decision[];
  adjudication: Decision | null;
};

export const adjudicationKind = {
  screen: "adjudicateScreen",
  fullText: "adjudicateFullText",
} as const;

/** Excluded with the rest when the screening was stopped: nobody read the record. */
export function isUnread({ value }: Decision): boolean {
  return (
    value !== null && typeof value === "object" && "unread" in value && value["unread"] === true
  );
}

const isScreened = (action: string): action is ScreenedAction =>
  screenedActions.some((known) => known === action);
const actionOf = (decision: Decision | undefined): ScreenedAction | null =>
  decision !== undefined && isScreened(decision.action) ? decision.action : null;
const byTime = (a: Decision, b: Decision): number =>
  a.at < b.at ? -1 : a.at > b.at ? 1 : a.sequence - b.sequence;

/** Of one subject's whole history: the latest decision of each reviewer, withdrawn ones left out. */
export function inForce(history: readonly Decision[]): Decision[] {
  const latest = new Map<string, Decision>();
  for (const decision of history.toSorted(byTime)) latest.set(decision.reviewer, decision);
  return [...latest.values()].filter(({ action }) => action !== "withdraw").toSorted(byTime);
}

/** `decisions` are those in force, oldest first; a later change by a reviewer reopens an adjudication. */
export function outcomeOf(
  decisions: Decision[],
  adjudication: Decision | null,
  reviewers: 1 | 2,
): Outcome {
  const last = decisions.at(-1);
  const one = { decisions, adjudication: null };
  if (reviewers === 1)
    return { ...one, state: last ? "decided" : "waiting", ...settled(last ?? null) };
  const differ = new Set(decisions.map(({ action }) => action)).size > 1;
  const holds =
    adjudication !== null && (last === undefined || byTime(last, adjudication) < 0) && differ;
  if (holds) return { state: "adjudicated", ...settled(adjudication), decisions, adjudication };
  if (differ) return { ...one, state: "conflict", ...settled(null) };
  return decisions.length >= 2
    ? { ...one, state: "decided", ...settled(last ?? null) }
    : { ...one, state: "waiting", ...settled(null) };
}

function settled(decision: Decision | null): {
  action: ScreenedAction | null;
  decision: Decision | null;
} {
  return { action: actionOf(decision ?? undefined), decision };
}

/** Outcomes by subject, for every record that anyone decided on at the stage. */
export function outcomesOf(ledger: Ledger, stage: Stage): Map<string, Outcome> {
  const { reviewers } = teamPlan(ledger);
  const bySubject = new Map<string, Decision[]>();
  for (const decision of ledger.currentDecisions(stage)) {
    const known = bySubject.get(decision.subject);
    if (known) known.push(decision);
    else bySubject.set(decision.subject, [decision]);
  }
  const adjudications =
    reviewers === 1
      ? new Map<string, Decision>()
      : adjudicationsIn(ledger.decisions(adjudicationKind[stage]));
  return new Map(
    [...bySubject].map(([subject, decisions]) => [
      subject,
      outcomeOf(decisions, adjudications.get(subject) ?? null, reviewers),
    ]),
  );
}

/** The adjudication in force by subject: whoever reopens a conflict takes back the latest, whoever made it. */
export function adjudicationsIn(history: readonly Decision[]): Map<string, Decision> {
  const latest = new Map(history.toSorted(byTime).map((one) => [one.subject, one]));
  return new Map([...latest].filter(([, { action }]) => action !== "withdraw"));
}

/**
 * Whether `reviewer` may see what others decided on a record. Blind until the own decision stands, or
 * until two others have decided, which makes the reviewer a third person at that record.
 */
export function maySeeOthers(
  decisions: readonly Decision[],
  reviewer: string,
  reviewers: 1 | 2,
): boolean {
  return (
    reviewers === 1 ||
    decisions.some((decision) => decision.reviewer === reviewer) ||
    decisions.filter((decision) => decision.reviewer !== reviewer).length >= 2
  );
}
