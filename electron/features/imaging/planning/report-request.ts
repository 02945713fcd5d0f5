/** A request for a report: answered from what a reader accepted, whoever plans. Pure. */
import type { Turn } from "../../../api/schemas/imaging.ts";

const asking =
  /\b(draft|write|prepare|create|make|generate|compose|dictate)\s+(me\s+)?((a|an|the|my|this|your)\s+)?(\w+\s+){0,2}report\b|^\W*(draft|report|report draft)\W*$/i;

export const asksForReport = (request: string): boolean => asking.test(request);

/** @param draft sections by rule; undefined where nothing can have been accepted (the command line) */
export function reportTurn(draft: Turn["draft"]): Turn {
  const turn = { role: "assistant" as const, at: new Date().toISOString(), planner: "rules" };
  const written = (draft ?? []).filter(({ sentences }) => sentences.length > 0);
  const count = written.reduce((sum, { sentences }) => sum + sentences.length, 0);
  if (draft === undefined)
    return {
      ...turn,
      text: "A report is drafted from what a reader accepted, on the Read page; here nothing is accepted.",
    };
  if (count === 0)
    return {
      ...turn,
      text: "Nothing of this study was accepted yet, so there is nothing to report. Accept or correct a suggestion, measure something, or add a finding; the report is drafted from these alone.",
    };
  return {
    ...turn,
    text: `Drafted from what was accepted, ${count === 1 ? "one sentence" : `${count} sentences`}; suggestions that were not accepted are not in it. Change it, save it and put your name under it in the Report tab.`,
    draft: written,
  };
}
