/** How a review is screened: by one or by two reviewers, and when they see what models suggest. */
import { teamPlanSchema, type TeamPlan } from "../../api/schemas/team.ts";
import type { Ledger } from "../audit/ledger.ts";

const key = "team";

/** One reviewer per record who sees suggestions, until the review says otherwise. */
export function teamPlan(ledger: Ledger): TeamPlan {
  const stored = ledger.meta(key);
  return teamPlanSchema.parse(stored === undefined ? {} : JSON.parse(stored));
}

/** Whether a record that anyone decided on needs no second look. */
export function sharesWork({ reviewers, shared }: TeamPlan): boolean {
  return reviewers === 1 && shared;
}

/** Whether somebody's decisions are covered from somebody else at any stage. */
export function isBlinded({ reviewers, extractors }: TeamPlan): boolean {
  return reviewers === 2 || extractors === 2;
}

/** Changes the plan; the audit keeps who changed it, from what to what. */
export function setTeamPlan(
  ledger: Ledger,
  actor: string,
  change: { [Key in keyof TeamPlan]?: TeamPlan[Key] | undefined },
): TeamPlan {
  return ledger.transaction(() => {
    const before = teamPlan(ledger);
    const after = teamPlanSchema.parse({ ...before, ...JSON.parse(JSON.stringify(change)) });
    ledger.setMeta(key, JSON.stringify(after));
    ledger.record(actor, "setTeam", { before, after });
    return after;
  });
}
