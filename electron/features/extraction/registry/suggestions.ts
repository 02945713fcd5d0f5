/** Registry answers as suggestions of a review's cells, and how they stand beside what the paper says. Pure. */
import type { Check, NewSuggestion, Suggestion } from "../../../api/schemas/ledger.ts";
import type { Field } from "../../../api/schemas/extraction.ts";
import { cellSubject, parseSubject } from "../../../api/subjects.ts";
import { plainValue, valueOf } from "../extracted-value.ts";
import { findNumbers } from "../numbers.ts";
import { termsOf } from "../terms.ts";
import { answersFrom } from "./prefill.ts";
import { isRegistry, registryName } from "./standing.ts";
import type { RegistryTrial } from "./trial.ts";

/** Paths kept beside one value: a long list names its first. */
const mostPlaces = 12;

/**
 * What the record says to each field. A group of the registry goes to the arm of the same study whose
 * name it shares, else it is an arm of its own.
 */
export function registrySuggestions(
  trial: RegistryTrial,
  about: {
    recordId: string;
    assetId: string;
    fields: readonly Field[];
    known: readonly Suggestion[];
  },
): NewSuggestion[] {
  const nct = trial.nct.value;
  return answersFrom(trial, about.fields).map((answer): NewSuggestion => {
    const perArm = about.fields.find(({ id }) => id === answer.fieldId)?.perArm ?? false;
    const arm =
      answer.arm === undefined || !perArm
        ? undefined
        : (sameArm(answer.arm, armsOf(about.known, about.recordId, answer.fieldId)) ?? answer.arm);
    const value =
      perArm || answer.arm === undefined ? answer.value : `${answer.arm}: ${answer.value}`;
    return {
      kind: "extract",
      subject: cellSubject(about.recordId, answer.fieldId, arm),
      value: plainValue({
        value,
        ...(answer.unit ? { unit: answer.unit } : {}),
        ...(arm === undefined ? {} : { arm }),
      }),
      status: "suggested",
      method: `registry record: ${answer.method}`,
      checks: [
        {
          name: "from the registry",
          ok: true,
          message: `${registryName} ${nct} says so${answer.arm ? ` of its group “${answer.arm}”` : ""}; the paper may differ`,
        },
      ],
      evidence: answer.places.slice(0, mostPlaces).map((place) => ({
        quote: place.value,
        source: `${registryName} ${nct}, ${place.path}`,
      })),
      model: registryName,
      modelVersion: nct,
      inputSha256: about.assetId,
    };
  });
}

function armsOf(known: readonly Suggestion[], recordId: string, fieldId: string): string[] {
  const names = known.flatMap((one) => {
    const at = parseSubject(one.subject);
    const own = at.recordId === recordId && at.fieldId === fieldId && !isRegistry(one);
    return own && at.arm !== undefined ? [at.arm] : [];
  });
  return [...new Set(names)];
}

/** The one arm that shares most words with the group's name: at least half of the shorter, and no rival. */
export function sameArm(group: string, arms: readonly string[]): string | undefined {
  const words = new Set(termsOf(group));
  const [best, next] = arms
    .map((arm) => {
      const own = [...new Set(termsOf(arm))];
      const shared = own.filter((word) => words.has(word)).length;
      return { arm, share: shared / Math.max(1, Math.min(own.length, words.size)) };
    })
    .toSorted((a, b) => b.share - a.share);
  return best && best.share >= 0.5 && best.share > (next?.share ?? 0) ? best.arm : undefined;
}

/** What the paper says against what the registry says, of two suggestions for one cell. */
export function againstRegistry(paper: Suggestion, registry: Suggestion): Check | undefined {
  const [own, other] = [valueOf(paper.value)?.value, valueOf(registry.value)?.value];
  return own && other
    ? disagreement(own, other, registry.evidence[0]?.source ?? registryName)
    : undefined;
}

/** Both sides, and whether they say the same; undefined where words are compared that may both be right. */
export function disagreement(own: string, other: string, source: string): Check | undefined {
  const numbers = (text: string): number[] => findNumbers(text).map(({ value }) => value);
  const [mine, theirs] = [numbers(own), numbers(other)];
  const alike = own.trim().toLowerCase() === other.trim().toLowerCase();
  const [first, second] = [mine[0], theirs[0]];
  if (!alike && (first === undefined || second === undefined)) return undefined;
  const ok = alike || theirs.includes(first ?? Number.NaN) || mine.includes(second ?? Number.NaN);
  return { name: "paper against registry", ok, message: `paper: ${own}; ${source}: ${other}` };
}
