/** On the command line: a registry's answers beside what was proposed from the paper. Pure. */
import type { Check } from "../../../api/schemas/ledger.ts";
import type { Field } from "../../../api/schemas/extraction.ts";
import { answersFrom } from "./prefill.ts";
import { disagreement, sameArm } from "./suggestions.ts";
import { registryName } from "./standing.ts";
import type { RegistryTrial } from "./trial.ts";

type Proposed = { fieldId: string; arm?: string; value: string | null; checks: Check[] };
export type Beside = { arm?: string; value: string; unit?: string; source: string };

/** Each proposal with the registry's values of its field; where numbers differ, a failed check says both. */
export function besidePaper<P extends Proposed>(
  trial: RegistryTrial,
  fields: readonly Field[],
  proposals: readonly P[],
): (P & { registry: Beside[] })[] {
  const answers = answersFrom(trial, fields);
  return proposals.map((proposal) => {
    const own = answers.filter(({ fieldId }) => fieldId === proposal.fieldId);
    const arms = own.flatMap(({ arm }) => (arm === undefined ? [] : [arm]));
    const arm = proposal.arm === undefined ? undefined : sameArm(proposal.arm, arms);
    const beside = (proposal.arm === undefined ? own : own.filter((one) => one.arm === arm)).map(
      (answer): Beside => ({
        ...(answer.arm === undefined ? {} : { arm: answer.arm }),
        value: answer.value,
        ...(answer.unit ? { unit: answer.unit } : {}),
        source: `${registryName} ${trial.nct.value}, ${answer.places[0]?.path ?? ""}`,
      }),
    );
    const [only, another] = beside;
    const check =
      only && !another && proposal.value !== null
        ? disagreement(proposal.value, only.value, only.source)
        : undefined;
    return {
      ...proposal,
      registry: beside,
      checks: check ? [...proposal.checks, check] : proposal.checks,
    };
  });
}
