/** How well a stretch of a paper speaks of an arm or an outcome that was asked for. */
import { controlWords } from "../fields/arms.ts";
import { spelled, type Aliases } from "./aliases.ts";

export type Question = { intervention: string; comparator: string; outcome: string };
export type Query = { terms: Set<string>; text: string };

export function queryOf(text: string, aliases: Aliases): Query {
  return { text, terms: new Set(spelled(text, aliases)) };
}

/** Terms match when equal, or when both are long and begin with the same six letters. */
export function hasTerm(terms: Set<string>, term: string): boolean {
  if (terms.has(term)) return true;
  if (term.length < 6 || /\d/.test(term)) return false;
  const head = term.slice(0, 6);
  for (const other of terms) if (other.length >= 6 && other.startsWith(head)) return true;
  return false;
}

/**
 * Outcome likeness, 0 to 1: weighted share of the query's terms found in the text (recall), helped
 * by the share of the text's terms that the query asks for (precision).
 */
export function outcomeLikeness(
  query: Query,
  terms: string[],
  weightOf: (term: string) => number,
): number {
  const there = new Set(terms);
  let [wanted, found, said, asked] = [0, 0, 0, 0];
  for (const term of query.terms) {
    wanted += weightOf(term);
    if (hasTerm(there, term)) found += weightOf(term);
  }
  for (const term of there) {
    said += weightOf(term);
    if (hasTerm(query.terms, term)) asked += weightOf(term);
  }
  return wanted === 0 || said === 0 ? 0 : 0.7 * (found / wanted) + 0.3 * (asked / said);
}

export const earlyWords =
  /\b(baseline|before|pre-?(?:treatment|test|intervention|op(?:erative)?|trial|yoga|training|dose)?|initial|admission|(?:week|day|month|visit) 0|T0)\b/i;
export const lateWords =
  /\b(post-?\w*|after|final|end(?:point)?|follow-?up|(?:week|day|month)s? [1-9]\d*|[1-9]\d*[- ](?:weeks?|months?|days?))\b/i;
export const withoutIt = /^(?:no|without|non|un\w+)\b|\b(?:no|without)\b/i;

/** Whether the arms are times of one group: the comparator is its baseline. */
export const comparesTimes = (one: Query, two: Query): boolean =>
  earlyWords.test(two.text) !== earlyWords.test(one.text);

const generic = /\b(intervention|treatment|experimental|active|study|test|treated|drug|case)\b/i;

/**
 * Arm likeness: words of the asked arm count, words that only the other arm has count against; a
 * control may be called by any control word, and its counterpart by "intervention" or "treatment".
 */
export function armLikeness(text: string, terms: string[], own: Query, other: Query): number {
  const there = new Set(terms);
  let [wanted, found, against] = [0, 0, 0];
  for (const term of own.terms) {
    const weight = other.terms.has(term) ? 0.2 : 1;
    wanted += weight;
    if (hasTerm(there, term)) found += weight;
  }
  for (const term of other.terms) if (!own.terms.has(term) && hasTerm(there, term)) against += 1;
  const extra = [...there].filter(
    (term) => !hasTerm(own.terms, term) && !/^\d+$/.test(term),
  ).length;
  const recall = wanted === 0 ? 0 : found / wanted;
  const precision = found === 0 ? 0 : found / (found + 0.5 * extra);
  let score = 0.5 * recall + 0.5 * precision - 0.6 * Math.min(1, against);
  const ownControl = controlWords.test(own.text);
  const otherControl = controlWords.test(other.text);
  const textControl = controlWords.test(text);
  if (ownControl && !otherControl && textControl) score += 0.45;
  if (!ownControl && otherControl && textControl) score -= 0.6;
  if (comparesTimes(own, other)) {
    const wantsEarly = earlyWords.test(own.text);
    if (earlyWords.test(text)) score += wantsEarly ? 0.6 : -0.8;
    else if (lateWords.test(text)) score += wantsEarly ? -0.8 : 0.5;
  }
  if (withoutIt.test(own.text) !== withoutIt.test(other.text)) {
    const lacks = withoutIt.test(text) || textControl;
    score += lacks === withoutIt.test(own.text) ? 0.3 : -0.6;
  }
  if (!ownControl && otherControl && generic.test(text) && !textControl) score += 0.4;
  return score;
}
