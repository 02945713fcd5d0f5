/** Writing for PubMed. */
import type { FieldCode, Heading, Near, Term } from "./ast.ts";
import { qualifiers } from "./qualifiers.ts";
import { withoutOptionalLetters } from "./wildcards.ts";
import {
  adjacentPairs,
  either,
  mostPairs,
  subheadingName,
  upper,
  wordsOf,
  type Syntax,
  type Warn,
} from "./write.ts";

const pubmedTags: [string, string][] = [
  ["", ""],
  ["ti", "[ti]"],
  ["ab", "[ab]"],
  ["ab,ti", "[tiab]"],
  ["ab,kw,ti", "[tiab]"],
  ["kw", "[ot]"],
  ["mp", "[tw]"],
  ["all", "[all]"],
  ["pt", "[pt]"],
  ["au", "[au]"],
  ["jn", "[ta]"],
  ["la", "[la]"],
  ["rn", "[nm]"],
  ["id", "[pmid]"],
  ["in", "[ad]"],
  ["dp", "[dp]"],
  ["ed", "[edat]"],
  ["sb", "[sb]"],
  ["cond", "[tiab]"],
  ["intr", "[tiab]"],
  ["fs", "[sh]"],
];

const pubmedTag = new Map(pubmedTags);

function pubmedFieldTags(fields: FieldCode[], warn: Warn): string[] {
  const exact = pubmedTag.get([...fields].toSorted().join());
  if (exact !== undefined) return [exact];
  if (fields.includes("mp") || fields.includes("hw")) {
    if (fields.includes("hw")) warn("Words of headings (.hw) were searched as text words, [tw].");
    return ["[tw]"];
  }
  const isText = (field: FieldCode): boolean => field === "ti" || field === "ab" || field === "kw";
  const text = fields.filter(isText);
  const rest = fields.filter((field) => !isText(field));
  const tags =
    text.length === 0
      ? []
      : text.includes("ab") && text.includes("ti")
        ? ["[tiab]"]
        : text.map((field) => pubmedTag.get(field) ?? "[tiab]");
  return [...tags, ...rest.map((field) => pubmedTag.get(field) ?? "[all]")];
}

function pubmedTerm(term: Term, warn: Warn): string | undefined {
  if (term.fields.length === 1 && term.fields[0] === "fs")
    return subheadingName(term.text, (name) => `"${name}"[sh]`, warn);
  const tags = pubmedFieldTags(term.fields, warn);
  const forms = withoutOptionalLetters(term.text, warn).flatMap((text) => {
    if (/^[^*]{0,3}\*/.test(text)) warn(`PubMed needs four letters before *: "${text}".`);
    const shown = term.phrase ? `"${text}"` : text;
    return tags.map((tag) => `${shown}${tag}`);
  });
  return either(forms);
}

function pubmedHeading({ name, explode, major, subheadings }: Heading): string {
  const tag = `${major ? "majr" : "mh"}${explode ? "" : ":noexp"}`;
  const all = subheadings.filter((code) => qualifiers[code] !== undefined);
  return either(
    all.length === 0
      ? [`"${name}"[${tag}]`]
      : all.map((code) => `"${name}/${qualifiers[code]}"[${tag}]`),
  );
}

/** PubMed: "a b"[tiab:~N], for pairs of plain words in title or abstract only (PubMed user guide, "Proximity Searching"). */
function pubmedNear(near: Near, warn: Warn): string | undefined {
  const [left, right] = near.items.map(wordsOf);
  if (left === undefined || right === undefined || left.length * right.length > mostPairs)
    return undefined;
  if (near.distance === 1 && near.ordered)
    return adjacentPairs(
      left,
      right,
      (text, fields) => pubmedTerm({ kind: "term", text, phrase: true, fields }, warn) ?? "",
    );
  const plain = (term: Term): boolean => /^[\p{L}\p{N}-]+$/u.test(term.text);
  if (![...left, ...right].every(plain)) return undefined;
  const fields = left[0]?.fields ?? [];
  const tag = fields.join() === "ti" ? "ti" : "tiab";
  return either(
    left.flatMap((one) =>
      right.map((other) => `"${one.text} ${other.text}"[${tag}:~${near.distance - 1}]`),
    ),
  );
}

export const pubmed: Syntax = {
  operators: upper,
  term: pubmedTerm,
  heading: pubmedHeading,
  spellNear: pubmedNear,
  range: (from, to, field) =>
    `("${from}"[${field === "ed" ? "edat" : "dp"}] : "${to}"[${field === "ed" ? "edat" : "dp"}])`,
};
