/** Columns or rows of a table that stand for the asked arms, in pairs that otherwise say the same. */
import { termsOf } from "../terms.ts";
import { armScores } from "./arm-match.ts";
import type { Inquiry } from "./context.ts";
import { comparesTimes } from "./likeness.ts";
import type { Matrix } from "./matrix.ts";

export type Line = {
  index: number;
  /** Its heads or labels, outermost first. */
  parts: string[];
  /** The part that names the arm. */
  arm: string;
  /** Terms of the other parts, sizes left out. */
  rest: Set<string>;
  own: number;
  other: number;
};
export type LinePair = { a: Line; b: Line; armScore: number; restDifference: number };

/** Heads of columns that compare, test or sum up rather than report an arm. */
const tests =
  /^\s*[([]?(?:t|f|z|d|r|p|or|rr|hr|ci|icc|χ2?|η2?|95\s*%\s*ci|p[- ]?(?:values?|trend)|sig\w*)(?:[- ](?:values?|statistics?|tests?|scores?)\w?)?\s*[)\]*†‡§a-c]*\s*(?:\([^n]*)?$/i;
const compares =
  /^\s*(?:statistics?|effects?|differences?|anova|both groups)\b|\b(?:odds ratios?|ratios?|risk difference|mean difference|difference (?:in|between|of)|p[- ]?values?|adjusted (?:p|odds|risk|prevalence)|between[- ]groups?|treatment effect|effect size|interaction|regression|coefficient|time ?[×x*] ?)\b|\bvs\.?\s|\bversus\b/i;
const sums = /^\s*(?:overall|total|all(?: patients| subjects| participants)?)\b/i;
export const noArm = (heads: string[]): boolean =>
  heads.some((head) => tests.test(head) || compares.test(head)) || sums.test(heads.at(-1) ?? "");

const sizes = /\(?\s*\b[nN][a-z]?\s*[=:]\s*\d[\d,]*\s*\)?/g;
const idle = new Set(termsOf("n mean sd se value values group groups arm total score no"));

function restOf(inquiry: Inquiry, parts: string[]): Set<string> {
  const text = parts.join(" | ").replaceAll(sizes, " ");
  return new Set(inquiry.terms(text).filter((term) => !idle.has(term)));
}

function lineOf(inquiry: Inquiry, index: number, parts: string[]): Line {
  const scored = parts.map((part) => ({
    part,
    ...armScores(inquiry, part.replaceAll(sizes, " ")),
  }));
  const best = scored.reduce<(typeof scored)[number] | undefined>(
    (kept, one) =>
      kept && Math.max(kept.own, kept.other) >= Math.max(one.own, one.other) ? kept : one,
    undefined,
  );
  const joined = parts.join(" ").replaceAll(sizes, " ");
  const whole = armScores(inquiry, joined);
  // "Saline | with quinine": the arm's name may be spread over several heads.
  if (
    parts.length > 1 &&
    Math.max(whole.own, whole.other) > 0.15 + Math.max(best?.own ?? 0, best?.other ?? 0)
  )
    return { index, parts, arm: joined, rest: new Set(), ...whole };
  const arm = best?.part ?? "";
  return {
    index,
    parts,
    arm,
    rest: restOf(
      inquiry,
      parts.filter((part) => part !== arm),
    ),
    own: best?.own ?? 0,
    other: best?.other ?? 0,
  };
}

export function linesOf(inquiry: Inquiry, matrix: Matrix, by: "columns" | "rows"): Line[] {
  const count = by === "columns" ? matrix.heads.length : matrix.cells.length;
  const lines: Line[] = [];
  for (let index = by === "columns" ? 1 : matrix.headerRows; index < count; index += 1) {
    const parts = (by === "columns" ? matrix.heads[index] : matrix.labels[index]) ?? [];
    if (parts.length === 0 || (by === "columns" && noArm(parts))) continue;
    lines.push(lineOf(inquiry, index, parts));
  }
  return by === "columns" ? complemented(lines) : lines;
}

/** Of exactly two arm heads, the one that is plainly one arm leaves the other to the other. */
function complemented(lines: Line[]): Line[] {
  const heads = [...new Set(lines.map((line) => line.arm))];
  if (heads.length !== 2) return lines;
  const of = (head: string): Line | undefined => lines.find((line) => line.arm === head);
  for (const [known = "", left = ""] of [heads, heads.toReversed()]) {
    const [a, b] = [of(known), of(left)];
    if (!a || !b) continue;
    const free = b.own < 0.3 && b.other < 0.3;
    if (free && a.other >= 0.45 && a.own < 0.2)
      return lines.map((line) => (line.arm === left ? { ...line, own: 0.4 } : line));
    if (free && a.own >= 0.45 && a.other < 0.2)
      return lines.map((line) => (line.arm === left ? { ...line, other: 0.4 } : line));
  }
  return lines;
}

/** What the two lines say besides the arms must agree: the same week, the same measure. */
function differenceOf(inquiry: Inquiry, a: Line, b: Line): number {
  if (comparesTimes(inquiry.intervention, inquiry.comparator)) return 0;
  const apart = [...a.rest, ...b.rest].filter((term) => !a.rest.has(term) || !b.rest.has(term));
  const own = [...inquiry.intervention.terms, ...inquiry.comparator.terms];
  const strange = apart.filter((term) => !own.includes(term));
  const numbers = strange.filter((term) => /^\d/.test(term)).length;
  const last = (line: Line): string =>
    line.parts.at(-1) === line.arm ? "" : (line.parts.at(-1) ?? "");
  const kinds = /\bSD\b|\bSE\b|\bmean\b|\bmedian\b|%|\bn\b|\bp\b/gi;
  const kindOf = (line: Line): string => (last(line).match(kinds) ?? []).join(" ").toLowerCase();
  return Math.min(
    1.5,
    0.25 * (strange.length - numbers) + 0.6 * numbers + (kindOf(a) === kindOf(b) ? 0 : 0.6),
  );
}

/** Every pair of lines of which one names the intervention and the other the comparator. */
export function linePairs(inquiry: Inquiry, matrix: Matrix, by: "columns" | "rows"): LinePair[] {
  const lines = linesOf(inquiry, matrix, by);
  const pairs: LinePair[] = [];
  for (const a of lines) {
    if (a.own < 0.25) continue;
    for (const b of lines) {
      if (a.index === b.index || b.other < 0.25 || (a.arm === b.arm && by === "columns")) continue;
      const restDifference = differenceOf(inquiry, a, b);
      const armScore = a.own + b.other - 0.3 * Math.max(0, a.other) - 0.3 * Math.max(0, b.own);
      if (armScore - restDifference >= 0.5) pairs.push({ a, b, armScore, restDifference });
    }
  }
  return nearest(pairs, by);
}

/** In rows, an arm is compared with the nearest row of the other: sub-rows of one outcome stand together. */
function nearest(pairs: LinePair[], by: "columns" | "rows"): LinePair[] {
  if (by === "columns") return pairs;
  return pairs.filter(
    (pair) =>
      !pairs.some(
        (other) =>
          other.a.index === pair.a.index &&
          other.armScore - other.restDifference >= pair.armScore - pair.restDifference - 0.01 &&
          Math.abs(other.b.index - other.a.index) < Math.abs(pair.b.index - pair.a.index),
      ),
  );
}
