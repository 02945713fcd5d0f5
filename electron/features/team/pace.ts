/** How fast a reviewer decides, from the times of the decisions. Pure. */
import type { Decision } from "../../api/schemas/ledger.ts";
import type { Pace } from "../../api/schemas/team.ts";

/** A longer pause is a break, not reading. */
const breakMs = 5 * 60_000;

/** `history` holds all decisions of one reviewer at one stage; what was decided in one act counts once. */
export function paceOf(reviewer: string, history: readonly Decision[]): Pace {
  const acts = history.filter(({ action }) => action !== "withdraw");
  const times = [...new Map(acts.map((one) => [actOf(one), Date.parse(one.at)])).values()];
  times.sort((a, b) => a - b);
  const steps = times
    .slice(1)
    .map((time, index) => time - (times[index] ?? time))
    .filter((step) => step < breakMs)
    .toSorted((a, b) => a - b);
  const middle = steps.length / 2;
  const median =
    steps.length === 0
      ? null
      : ((steps[Math.floor(middle)] ?? 0) + (steps[Math.ceil(middle) - 1] ?? 0)) / 2;
  return {
    reviewer,
    decided: new Set(acts.map(({ subject }) => subject)).size,
    medianSeconds: median === null ? null : median / 1000,
    minutes: steps.reduce((sum, step) => sum + step, 0) / 60_000,
  };
}

function actOf({ id, value }: Decision): string {
  return value !== null && typeof value === "object" && "act" in value ? String(value["act"]) : id;
}
