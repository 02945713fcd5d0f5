/** Writing for Ovid MEDLINE. */
import type { FieldCode, Heading, Term } from "./ast.ts";
import { qualifierCode } from "./qualifiers.ts";
import type { Syntax, Warn } from "./write.ts";

const ovidCode: Record<FieldCode, string> = {
  ti: "ti",
  ab: "ab",
  kw: "kf",
  mp: "mp",
  hw: "hw",
  all: "af",
  fs: "fs",
  pt: "pt",
  au: "au",
  jn: "jn",
  la: "lg",
  rn: "rn",
  id: "ui",
  in: "in",
  dp: "dp",
  ed: "dt",
  sb: "sb",
  cond: "mp",
  intr: "mp",
};

function ovidSuffix(fields: FieldCode[], warn: Warn): string {
  if (fields.length === 0) {
    warn(
      "A term without a field was searched as .mp. (title, abstract, headings); PubMed's automatic mapping to headings is not imitated.",
    );
    return ".mp.";
  }
  const order = ["ti", "ab", "kw"];
  return `.${[...fields]
    .toSorted((one, other) => order.indexOf(one) - order.indexOf(other))
    .map((field) => ovidCode[field])
    .join(",")}.`;
}

function ovidBare(term: Term): string {
  const risky =
    /\b(?:and|or|not|adj\d*|near\d*)\b/i.test(term.text) || /[.,/()-]|^\d+$/.test(term.text);
  return /[()]/.test(term.text) ||
    (term.phrase && (/\s/.test(term.text) || risky)) ||
    (risky && /\s|^\d+$/.test(term.text))
    ? `"${term.text}"`
    : term.text;
}

function ovidTerm(term: Term, warn: Warn): string | undefined {
  if (term.fields.length === 1 && term.fields[0] === "fs") {
    const code = qualifierCode(term.text);
    if (code === undefined) warn(`"${term.text}" is no MeSH subheading; it was left out.`);
    return code === undefined ? undefined : `${code}.fs.`;
  }
  return `${ovidBare(term)}${ovidSuffix(term.fields, warn)}`;
}

function ovidHeading({ name, explode, major, subheadings }: Heading): string {
  const shown = /\b(?:and|or|not)\b|[(),]/i.test(name) ? `"${name}"` : name;
  return `${explode ? "exp " : ""}${major ? "*" : ""}${shown}/${subheadings.join(", ")}`;
}

export const ovid: Syntax = {
  operators: { and: "and", or: "or", not: "not" },
  reference: (label) => label,
  keepsLimits: true,
  term: ovidTerm,
  bareTerm: ovidBare,
  suffix: ovidSuffix,
  heading: ovidHeading,
  near: (distance, ordered) => (ordered && distance === 1 ? "adj" : `adj${distance}`),
  range: (from, to, field) =>
    `(${from.replaceAll("/", "")}:${to.replaceAll("/", "")}).${field === "ed" ? "dt" : "dp"}.`,
};
