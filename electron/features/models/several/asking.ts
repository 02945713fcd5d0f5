/**
 * How many experts are asked about one image: in the order of their share of the mass until those asked hold enough
 * of it (top-p routing, Huang et al., ACL 2024, arXiv 2403.07652, for whole models). Pure. Shares and how much is
 * enough are chosen on validation images, or stand for "all alike" where nobody has.
 */
import { efforts, type Asking, type AskingKind, type Effort } from "../../../api/schemas/effort.ts";

/** Where nothing was calibrated: the first, half of them, all. */
const plain: Record<Effort, number> = { fast: 0, balanced: 0.5, thorough: 1 };

export type Ballot = {
  /** Each expert's name and share of the mass, first those that are to be asked first where shares are equal. */
  experts: readonly { name: string; mass: number }[];
  /** For each label the positions of those that answer it. */
  voters: readonly (readonly number[])[];
  /** Share of each label's mass that is asked, 0..1; every label is answered by one expert at least. */
  reach: number;
};

/** Positions of those asked, in the order in which they are. The expert that crosses the line is asked, as in the paper. */
export function whoIsAsked({ experts, voters, reach }: Ballot): number[] {
  const asked = new Set<number>();
  const massOf = (of: readonly number[]): number =>
    of.reduce((sum, at) => sum + (experts[at]?.mass ?? 0), 0);
  const isEnough = (of: readonly number[]): boolean => {
    const those = of.filter((at) => asked.has(at));
    return those.length > 0 && massOf(those) >= reach * massOf(of) - 1e-9;
  };
  const order = experts
    .map((_, at) => at)
    .toSorted((a, b) => (experts[b]?.mass ?? 0) - (experts[a]?.mass ?? 0));
  for (const at of order) if (voters.some((of) => of.includes(at) && !isEnough(of))) asked.add(at);
  return [...asked];
}

/** What holds for a kind of image: calibrated for it, or for any; undefined where neither names every expert. */
export function calibrationFor(
  asking: Asking | undefined,
  kind: string | undefined,
  names: readonly string[],
): AskingKind | undefined {
  return [asking?.[kind ?? ""], asking?.["any"]].find(
    (one) => one !== undefined && names.every((name) => one.mass[name] !== undefined),
  );
}

export const reachOf = (effort: Effort, calibrated: AskingKind | undefined): number =>
  calibrated?.reach[effort] ?? plain[effort];

/** How many are asked at each choice. */
export function countsOf(
  experts: Ballot["experts"],
  voters: Ballot["voters"],
  calibrated: AskingKind | undefined,
): Record<Effort, number> {
  const count = (effort: Effort): number =>
    whoIsAsked({ experts, voters, reach: reachOf(effort, calibrated) }).length;
  const [fast, balanced, thorough] = efforts;
  return {
    [fast]: count(fast),
    [balanced]: count(balanced),
    [thorough]: count(thorough),
  };
}
