/** What classifiers said of a series, and what the reader made of it. Pure. */
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
  /** Of an ensemble: how many of the experts asked put it above. */
  votes?: { above: number; asked: number };
};
export type Answer = {
  suggestion: Suggestion;
  decision: Decision | undefined;
  findings: Judged[];
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
      const { findings = [] } = suggestion.value as { findings?: Judged[] };
      const { findings: own = [] } = (decision?.action === "correct" ? decision.value : {}) as {
        findings?: { label: string; present: boolean }[];
      };
      const present = new Map(
        findings.map(({ label, above }) => [
          label,
          own.find((one) => one.label === label)?.present ?? above,
        ]),
      );
      return { suggestion, decision, findings, present };
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
  return votes === undefined || votes.above === 0 || votes.above === votes.asked
    ? ""
    : `The experts disagree: ${votes.above} of ${votes.asked} say above`;
}
