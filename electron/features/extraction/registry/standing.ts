/** Of a cell's suggestions, which stands: the paper's latest, or the registry's where the paper has none. Pure. */
import type { Suggestion } from "../../../api/schemas/ledger.ts";

export const registryName = "ClinicalTrials.gov";

export const isRegistry = ({ model }: Pick<Suggestion, "model">): boolean => model === registryName;

export type Standing = { main: Suggestion | undefined; registry: Suggestion | undefined };

/** `all` are one cell's suggestions, oldest first. */
export function standingOf(all: readonly Suggestion[]): Standing {
  const registry = all.findLast(isRegistry);
  const paper = all.findLast((one) => !isRegistry(one));
  const hasValue =
    paper !== undefined &&
    paper.status !== "notReported" &&
    paper.status !== "failed" &&
    paper.status !== "figureOnly";
  return { main: hasValue ? paper : (registry ?? paper), registry };
}
