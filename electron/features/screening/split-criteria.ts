/** Free eligibility text to single criteria with the element each speaks of. */
import type { Criterion } from "../../api/schemas/review.ts";
import { ageSigns, designSigns } from "./design.ts";
import { termsOf } from "./terms.ts";

export type CriteriaFile = {
  title: string;
  question?: string | null | undefined;
  inclusion: string | string[];
  exclusion?: string | string[] | null | undefined;
  pico?: Record<string, string | undefined> | null | undefined;
};

const labels: [RegExp, Criterion["element"]][] = [
  [/^(population|participants?|patients?)\b/i, "population"],
  [/^(interventions?|exposures?|index test|treatments?)\b/i, "intervention"],
  [/^(comparators?|comparisons?|controls?)\b/i, "comparator"],
  [/^(outcomes?|endpoints?)\b/i, "outcome"],
  [
    /^(study (?:designs?|types?)|types? of (?:stud|article)\w*|designs?|stud(?:y|ies)\b.*\b(?:design|type))/i,
    "design",
  ],
];

function elementOf(text: string, kind: Criterion["kind"], position: number): Criterion["element"] {
  const named = labels.find(([pattern]) => pattern.test(text));
  if (named) return named[1];
  if (
    designSigns(text).length > 0 ||
    /\b(stud(y|ies)|trials?|reviews?|articles?|editorials?|letters?)\b/i.test(text)
  ) {
    if (termsOf(text).length <= 8) return "design";
  }
  if (
    /\b(english|language|published|abstract-only|full text|peer|duration|sample size)\b/i.test(
      text,
    ) &&
    termsOf(text).length <= 6
  )
    return "other";
  if (ageSigns(text).length > 0 && termsOf(text).length <= 6) return "population";
  // Reviews name who before what: the first unlabelled part is taken for the population.
  return kind === "inclusion" && position === 0 ? "population" : "intervention";
}

const lines = (text: string | string[] | null | undefined): string[] =>
  (Array.isArray(text) ? text : [text ?? ""])
    .flatMap((part) => part.split(/\n|;|(?<=[a-z)]{3})\.\s+(?=[A-Z])/))
    .map((part) => part.replace(/^\s*(?:[-•*]|\(?\d{1,2}[.)])\s*/, "").trim())
    .filter((part) => termsOf(part).length > 0);

/** Single criteria of a review; a PICO given as such comes first, with its elements known. */
export function splitCriteria(file: CriteriaFile): Criterion[] {
  const found: Criterion[] = [];
  const add = (kind: Criterion["kind"], element: Criterion["element"], text: string): void => {
    found.push({
      id: `${kind === "inclusion" ? "I" : "E"}${found.length + 1}`,
      kind,
      element,
      text,
      weight: 1,
      muted: false,
    });
  };
  const elements = ["population", "intervention", "comparator", "outcome", "design"] as const;
  for (const element of elements) {
    const text = file.pico?.[element]?.trim();
    if (text) add("inclusion", element, text);
  }
  for (const [kind, text] of [
    ["inclusion", file.inclusion],
    ["exclusion", file.exclusion],
  ] as const) {
    for (const [position, line] of lines(text).entries())
      add(kind, elementOf(line, kind, position), line);
  }
  return found;
}
