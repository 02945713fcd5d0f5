/** What classifiers said of a series, and what the reader made of it. Pure. */
import type { Asked } from "../../../../electron/api/schemas/effort.ts";
import type { Series, Study } from "../../../../electron/api/schemas/imaging.ts";
import type { Decision, Suggestion } from "../../../../electron/api/schemas/ledger.ts";

export type Judged = {
  label: string;
  above: boolean;
  /** Of the operating point, as the card has it; absent in answers of earlier builds. */
  cohort?: string;
  sensitivity?: number;
  specificity?: number;
  calibrated?: number;
  calibratedOn?: string;
  /** Of several experts: how many of those asked put it above, and who; of how many that know it. */
  votes?: {
    above: number;
    asked: number;
    of?: number;
    by?: { name: string; above: boolean }[];
  };
};
export type Answer = {
  suggestion: Suggestion;
  decision: Decision | undefined;
  findings: Judged[];
  /** Who was asked of several; absent where there was one, and in answers of earlier builds. */
  asked?: Asked;
  /** As the reader left it: what the model said until it was corrected. */
  present: ReadonlyMap<string, boolean>;
};

/** The classifiers' answers on a series, the newest first. */
export function answersOn(study: Study, series: Series): Answer[] {
  const here = `/series:${series.id}`;
  return study.suggestions
    .filter(({ kind, subject }) => kind === "classify" && subject.endsWith(here))
    .map((suggestion) => {
      const last = study.decisions.filter((one) => one.suggestionId === suggestion.id).at(-1);
      const decision = last?.action === "withdraw" ? undefined : last;
      const { findings = [], asked } = suggestion.value as { findings?: Judged[]; asked?: Asked };
      const { findings: own = [] } = (decision?.action === "correct" ? decision.value : {}) as {
        findings?: { label: string; present: boolean }[];
      };
      const present = new Map(
        findings.map(({ label, above }) => [
          label,
          own.find((one) => one.label === label)?.present ?? above,
        ]),
      );
      return { suggestion, decision, findings, present, ...(asked ? { asked } : {}) };
    })
    .toReversed();
}

const share = (value: number): string => value.toFixed(2);

/** How good the operating point was, and on whom: without the cohort the two numbers say nothing. */
export function pointText({ sensitivity, specificity, cohort }: Judged): string {
  if (cohort === undefined) return "the pack's card does not say on whom the point was set";
  const numbers = [
    sensitivity === undefined ? "" : `sensitivity ${share(sensitivity)}`,
    specificity === undefined ? "" : `specificity ${share(specificity)}`,
  ].filter(Boolean);
  return numbers.length > 0 ? `${numbers.join(", ")} in ${cohort}` : `set on ${cohort}`;
}

/** Empty unless the card says on whom the probability was fitted. */
export function calibratedText({ calibrated, calibratedOn }: Judged): string {
  return calibrated === undefined || calibratedOn === undefined
    ? ""
    : `Calibrated probability ${share(calibrated)}, fitted on: ${calibratedOn}`;
}

/** Where the experts of an ensemble do not agree on a finding. */
export function splitText({ votes }: Judged): string {
  if (votes === undefined || votes.above === 0 || votes.above === votes.asked) return "";
  const who = (votes.by ?? []).filter(({ above }) => above).map(({ name }) => name);
  return `The experts disagree: ${votes.above} of ${votes.asked} say above${who.length > 0 ? ` (${who.join(", ")})` : ""}`;
}

/** How many of the experts that answer this were asked, and on what that rests; empty where there was one. */
export function askedText({ asked }: Answer): string {
  if (asked === undefined || asked.of < 2) return "";
  const basis = asked.calibratedOn
    ? `how many is calibrated on ${asked.calibratedOn}`
    : "how many is not calibrated";
  const refused = (asked.refused ?? []).map(({ name, why }) => ` ${name} refused: ${why}`);
  return `${asked.experts.length} of ${asked.of} experts asked (${asked.effort}; ${basis}): ${asked.experts.join(", ")}.${refused.join("")}`;
}
