/** What writing for each database needs to say, and the parts they share. */
import type { FieldCode, Heading, Near, Node, Term } from "./ast.ts";
import { qualifierCode, qualifiers } from "./qualifiers.ts";

export type Warn = (text: string) => void;

export type Syntax = {
  operators: { and: string; or: string; not: string };
  /** Absent where a search cannot refer to earlier lines. */
  reference?: (label: string) => string;
  linePrefix?: (number: number) => string;
  keepsLimits?: boolean;
  term: (term: Term, warn: Warn) => string | undefined;
  /** The term without its field, for groups that carry one tag. */
  bareTerm?: (term: Term, warn: Warn) => string | undefined;
  /** The tag of a whole group; undefined as a value where groups take none. */
  suffix?: ((fields: FieldCode[], warn: Warn) => string | undefined) | undefined;
  heading: (heading: Heading, warn: Warn) => string | undefined;
  near?: (distance: number, ordered: boolean) => string;
  spellNear?: (near: Near, warn: Warn) => string | undefined;
  range?: (from: string, to: string, field: FieldCode) => string | undefined;
};

export const upper = { and: "AND", or: "OR", not: "NOT" };

export function either(forms: string[]): string {
  return forms.length === 1 ? (forms[0] ?? "") : `(${forms.join(" OR ")})`;
}

export function subheadingName(
  text: string,
  print: (name: string) => string,
  warn: Warn,
): string | undefined {
  const code = qualifierCode(text);
  if (code !== undefined) return print(qualifiers[code] ?? text);
  warn(`"${text}" is no MeSH subheading; it was left out.`);
  return undefined;
}

/** The single words that a side of a proximity can be; undefined when it is more than a list of words. */
export function wordsOf(node: Node): Term[] | undefined {
  if (node.kind === "term") return [node];
  if (node.kind !== "or") return undefined;
  const lists = node.items.map(wordsOf);
  return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
}

export const mostPairs = 60;

export function adjacentPairs(
  left: Term[],
  right: Term[],
  print: (text: string, fields: FieldCode[]) => string,
): string | undefined {
  if (left.some((term) => /[*?#]/.test(term.text))) return undefined;
  return either(
    left.flatMap((one) => right.map((other) => print(`${one.text} ${other.text}`, one.fields))),
  );
}
