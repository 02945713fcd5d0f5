/** How well a head, a row label or a phrase names one asked arm rather than the other. */
import { controlWords } from "../fields/arms.ts";
import { termsOf } from "../terms.ts";
import type { Inquiry } from "./context.ts";
import {
  comparesTimes,
  earlyWords,
  hasTerm,
  lateWords,
  withoutIt,
  type Query,
} from "./likeness.ts";

export type ArmScores = { own: number; other: number };

/** Words that say nothing about which arm it is. */
const neutral = new Set(
  termsOf(
    "group groups arm arms n mean sd se sem median iqr value values number no total score week weeks month months day days baseline post pre end follow up change final treated received therapy treatment patients only alone plus and dose daily oral administration subjects participants women children",
  ),
);
const generic =
  /\b(intervention|treatment|experimental|active|study|test|treated|drug|case|cases|trained|training)\b/i;
const dose = /(?<![\w.])(\d+(?:\.\d+)?)\s?(mg|µg|μg|mcg|g|kg|iu|ml|%|hz|ppm|gy)(?![\p{L}])/giu;

const bracketed = /\(([^)]*)\)/g;

const weighed = new WeakMap<Query, Map<string, number>>();

/** Terms of an arm with how telling each is: what both arms share tells little, what stands in brackets a third. */
function weightsOf(own: Query, other: Query): Map<string, number> {
  const known = weighed.get(own) ?? weigh(own, other);
  weighed.set(own, known);
  return known;
}

function weigh(own: Query, other: Query): Map<string, number> {
  const inBrackets = new Set(
    [...own.text.matchAll(bracketed)].flatMap((match) => termsOf(match[1] ?? "")),
  );
  const outside = new Set(termsOf(own.text.replaceAll(bracketed, " ")));
  const telling = [...own.terms].filter((term) => !neutral.has(term) && !other.terms.has(term));
  return new Map(
    [...own.terms].map((term) => [
      term,
      (neutral.has(term) ? 0.15 : 1) *
        (other.terms.has(term) && telling.length > 0 ? 0.2 : 1) *
        (inBrackets.has(term) && !outside.has(term) ? 0.35 : 1),
    ]),
  );
}

/** "NBT" for "nature-based therapy": capitals that are the first letters of neighbouring words of the arm's name. */
function isInitials(text: string, own: Query): boolean {
  const initials = (own.text.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word[0]).join("");
  return (text.match(/\b[A-Z]{2,6}\b/g) ?? []).some((word) =>
    initials.toLowerCase().includes(word.toLowerCase()),
  );
}

const dosesOf = (text: string): Map<string, Set<string>> => {
  const found = new Map<string, Set<string>>();
  for (const [, amount = "", unit = ""] of text.matchAll(dose))
    found.set(unit.toLowerCase(), (found.get(unit.toLowerCase()) ?? new Set()).add(amount));
  return found;
};

/** Both name a dose of one unit and have none in common. */
function dosesDiffer(text: string, own: string): boolean {
  const asked = dosesOf(own);
  return [...dosesOf(text)].some(([unit, amounts]) => {
    const wanted = asked.get(unit);
    return wanted !== undefined && ![...amounts].some((amount) => wanted.has(amount));
  });
}

/** Whether an arm is the control: by its name, or because it lacks what the other has. */
export function isControl(own: Query, other: Query): boolean {
  return (
    (controlWords.test(own.text) && !controlWords.test(other.text)) ||
    (withoutIt.test(own.text) && !withoutIt.test(other.text)) ||
    addsTo(other, own)
  );
}

/** "A + B" against "A": whatever the second has, the first has too. */
function addsTo(one: Query, two: Query): boolean {
  const words = (query: Query): string[] => [...query.terms].filter((term) => !neutral.has(term));
  return (
    words(two).length > 0 &&
    words(two).every((term) => hasTerm(one.terms, term)) &&
    words(one).some((term) => !hasTerm(two.terms, term))
  );
}

function scoreOf(inquiry: Inquiry, text: string, own: Query, other: Query): number {
  const there = new Set(inquiry.terms(text));
  const spelt = inquiry.spell(text);
  const weights = weightsOf(own, other);
  let [wanted, found] = [0, 0];
  for (const [term, weight] of weights) {
    wanted += weight;
    if (hasTerm(there, term)) found += weight;
  }
  const against = [...other.terms].some(
    (term) => !neutral.has(term) && !own.terms.has(term) && hasTerm(there, term),
  );
  const extra = [...there].filter(
    (term) => !hasTerm(own.terms, term) && !neutral.has(term) && !/^\d/.test(term),
  ).length;
  const recall = wanted === 0 ? 0 : found / wanted;
  const precision = found === 0 ? 0 : found / (found + 0.35 * extra);
  let score = found < 0.15 ? 0 : 0.45 * recall + 0.55 * precision;
  if (found < 0.5) score *= 0.6;
  if (score < 0.5 && isInitials(text, own)) score = 0.6;
  if (against) score -= 0.6;
  const [ownControl, otherControl] = [isControl(own, other), isControl(other, own)];
  const textControl = controlWords.test(spelt);
  if (ownControl && textControl) score += 0.45;
  if (otherControl && textControl) score -= 0.6;
  if (otherControl && !textControl && generic.test(text) && found < 0.5) score += 0.4;
  if (dosesDiffer(text, own.text)) score -= 0.5;
  if (withoutIt.test(own.text) !== withoutIt.test(other.text))
    score +=
      lacksIt(text, there, own, other, textControl) !== withoutIt.test(own.text)
        ? -0.6
        : found >= 0.5 || textControl
          ? 0.3
          : 0;
  if (comparesTimes(own, other)) score += timeScore(text, earlyWords.test(own.text));
  return Math.min(1.3, score);
}

/** Of "with quinine" and "without quinine", which a text means: it says "without", or names the rest but not quinine. */
function lacksIt(
  text: string,
  there: Set<string>,
  own: Query,
  other: Query,
  control: boolean,
): boolean {
  if (withoutIt.test(text) || control) return true;
  const without = withoutIt.test(own.text) ? own : other;
  const withheld = termsOf(/\b(?:without|no)\b(.*)$/i.exec(without.text)?.[1] ?? "").filter(
    (term) => !neutral.has(term),
  );
  const rest = [...without.terms].filter((term) => !withheld.includes(term) && !neutral.has(term));
  return (
    rest.some((term) => hasTerm(there, term)) && !withheld.some((term) => hasTerm(there, term))
  );
}

/** The asked arms of which no telling word stands anywhere in the paper; a control may be called otherwise. */
export function absentArms(inquiry: Inquiry): string[] {
  const { intervention, comparator } = inquiry;
  if (comparesTimes(intervention, comparator)) return [];
  const there = new Set([
    ...inquiry.reading.sentences.flatMap(({ text }) => inquiry.terms(text)),
    ...inquiry.matrices.flatMap(({ cells }) =>
      cells.flatMap((row) => row.flatMap((cell) => inquiry.terms(cell?.text ?? ""))),
    ),
  ]);
  return [[intervention, comparator] as const, [comparator, intervention] as const].flatMap(
    ([own, other]) => {
      const telling = [...own.terms].filter((term) => !neutral.has(term));
      const called =
        telling.length === 0 ||
        isControl(own, other) ||
        generic.test(own.text) ||
        isInitials(inquiry.paper.text, own) ||
        telling.some((term) => hasTerm(there, term));
      return called ? [] : [own.text];
    },
  );
}

function timeScore(text: string, wantsEarly: boolean): number {
  if (earlyWords.test(text)) return wantsEarly ? 0.6 : -0.8;
  if (lateWords.test(text)) return wantsEarly ? -0.8 : 0.5;
  return 0;
}

/** How well the text names the intervention (`own`) and the comparator (`other`); below 0.25 it does not. */
export function armScores(inquiry: Inquiry, text: string): ArmScores {
  const known = inquiry.armMemory.get(text);
  if (known) return known;
  const { intervention, comparator } = inquiry;
  const scores = {
    own: scoreOf(inquiry, text, intervention, comparator),
    other: scoreOf(inquiry, text, comparator, intervention),
  };
  inquiry.armMemory.set(text, scores);
  return scores;
}
