/** How each database writes terms, headings, fields, proximity and dates. */
import type { FieldCode, Heading, Near, Node, Target, Term } from "./ast.ts";
import { qualifierCode, qualifiers } from "./qualifiers.ts";
import { uninverted, withoutOptionalLetters } from "./wildcards.ts";

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

const upper = { and: "AND", or: "OR", not: "NOT" };

function either(forms: string[]): string {
  return forms.length === 1 ? (forms[0] ?? "") : `(${forms.join(" OR ")})`;
}

// PubMed

const pubmedTags: [string, string][] = [
  ["", ""], ["ti", "[ti]"], ["ab", "[ab]"], ["ab,ti", "[tiab]"], ["ab,kw,ti", "[tiab]"], ["kw", "[ot]"], ["mp", "[tw]"], ["all", "[all]"], ["pt", "[pt]"], ["au", "[au]"],
  ["jn", "[ta]"], ["la", "[la]"], ["rn", "[nm]"], ["id", "[pmid]"], ["in", "[ad]"], ["dp", "[dp]"], ["ed", "[edat]"], ["sb", "[sb]"], ["cond", "[tiab]"], ["intr", "[tiab]"], ["fs", "[sh]"],
];
const pubmedTag = new Map(pubmedTags);

function pubmedFieldTags(fields: FieldCode[], warn: Warn): string[] {
  const exact = pubmedTag.get([...fields].toSorted().join());
  if (exact !== undefined) return [exact];
  if (fields.includes("mp") || fields.includes("hw")) {
    if (fields.includes("hw")) warn("Words of headings (.hw) were searched as text words, [tw].");
    return ["[tw]"];
  }
  const text = fields.filter((field) => field === "ti" || field === "ab" || field === "kw");
  const rest = fields.filter((field) => !text.includes(field));
  const tags = text.length === 0 ? [] : text.includes("ab") && text.includes("ti") ? ["[tiab]"] : text.map((field) => pubmedTag.get(field) ?? "[tiab]");
  return [...tags, ...rest.map((field) => pubmedTag.get(field) ?? "[all]")];
}

function pubmedTerm(term: Term, warn: Warn): string | undefined {
  if (term.fields.length === 1 && term.fields[0] === "fs") return subheadingName(term.text, (name) => `"${name}"[sh]`, warn);
  const tags = pubmedFieldTags(term.fields, warn);
  const forms = withoutOptionalLetters(term.text, warn).flatMap((text) => {
    if (/^[^*]{0,3}\*/.test(text)) warn(`PubMed needs four letters before *: "${text}".`);
    const shown = term.phrase ? `"${text}"` : text;
    return tags.map((tag) => `${shown}${tag}`);
  });
  return either(forms);
}

function subheadingName(text: string, print: (name: string) => string, warn: Warn): string | undefined {
  const code = qualifierCode(text);
  if (code !== undefined) return print(qualifiers[code] ?? text);
  warn(`"${text}" is no MeSH subheading; it was left out.`);
  return undefined;
}

function pubmedHeading({ name, explode, major, subheadings }: Heading): string {
  const tag = `${major ? "majr" : "mh"}${explode ? "" : ":noexp"}`;
  const all = subheadings.filter((code) => qualifiers[code] !== undefined);
  return either(all.length === 0 ? [`"${name}"[${tag}]`] : all.map((code) => `"${name}/${qualifiers[code]}"[${tag}]`));
}

/** The single words that a side of a proximity can be; undefined when it is more than a list of words. */
function wordsOf(node: Node): Term[] | undefined {
  if (node.kind === "term") return [node];
  if (node.kind !== "or") return undefined;
  const lists = node.items.map(wordsOf);
  return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
}

const mostPairs = 60;

/** PubMed: "a b"[tiab:~N], for pairs of plain words in title or abstract only (PubMed user guide, "Proximity Searching"). */
function pubmedNear(near: Near, warn: Warn): string | undefined {
  const [left, right] = near.items.map(wordsOf);
  if (left === undefined || right === undefined || left.length * right.length > mostPairs) return undefined;
  if (near.distance === 1 && near.ordered) return adjacentPairs(left, right, (text, fields) => pubmedTerm({ kind: "term", text, phrase: true, fields }, warn) ?? "");
  const plain = (term: Term): boolean => /^[\p{L}\p{N}-]+$/u.test(term.text);
  if (![...left, ...right].every(plain)) return undefined;
  const fields = left[0]?.fields ?? [];
  const tag = fields.join() === "ti" ? "ti" : "tiab";
  return either(left.flatMap((one) => right.map((other) => `"${one.text} ${other.text}"[${tag}:~${near.distance - 1}]`)));
}

function adjacentPairs(left: Term[], right: Term[], print: (text: string, fields: FieldCode[]) => string): string | undefined {
  if (left.some((term) => /[*?#]/.test(term.text))) return undefined;
  return either(left.flatMap((one) => right.map((other) => print(`${one.text} ${other.text}`, one.fields))));
}

const pubmed: Syntax = {
  operators: upper,
  term: pubmedTerm,
  heading: pubmedHeading,
  spellNear: pubmedNear,
  range: (from, to, field) => `("${from}"[${field === "ed" ? "edat" : "dp"}] : "${to}"[${field === "ed" ? "edat" : "dp"}])`,
};

// Ovid

const ovidCode: Record<FieldCode, string> = { ti: "ti", ab: "ab", kw: "kf", mp: "mp", hw: "hw", all: "af", fs: "fs", pt: "pt", au: "au", jn: "jn", la: "lg", rn: "rn", id: "ui", in: "in", dp: "dp", ed: "dt", sb: "sb", cond: "mp", intr: "mp" };

function ovidSuffix(fields: FieldCode[], warn: Warn): string {
  if (fields.length === 0) {
    warn("A term without a field was searched as .mp. (title, abstract, headings); PubMed's automatic mapping to headings is not imitated.");
    return ".mp.";
  }
  const order = ["ti", "ab", "kw"];
  return `.${[...fields].toSorted((one, other) => order.indexOf(one) - order.indexOf(other)).map((field) => ovidCode[field]).join(",")}.`;
}

function ovidBare(term: Term): string {
  const risky = /\b(?:and|or|not|adj\d*|near\d*)\b/i.test(term.text) || /[.,/()-]|^\d+$/.test(term.text);
  return (term.phrase && (/\s/.test(term.text) || risky)) || (risky && /\s|^\d+$/.test(term.text)) ? `"${term.text}"` : term.text;
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

const ovid: Syntax = {
  operators: { and: "and", or: "or", not: "not" },
  reference: (label) => label,
  keepsLimits: true,
  term: ovidTerm,
  bareTerm: ovidBare,
  suffix: ovidSuffix,
  heading: ovidHeading,
  near: (distance, ordered) => (ordered && distance === 1 ? "adj" : `adj${distance}`),
  range: (from, to, field) => `(${from.replaceAll("/", "")}:${to.replaceAll("/", "")}).${field === "ed" ? "dt" : "dp"}.`,
};

// Embase.com and the Cochrane Library

function colonSyntax(code: Partial<Record<FieldCode, string>>, name: string): { suffix: (fields: FieldCode[], warn: Warn) => string | undefined } {
  return {
    suffix(fields, warn) {
      if (fields.length === 0 || fields.includes("all")) return "";
      const found = fields.flatMap((field) => code[field]?.split(",") ?? []);
      const lost = fields.filter((field) => code[field] === undefined);
      if (lost.length > 0) warn(`${name} has no field for ${lost.join(", ")}; the search there was left out.`);
      return found.length === 0 ? undefined : `:${[...new Set(found)].join(",")}`;
    },
  };
}

const embaseFields = colonSyntax({ ti: "ti", ab: "ab", kw: "kw", mp: "ti,ab,kw,de", hw: "de", pt: "it", au: "au", jn: "jt", la: "la", rn: "rn", dp: "py", cond: "ti,ab,kw", intr: "ti,ab,kw" }, "Embase");

function embaseBare(term: Term): string {
  return term.phrase || /\s/.test(term.text) ? `'${term.text}'` : term.text;
}

const embase: Syntax = {
  operators: upper,
  reference: (label) => `#${label}`,
  linePrefix: (number) => `#${number} `,
  term(term, warn) {
    if (term.fields[0] === "fs" && term.fields.length === 1) return subheadingName(term.text, (name) => `'${name}':lnk`, warn);
    const text = term.text.replaceAll("#", "?").replaceAll(/\*\d+/g, "*");
    const suffix = embaseFields.suffix(term.fields, warn);
    return suffix === undefined ? undefined : `${embaseBare({ ...term, text })}${suffix}`;
  },
  bareTerm: (term) => embaseBare({ ...term, text: term.text.replaceAll("#", "?").replaceAll(/\*\d+/g, "*") }),
  suffix: embaseFields.suffix,
  heading({ name, explode, major, subheadings }, warn) {
    warn(`Emtree is not MeSH: check the heading '${name.toLowerCase()}'.`);
    if (subheadings.length > 0) warn(`The subheadings of "${name}" were left out.`);
    return `'${uninverted(name).toLowerCase()}'/${explode ? "exp" : "de"}${major ? "/mj" : ""}`;
  },
  near: (distance, ordered) => `${ordered ? "NEXT" : "NEAR"}/${distance}`,
  range: (from, to, field) => (field === "dp" ? `[${from.slice(0, 4)}-${to.slice(0, 4)}]/py` : `[${from.slice(0, 10).split("/").toReversed().join("-")}]/sd NOT [${to.split("/").toReversed().join("-")}]/sd`),
};

const centralFields = colonSyntax({ ti: "ti", ab: "ab", kw: "kw", mp: "ti,ab,kw", hw: "kw", pt: "pt", au: "au", jn: "so", cond: "ti,ab,kw", intr: "ti,ab,kw" }, "CENTRAL");

function centralBare(term: Term): string {
  const text = term.text.replaceAll("#", "?").replaceAll(/\*\d+/g, "*");
  if (!/\s/.test(text)) return term.phrase ? `"${text}"` : text;
  // A truncated phrase is not found in quotation marks there; NEXT does it.
  return /[*?]/.test(text) ? `(${text.split(" ").join(" NEXT ")})` : `"${text}"`;
}

const central: Syntax = {
  operators: upper,
  reference: (label) => `#${label}`,
  linePrefix: (number) => `#${number} `,
  term(term, warn) {
    if (term.fields[0] === "fs" && term.fields.length === 1) return subheadingName(term.text, (name) => `"${name}":kw`, warn);
    const suffix = centralFields.suffix(term.fields, warn);
    return suffix === undefined ? undefined : `${centralBare(term)}${suffix}`;
  },
  bareTerm: centralBare,
  suffix: centralFields.suffix,
  heading: ({ name, explode, major, subheadings }) => `[${major ? "mj" : "mh"} ${explode ? "" : "^"}"${name}"${subheadings.length > 0 ? `/${subheadings.map((code) => code.toUpperCase()).join(",")}` : ""}]`,
  near: (distance, ordered) => (ordered && distance === 1 ? "NEXT" : `NEAR/${distance}`),
};

// Europe PMC

const luceneFields: Partial<Record<FieldCode, string>> = { ti: "TITLE", ab: "ABSTRACT", kw: "KW", pt: "PUB_TYPE", au: "AUTH", jn: "JOURNAL", la: "LANG", rn: "CHEM", id: "EXT_ID", in: "AFF", cond: "TITLE_ABS", intr: "TITLE_ABS" };

function luceneNames(fields: FieldCode[], warn: Warn): string[] | undefined {
  const has = (...wanted: FieldCode[]): boolean => wanted.every((field) => fields.includes(field));
  if (fields.length === 0 || has("all")) return [""];
  if (has("mp") || has("hw")) return ["TITLE_ABS:", "KW:"];
  const names = has("ti", "ab") ? ["TITLE_ABS:"] : [];
  for (const field of fields) {
    if (has("ti", "ab") && (field === "ti" || field === "ab" || field === "kw")) continue;
    const name = luceneFields[field];
    if (name === undefined) warn(`Europe PMC has no field for "${field}"; the search there was left out.`);
    else names.push(`${name}:`);
  }
  return names.length === 0 ? undefined : names;
}

const europepmc: Syntax = {
  operators: upper,
  term(term, warn) {
    if (term.fields.length === 1 && (term.fields[0] === "fs" || term.fields[0] === "sb")) {
      warn(`Europe PMC cannot search subheadings or subsets; "${term.text}" was left out.`);
      return undefined;
    }
    const names = luceneNames(term.fields, warn);
    if (names === undefined) return undefined;
    const forms = withoutOptionalLetters(term.text, warn).flatMap((text) => {
      if (/\s/.test(text) && text.includes("*")) warn(`Europe PMC takes no * inside a phrase: "${text}".`);
      const shown = /\s/.test(text) || term.phrase ? `"${text.replaceAll("*", /\s/.test(text) ? "" : "*")}"` : text;
      return names.map((name) => `${name}${shown}`);
    });
    return either(forms);
  },
  heading({ name, subheadings }, warn) {
    warn("Europe PMC does not explode MeSH; headings were searched as keywords.");
    if (subheadings.length > 0) warn(`The subheadings of "${name}" were left out.`);
    return `KW:"${name}"`;
  },
  spellNear(near, warn) {
    const [left, right] = near.items.map(wordsOf);
    if (left === undefined || right === undefined || left.length * right.length > mostPairs) return undefined;
    if (![...left, ...right].every((term) => /^[\p{L}\p{N}-]+$/u.test(term.text))) return undefined;
    const names = luceneNames(left[0]?.fields ?? [], warn) ?? [""];
    return either(left.flatMap((one) => right.flatMap((other) => names.map((name) => `${name}"${one.text} ${other.text}"~${near.distance - 1}`))));
  },
  range: (from, to, field) => (field === "dp" ? `FIRST_PDATE:[${isoDate(from, "01-01")} TO ${isoDate(to, "12-31")}]` : undefined),
};

function isoDate(date: string, rest: string): string {
  const [year = "", month, day] = date.split("/");
  if (year === "3000") return "3000-12-31";
  return month === undefined ? `${year}-${rest}` : `${year}-${month.padStart(2, "0")}-${(day ?? rest.slice(3)).padStart(2, "0")}`;
}

// ClinicalTrials.gov (Essie expressions)

const areas: Partial<Record<FieldCode, string>> = { ti: "AREA[BriefTitle]", cond: "AREA[Condition]", intr: "AREA[InterventionName]" };

const ctgov: Syntax = {
  operators: upper,
  term(term, warn) {
    if (term.fields.some((field) => field === "pt" || field === "fs" || field === "la" || field === "sb" || field === "jn" || field === "dp" || field === "ed" || field === "id")) {
      warn(`ClinicalTrials.gov has nothing like the field of "${term.text}"; it was left out.`);
      return undefined;
    }
    if (/[*?#]/.test(term.text)) warn("ClinicalTrials.gov takes no truncation and finds word forms by itself; the signs were left out.");
    const text = term.text.replaceAll(/\*\d+|[*?#]/g, "");
    if (text === "") return undefined;
    const area = term.fields.length === 1 ? (areas[term.fields[0] ?? "all"] ?? "") : "";
    return `${area}${term.phrase || /\s/.test(text) ? `"${text}"` : text}`;
  },
  heading({ name }, warn) {
    warn("ClinicalTrials.gov maps words to headings by itself; MeSH headings were searched as text.");
    const text = uninverted(name);
    return /\s/.test(text) ? `"${text}"` : text;
  },
};

export const syntaxes: Record<Target, Syntax> = { pubmed, europepmc, ctgov, ovid, embase, central };
