/**
 * Where a planner's answer says another thing than the expert that it heard: a finding called present that is
 * below its operating point, or absent that is above it; a structure called absent that was outlined, or the
 * other way round. By plain words only; what it cannot read it does not judge. Pure.
 */
import type { ExpertCard, ExpertResult } from "../../models/models.ts";
import type { Heard } from "./converse.ts";

type Verdict = {
  name: string;
  present: boolean;
  said: string;
  /** Words before the name in which a denial is one of the name: "no fluid in the lungs" denies no lungs. */
  reach: number;
};

const denial =
  /\b(no|not|without|absent|absence|free of|negative|never|neither|nor|none|unlikely|excluded?|ruled out|isn['’]t|aren['’]t|cannot see|lacks?)\b/i;
/** A doubt is no statement. */
const doubt = /\b(may|might|could|perhaps|possibl[ey]|uncertain|unclear|cannot be excluded)\b/i;

/** What the answer says of a name: true, false, or undefined where it says nothing certain. */
function saysOf(
  answer: string,
  { name, reach }: Pick<Verdict, "name" | "reach">,
  isOnlyOne: boolean,
): boolean | undefined {
  const said = new Set<boolean>();
  for (const clause of answer.split(/[.;!?\n]|\bbut\b|\bhowever\b/i)) {
    const at = clause.toLowerCase().indexOf(name.toLowerCase());
    if (at < 0) continue;
    if (doubt.test(clause)) return undefined;
    const before = clause.slice(0, at).split(/\s+/).filter(Boolean).slice(-reach).join(" ");
    const after = clause
      .slice(at + name.length)
      .split(/\s+/)
      .slice(0, 4)
      .join(" ");
    said.add(!denial.test(before) && !denial.test(after));
  }
  if (said.size > 0) return said.size === 1 ? [...said][0] : undefined;
  const yes = /^\W*(yes|no)\b/i.exec(answer)?.[1]?.toLowerCase();
  return isOnlyOne && yes !== undefined ? yes === "yes" : undefined;
}

function verdictsOf(result: ExpertResult): Verdict[] {
  if (result.kind === "classification")
    return result.findings.map(({ label, above, score, operatingPoint }) => ({
      name: label,
      present: above,
      reach: 8,
      said: `puts ${label} ${above ? "above" : "below"} its operating point (${score.toFixed(2)}, from ${operatingPoint.toFixed(2)} on)`,
    }));
  return result.labels.map(({ name, voxels }) => ({
    name,
    present: voxels > 0,
    reach: 1,
    said: voxels > 0 ? `outlined ${name}` : `found no ${name} to outline`,
  }));
}

export function differencesOf(
  answer: string,
  heard: readonly Heard[],
  cards: readonly Pick<ExpertCard, "id" | "title">[],
): string[] {
  return heard.flatMap((one) => {
    if (one.kind === "problem") return [];
    const title = cards.find(({ id }) => id === one.result.expert)?.title ?? one.result.expert;
    const verdicts = verdictsOf(one.result);
    return verdicts.flatMap((verdict) => {
      const { name, present, said } = verdict;
      const isAsked = verdicts.length === 1 || name.toLowerCase() === one.args;
      const says = saysOf(answer, verdict, isAsked);
      return says === undefined || says === present
        ? []
        : [`“${title}” ${said}; the answer says ${says ? "it is there" : "it is not"}.`];
    });
  });
}
