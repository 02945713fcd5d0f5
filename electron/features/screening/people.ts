/** Whose decisions the queue, the ranking, the progress and undo are made from. */
import { randomUUID } from "node:crypto";
import { AppError } from "../../api/errors.ts";
import type { Decision, NewDecision } from "../../api/schemas/ledger.ts";
import type { QueuedRecord } from "../../api/schemas/screening.ts";
import type { TeamPlan } from "../../api/schemas/team.ts";
import { parseSubject, recordSubject } from "../../api/subjects.ts";
import { groupsOf, membersOf } from "../review/groups.ts";
import { maySeeOthers, outcomesOf, type Stage } from "../review/outcomes.ts";
import type { ReviewFile } from "../review/store.ts";
import { sharesWork, teamPlan } from "../review/team-plan.ts";
import type { LiveRanking } from "./live.ts";

/** The reviewer's own; where a team shares the work, what anyone decided. */
export function decisionsFor(file: ReviewFile, stage: Stage, reviewer: string): Decision[] {
  return sharesWork(teamPlan(file.ledger))
    ? file.ledger.latestDecisions(stage)
    : file.ledger.currentDecisions(stage, reviewer);
}

/** One ranking per reviewer, since an order tells what it was learned from; one where work is shared. */
export function rankingKey(file: ReviewFile, reviewer: string): string {
  return sharesWork(teamPlan(file.ledger)) ? file.id() : JSON.stringify([file.id(), reviewer]);
}

/** The records in file order, for a review in which no model may touch the decision. */
export function unranked(file: ReviewFile): LiveRanking {
  return {
    ids: file.liveIds(),
    scores: null,
    by: "file order",
    learnedFrom: 0,
    judge: null,
    pending: false,
  };
}

/** Rows that `reviewer` has still to decide at a stage, in file order; one row stands for its group. */
export function openRows(
  file: ReviewFile,
  ids: readonly string[],
  stage: Stage,
  reviewer: string,
): number[] {
  const plan = teamPlan(file.ledger);
  const screened = outcomesOf(file.ledger, "screen");
  const decided = stage === "screen" ? screened : outcomesOf(file.ledger, "fullText");
  const groups = groupsOf(file.ledger);
  const seen = new Set<string>();
  return ids.flatMap((id, row) => {
    const subject = recordSubject(id);
    if (stage === "fullText" && screened.get(subject)?.action !== "include") return [];
    const decisions = decided.get(subject)?.decisions ?? [];
    // With two reviewers a third person meets only what two others have not decided.
    const enough = plan.reviewers === 2 ? 2 : sharesWork(plan) ? 1 : Infinity;
    const done = decisions.length >= enough || decisions.some((one) => one.reviewer === reviewer);
    const group = groups.get(id);
    if (done || (group !== undefined && seen.has(group))) return [];
    if (group !== undefined) seen.add(group);
    return [row];
  });
}

/** Takes away what a model says where the plan shows it later or never. */
export function withhold(
  record: QueuedRecord,
  suggestions: TeamPlan["suggestions"],
  decided: boolean,
): QueuedRecord {
  if (suggestions === "before" || (suggestions === "after" && decided)) return record;
  return { ...record, score: null, highlights: [], verdicts: [] };
}

/** The words of the report that a full-text decision rests on. */
export type Grounds = {
  criterionId?: string | undefined;
  quote?: string | undefined;
  page?: number | undefined;
};

/** One act: a decision for the record and for each one grouped with it. */
export function actOn(
  file: ReviewFile,
  recordId: string,
  act: Pick<NewDecision, "kind" | "action" | "reviewer" | "reason" | "note">,
  grounds: Grounds,
): NewDecision[] {
  const members = membersOf(file.ledger, recordId);
  const value = {
    ...groundsValue(file, grounds),
    ...(members.length > 1 ? { act: randomUUID(), group: members } : {}),
  };
  return members.map((id) => ({
    ...act,
    subject: recordSubject(id),
    ...(Object.keys(value).length > 0 ? { value } : {}),
  }));
}

function groundsValue(file: ReviewFile, { criterionId, quote, page }: Grounds) {
  const criterion = file.protocol().criteria.find(({ id }) => id === criterionId);
  if (criterionId !== undefined && criterion === undefined)
    throw new AppError("badInput", `The review has no criterion "${criterionId}".`, {
      criterionId,
      criteria: file.protocol().criteria.map(({ id }) => id),
    });
  return {
    // The wording is kept as it was: the criterion may be edited later.
    ...(criterion ? { criterionId: criterion.id, criterion: criterion.text } : {}),
    ...(quote ? { quote } : {}),
    ...(page === undefined ? {} : { page }),
  };
}

/** What undoing takes back: the reviewer's latest decision in force, with all of the same act. */
export function lastAct(file: ReviewFile, reviewer: string): Decision[] {
  const mine = [
    ...file.ledger.currentDecisions("screen", reviewer),
    ...file.ledger.currentDecisions("fullText", reviewer),
  ].toSorted((a, b) => a.sequence - b.sequence);
  const last = mine.at(-1);
  if (last === undefined) return [];
  const act = actOf(last);
  return act === null ? [last] : mine.filter((decision) => actOf(decision) === act);
}

function actOf({ value }: Decision): string | null {
  return value !== null && typeof value === "object" && "act" in value
    ? String(value["act"])
    : null;
}

/** What was decided and noted on one record, as far as `reviewer` may see it; oldest first by stage. */
export function historyFor(file: ReviewFile, recordId: string, reviewer: string): Decision[] {
  const { reviewers } = teamPlan(file.ledger);
  const subject = recordSubject(recordId);
  return (["screen", "fullText", "annotate"] as const).flatMap((kind) => {
    const { decisions } = file.outcome(subject, kind === "fullText" ? "fullText" : "screen");
    const open = maySeeOthers(decisions, reviewer, reviewers);
    return file.ledger
      .decisions(kind, subject)
      .filter((decision) => open || decision.reviewer === reviewer);
  });
}

/** Whether the decision in force was made twice in a row: somebody looked again and stayed with it. */
export function isConfirmed(file: ReviewFile, recordId: string, reviewer: string): boolean {
  const shared = sharesWork(teamPlan(file.ledger));
  const [last, before] = file.ledger
    .decisions("screen", recordSubject(recordId))
    .filter((decision) => shared || decision.reviewer === reviewer)
    .toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : b.sequence - a.sequence));
  return last !== undefined && last.action === before?.action;
}

/** Record ids of decisions, for messages. */
export function recordIdOf(decision: Decision): string {
  return parseSubject(decision.subject).recordId ?? "";
}
