/** What a blinded reviewer may not read of others' decisions, wherever decisions leave the backend. */
import type { AuditEvent, Decision } from "../../api/schemas/ledger.ts";
import type { Ledger } from "../audit/ledger.ts";
import { maySeeOthers, type Stage } from "./outcomes.ts";
import { isBlinded, teamPlan } from "./team-plan.ts";

/** The decisions that open what is kept under a kind; null: not blinded. */
function stageOf(kind: string): Stage | "extract" | null {
  if (kind === "screen" || kind === "annotate") return "screen";
  return kind === "fullText" || kind === "extract" ? kind : null;
}

type Told = Pick<Decision, "kind" | "subject" | "reviewer">;

/** A test for decisions (of a stage, or notes) that `reviewer` may read now. */
export function visibleTo(ledger: Ledger, reviewer: string): (decision: Told) => boolean {
  const plan = teamPlan(ledger);
  if (!isBlinded(plan)) return () => true;
  const standing = new Map<Stage | "extract", Map<string, Decision[]>>();
  /** Only the stages that are asked about are read. */
  const standingAt = (stage: Stage | "extract"): Map<string, Decision[]> => {
    const known =
      standing.get(stage) ?? Map.groupBy(ledger.currentDecisions(stage), ({ subject }) => subject);
    standing.set(stage, known);
    return known;
  };
  return (decision) => {
    const stage = stageOf(decision.kind);
    if (stage === null || decision.reviewer === reviewer) return true;
    const people = stage === "extract" ? plan.extractors : plan.reviewers;
    return maySeeOthers(standingAt(stage).get(decision.subject) ?? [], reviewer, people);
  };
}

/** The event with others' decisions covered: that they decided stays, what they decided does not. */
export function concealed(event: AuditEvent, visible: (decision: Told) => boolean): AuditEvent {
  if (event.action !== "decide" || !Array.isArray(event.payload)) return event;
  const payload = event.payload.map((entry) => {
    if (entry === null || typeof entry !== "object" || Array.isArray(entry)) return entry;
    const { id, at, kind, subject, reviewer } = entry;
    const told = { kind, subject: String(subject), reviewer: String(reviewer) } as Told;
    return visible(told)
      ? entry
      : {
          id: id ?? "",
          at: at ?? "",
          kind: kind ?? "",
          subject: subject ?? "",
          reviewer: reviewer ?? "",
          blinded: true,
        };
  });
  return { ...event, payload };
}
