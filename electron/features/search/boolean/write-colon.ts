/** Writing for Embase.com and the Cochrane Library. */
import type { FieldCode, Term } from "./ast.ts";
import { uninverted } from "./wildcards.ts";
import { subheadingName, upper, type Syntax, type Warn } from "./write.ts";

function inOrder(fields: FieldCode[]): FieldCode[] {
  const order = ["ti", "ab", "kw"];
  return fields.toSorted((one, other) => order.indexOf(one) - order.indexOf(other));
}

function colonSyntax(
  code: Partial<Record<FieldCode, string>>,
  name: string,
): { suffix: (fields: FieldCode[], warn: Warn) => string | undefined } {
  return {
    suffix(fields, warn) {
      if (fields.length === 0 || fields.includes("all")) return "";
      const found = inOrder(fields).flatMap((field) => code[field]?.split(",") ?? []);
      const lost = fields.filter((field) => code[field] === undefined);
      if (lost.length > 0)
        warn(`${name} has no field for ${lost.join(", ")}; the search there was left out.`);
      return found.length === 0 ? undefined : `:${[...new Set(found)].join(",")}`;
    },
  };
}

const embaseFields = colonSyntax(
  {
    ti: "ti",
    ab: "ab",
    kw: "kw",
    mp: "ti,ab,kw,de",
    hw: "de",
    pt: "it",
    au: "au",
    jn: "jt",
    la: "la",
    rn: "rn",
    dp: "py",
    cond: "ti,ab,kw",
    intr: "ti,ab,kw",
  },
  "Embase",
);

function embaseBare(term: Term): string {
  return term.phrase || /\s/.test(term.text) ? `'${term.text}'` : term.text;
}

/** Headings known to be Emtree's own. */
const emtree = new Set([
  "crossover procedure",
  "double blind procedure",
  "randomized controlled trial",
  "single blind procedure",
  "heart failure",
  "glaucoma",
]);

export const embase: Syntax = {
  operators: upper,
  reference: (label) => `#${label}`,
  linePrefix: (number) => `#${number} `,
  term(term, warn) {
    if (term.fields[0] === "fs" && term.fields.length === 1)
      return subheadingName(term.text, (name) => `'${name}':lnk`, warn);
    const text = term.text.replaceAll("#", "?").replaceAll(/\*\d+/g, "*");
    const suffix = embaseFields.suffix(term.fields, warn);
    return suffix === undefined ? undefined : `${embaseBare({ ...term, text })}${suffix}`;
  },
  bareTerm: (term) =>
    embaseBare({ ...term, text: term.text.replaceAll("#", "?").replaceAll(/\*\d+/g, "*") }),
  suffix: embaseFields.suffix,
  heading({ name, explode, major, subheadings }, warn) {
    if (!emtree.has(name.toLowerCase()))
      warn(`Emtree is not MeSH: check the heading '${name.toLowerCase()}'.`);
    if (subheadings.length > 0) warn(`The subheadings of "${name}" were left out.`);
    return `'${uninverted(name).toLowerCase()}'/${explode ? "exp" : "de"}${major ? "/mj" : ""}`;
  },
  near: (distance, ordered) => `${ordered ? "NEXT" : "NEAR"}/${distance}`,
  range: (from, to, field) =>
    field === "dp"
      ? `[${from.slice(0, 4)}-${to.slice(0, 4)}]/py`
      : `[${from.slice(0, 10).split("/").toReversed().join("-")}]/sd NOT [${to.split("/").toReversed().join("-")}]/sd`,
};

const centralFields = colonSyntax(
  {
    ti: "ti",
    ab: "ab",
    kw: "kw",
    mp: "ti,ab,kw",
    hw: "kw",
    pt: "pt",
    au: "au",
    jn: "so",
    cond: "ti,ab,kw",
    intr: "ti,ab,kw",
  },
  "CENTRAL",
);

function centralBare(term: Term): string {
  const text = term.text.replaceAll("#", "?").replaceAll(/\*\d+/g, "*");
  if (!/\s/.test(text)) return term.phrase ? `"${text}"` : text;
  // A truncated phrase is not found in quotation marks there; NEXT does it.
  return /[*?]/.test(text) ? `(${text.split(" ").join(" NEXT ")})` : `"${text}"`;
}

export const central: Syntax = {
  operators: upper,
  reference: (label) => `#${label}`,
  linePrefix: (number) => `#${number} `,
  term(term, warn) {
    if (term.fields[0] === "fs" && term.fields.length === 1)
      return subheadingName(term.text, (name) => `"${name}":kw`, warn);
    const suffix = centralFields.suffix(term.fields, warn);
    return suffix === undefined ? undefined : `${centralBare(term)}${suffix}`;
  },
  bareTerm: centralBare,
  suffix: centralFields.suffix,
  heading: ({ name, explode, major, subheadings }) =>
    `[${major ? "mj" : "mh"} ${explode ? "" : "^"}"${name}"${subheadings.length > 0 ? `/${subheadings.map((code) => code.toUpperCase()).join(",")}` : ""}]`,
  near: (distance, ordered) => (ordered && distance === 1 ? "NEXT" : `NEAR/${distance}`),
};
