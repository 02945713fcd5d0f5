/** An asked arm that merges several of the trial's ("metformin or pioglitazone"): its size is the sum of theirs. */
import { termsOf } from "../terms.ts";
import type { Inquiry } from "./context.ts";
import { hasTerm, type Query } from "./likeness.ts";
import { sizeOfColumn, type Size } from "./sizes-in-tables.ts";

/** The merged arm's names; one when it merges none. */
export function partsOf({ text }: Query): string[] {
  return text
    .split(/\s+or\s+|,\s*(?:or\s+)?/i)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The sum of the sizes of columns that each name one of the parts; undefined unless every part has its own. */
export function mergedSize(inquiry: Inquiry, query: Query): Size | undefined {
  const parts = /\bor\b/i.test(query.text) ? partsOf(query) : [];
  if (parts.length < 2) return undefined;
  for (const matrix of inquiry.matrices) {
    const columns = parts.map((part) =>
      matrix.heads.findIndex((heads) => {
        const there = new Set(inquiry.terms(heads.join(" ")));
        return termsOf(part).every((term) => hasTerm(there, term));
      }),
    );
    const sizes = columns.map((column) => (column < 0 ? undefined : sizeOfColumn(matrix, column)));
    if (new Set(columns).size !== parts.length) continue;
    const known = sizes.filter((size) => size !== undefined);
    const [first] = known;
    if (!first || known.length !== parts.length) continue;
    return {
      size: known.reduce((sum, { size }) => sum + size, 0),
      quote: first.quote,
      near: first.near,
      score: 2,
      derived: known.map(({ size }) => size).join(" + "),
    };
  }
  return undefined;
}
