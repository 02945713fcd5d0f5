/** How well the words about a number name the asked outcome. */
import { termsOf } from "../terms.ts";
import { groupWords } from "./aliases.ts";
import type { Inquiry } from "./context.ts";
import { hasTerm } from "./likeness.ts";
import { synonymsOf } from "./synonyms.ts";

/** Words that outcomes and labels are full of and that tell one from another only a little. */
const measure = new Set(
  termsOf(
    "mean average level levels value values score scores scale rate rates number percentage proportion incidence occurrence total overall measure test end point endpoint median sd se n no % patients participants kg mg ml dl mmol units unit g cm mm",
  ),
);

export type OutcomeFit = {
  /** Weighted share of the outcome's terms that stand in the row and its heads. */
  near: number;
  /** The same with the caption. */
  caption: number;
  /** The same with what the text says where it cites the table, or the sentences before. */
  around: number;
  /** Weighted share of the row's own terms that the outcome asks for. */
  precision: number;
  /** All telling terms of the outcome are in row, heads or caption. */
  named: number;
};

const has = (terms: Set<string>, term: string): boolean =>
  hasTerm(terms, term) || synonymsOf(term).some((other) => terms.has(other));

const weight = (inquiry: Inquiry, term: string): number =>
  inquiry.weightOf(term) * (measure.has(term) ? 0.3 : 1);

/** Share of `terms` (weighted) that `there` holds. */
function shareOf(inquiry: Inquiry, terms: Iterable<string>, there: Set<string>): number {
  let [wanted, found] = [0, 0];
  for (const term of terms) {
    const value = weight(inquiry, term);
    wanted += value;
    if (has(there, term)) found += value;
  }
  return wanted === 0 ? 0 : found / wanted;
}

const askedOf = new WeakMap<Inquiry, Set<string>>();

/** The outcome's terms, spelling put right by the paper's own words, without what its short forms repeat. */
function askedTerms(inquiry: Inquiry): Set<string> {
  const known =
    askedOf.get(inquiry) ??
    new Set(termsOf(groupWords(inquiry.outcome.text)).map((term) => inquiry.correct(term)));
  askedOf.set(inquiry, known);
  return known;
}

/** A term of the outcome is there by itself, or by the long form that the paper gives for it. */
function recall(inquiry: Inquiry, there: Set<string>): number {
  const asked = askedTerms(inquiry);
  let [wanted, found] = [0, 0];
  for (const term of asked) {
    const value = weight(inquiry, term);
    wanted += value;
    const long = termsOf(inquiry.aliases.get(term) ?? "");
    if (has(there, term)) found += value;
    else if (long.length > 0) found += value * shareOf(inquiry, long, there);
  }
  return wanted === 0 ? 0 : found / wanted;
}

export function outcomeFit(
  inquiry: Inquiry,
  texts: { near: string; caption: string; around: string },
): OutcomeFit {
  const { arms } = inquiry;
  const asked = askedTerms(inquiry);
  const own = new Set(
    inquiry.terms(texts.near).filter((term) => !arms.has(term) || asked.has(term)),
  );
  const wide = new Set([...own, ...inquiry.terms(texts.caption)]);
  const all = new Set([...wide, ...inquiry.terms(texts.around)]);
  const wanted = new Set([...asked, ...inquiry.outcome.terms]);
  const plain = new Set(
    termsOf(groupWords(texts.near)).filter((term) => !arms.has(term) || asked.has(term)),
  );
  const telling = [...asked].filter((term) => !measure.has(term));
  return {
    near: recall(inquiry, own),
    caption: recall(inquiry, wide),
    around: recall(inquiry, all),
    precision: shareOf(inquiry, plain.size > 0 ? plain : own, wanted),
    named: Number(telling.length > 0 && telling.every((term) => has(wide, term))),
  };
}
