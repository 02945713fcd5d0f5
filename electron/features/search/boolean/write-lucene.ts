/** Writing for Europe PMC and ClinicalTrials.gov. */
import type { FieldCode } from "./ast.ts";
import { uninverted, withoutOptionalLetters } from "./wildcards.ts";
import { either, mostPairs, upper, wordsOf, type Syntax, type Warn } from "./write.ts";

const luceneFields: Partial<Record<FieldCode, string>> = {
  ti: "TITLE",
  ab: "ABSTRACT",
  kw: "KW",
  pt: "PUB_TYPE",
  au: "AUTH",
  jn: "JOURNAL",
  la: "LANG",
  rn: "CHEM",
  id: "EXT_ID",
  in: "AFF",
  cond: "TITLE_ABS",
  intr: "TITLE_ABS",
};

function luceneNames(fields: FieldCode[], warn: Warn): string[] | undefined {
  const has = (...wanted: FieldCode[]): boolean => wanted.every((field) => fields.includes(field));
  if (fields.length === 0 || has("all")) return [""];
  if (has("mp") || has("hw")) return ["TITLE_ABS:", "KW:"];
  const names = has("ti", "ab") ? ["TITLE_ABS:"] : [];
  for (const field of fields) {
    if (has("ti", "ab") && (field === "ti" || field === "ab" || field === "kw")) continue;
    const name = luceneFields[field];
    if (name === undefined)
      warn(`Europe PMC has no field for "${field}"; the search there was left out.`);
    else names.push(`${name}:`);
  }
  return names.length === 0 ? undefined : names;
}

export const europepmc: Syntax = {
  operators: upper,
  term(term, warn) {
    if (term.fields.length === 1 && (term.fields[0] === "fs" || term.fields[0] === "sb")) {
      warn(`Europe PMC cannot search subheadings or subsets; "${term.text}" was left out.`);
      return undefined;
    }
    const names = luceneNames(term.fields, warn);
    if (names === undefined) return undefined;
    const forms = withoutOptionalLetters(term.text, warn).flatMap((text) => {
      if (/\s/.test(text) && text.includes("*"))
        warn(`Europe PMC takes no * inside a phrase: "${text}".`);
      const shown =
        /\s/.test(text) || term.phrase
          ? `"${text.replaceAll("*", /\s/.test(text) ? "" : "*")}"`
          : text;
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
    if (left === undefined || right === undefined || left.length * right.length > mostPairs)
      return undefined;
    if (![...left, ...right].every((term) => /^[\p{L}\p{N}-]+$/u.test(term.text))) return undefined;
    const names = luceneNames(left[0]?.fields ?? [], warn) ?? [""];
    return either(
      left.flatMap((one) =>
        right.flatMap((other) =>
          names.map((name) => `${name}"${one.text} ${other.text}"~${near.distance - 1}`),
        ),
      ),
    );
  },
  range: (from, to, field) =>
    field === "dp"
      ? `FIRST_PDATE:[${isoDate(from, "01-01")} TO ${isoDate(to, "12-31")}]`
      : undefined,
};

function isoDate(date: string, rest: string): string {
  const [year = "", month, day] = date.split("/");
  if (year === "3000") return "3000-12-31";
  return month === undefined
    ? `${year}-${rest}`
    : `${year}-${month.padStart(2, "0")}-${(day ?? rest.slice(3)).padStart(2, "0")}`;
}

const areas: Partial<Record<FieldCode, string>> = {
  ti: "AREA[BriefTitle]",
  cond: "AREA[Condition]",
  intr: "AREA[InterventionName]",
};

export const ctgov: Syntax = {
  operators: upper,
  term(term, warn) {
    if (
      term.fields.some(
        (field) =>
          field === "pt" ||
          field === "fs" ||
          field === "la" ||
          field === "sb" ||
          field === "jn" ||
          field === "dp" ||
          field === "ed" ||
          field === "id",
      )
    ) {
      warn(`ClinicalTrials.gov has nothing like the field of "${term.text}"; it was left out.`);
      return undefined;
    }
    if (/[*?#]/.test(term.text))
      warn(
        "ClinicalTrials.gov takes no truncation and finds word forms by itself; the signs were left out.",
      );
    const text = term.text.replaceAll(/\*\d+|[*?#]/g, "");
    if (text === "") return undefined;
    const area = term.fields.length === 1 ? (areas[term.fields[0] ?? "all"] ?? "") : "";
    return `${area}${term.phrase || /\s/.test(text) ? `"${text}"` : text}`;
  },
  heading({ name }, warn) {
    warn(
      "ClinicalTrials.gov maps words to headings by itself; MeSH headings were searched as text.",
    );
    const text = uninverted(name);
    return /\s/.test(text) ? `"${text}"` : text;
  },
};
