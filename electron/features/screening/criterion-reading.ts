/** A criterion taken apart once for all records of a review: kinds of report, ages, language, and its own words. */
import { ageBoundOf, type AgeBound } from "./age-bounds.ts";
import { ageSigns, designWords, type Design } from "./design.ts";
import { stem, termsOf } from "./terms.ts";

/** How much a term tells records apart: its inverse document frequency in the review. */
export type TermWeight = (stem: string) => number;
/** Distinct terms with their weights; `needed` are those without which the thing is not named. */
export type Part = { stems: [string, number][]; needed: string[]; total: number };
export type Reading = {
  whole: Part;
  /** Alternatives, any of which supports the criterion; none where kinds, ages or language say it all. */
  parts: Part[];
  /** What must not be there: "… without osteoarthritis". */
  absent: Part | null;
  designs: Design[];
  ages: Set<"children" | "adults" | "older">;
  bound: AgeBound | null;
  /** True: English is asked for; false: another language is; null: nothing is said of it. */
  english: boolean | null;
};

function partOf(text: string, weight: TermWeight): Part {
  const stems = [...new Set(termsOf(text).map((term) => term.stem))].map(
    (stem): [string, number] => [stem, qualifiers.has(stem) ? weight(stem) / 4 : weight(stem)],
  );
  const named = stems.map(([stem]) => stem).filter((stem) => !qualifiers.has(stem));
  return {
    stems,
    needed: named.length > 0 ? named : stems.map(([stem]) => stem),
    total: stems.reduce((sum, [, value]) => sum + value, 0),
  };
}

/** Words that abstracts often leave out. */
const qualifiers = new Set(
  "another mouth acute chronic severe moderate mild primary secondary symptomatic recurrent clinical human original drug oral"
    .split(" ")
    .map(stem),
);
/** Words of age that the rule for ages reads; "pregnant" or "nurses" tell an age, and more. */
const plainAges =
  /\b(?:child(?:ren)?|infants?|newborns?|toddlers?|adolescents?|teenagers?|boys|girls|youths?|adults?|(?:wo)?men|elderly|older (?:adults?|people|persons|patients)|people)\b/gi;

/** "Population:" names the element and is no word that a record must hold. */
const heading = /^\s*[\p{L} /-]{3,40}:\s*(?=\S)/u;
export const withoutHeading = (criterion: string): string => criterion.replace(heading, "");

const languageWords =
  /\b(?:(?:not |un)?(?:available|published|written|reported)\s+in\s+(?:the\s+)?english(?:\s+language)?|non-?english(?:[- ]language)?|(?:in\s+)?english[- ]language|(?:in|other than|not) english|^english)\b/gi;
const notEnglish = /\bnon-?english|\bnot\b[^.;]*\benglish|other than english/i;
const negation = /\b(?:without|lacking|not (?:having|including|involving)|with no|no)\s+(.+)$/i;

/** Takes a criterion's own words apart; inclusion and exclusion are told apart by the caller. */
export function readCriterion(criterion: string, weight: TermWeight): Reading {
  const text = withoutHeading(criterion);
  const ages = new Set(ageSigns(text).map((sign) => sign.kind));
  if (ages.has("children") && ages.has("adults")) ages.clear();
  if (ages.has("older")) ages.add("adults");
  const bound = ageBoundOf(text);
  const designs = designWords.filter(([pattern]) => pattern.test(text));
  const english = new RegExp(languageWords).test(text) ? !notEnglish.test(text) : null;
  // What the rules above read is no word that a record must hold besides.
  let left = english === null ? text : text.replaceAll(languageWords, " ");
  for (const [pattern] of designs) left = left.replaceAll(new RegExp(pattern, "gi"), " ");
  if (ages.size > 0 || bound !== null) left = left.replaceAll(plainAges, " ");
  if (bound !== null)
    left = left.replaceAll(
      /\b(?:younger|older|under|over|above|below|aged?|least)\b|[<>≤≥]|\d+(?:\.\d+)?/gi,
      " ",
    );
  const missing = negation.exec(left);
  const absent = missing ? partOf(missing[1] ?? "", weight) : null;
  const named = missing ? left.slice(0, missing.index) : left;
  // "Or" lists, semicolons and brackets: any part that is met supports the criterion.
  const parts = named
    .split(/[;•\n]|\bor\b|\(|\)|,(?!\d)/i)
    .map((part) => partOf(part, weight))
    .filter((part) => part.stems.length > 0);
  return {
    whole: partOf(named, weight),
    parts,
    absent: absent === null || absent.stems.length === 0 ? null : absent,
    designs: designs.flatMap(([, kinds]) => kinds),
    ages,
    bound,
    english,
  };
}
