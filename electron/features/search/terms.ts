/** A PICO element in free text to the terms of one concept block: what the user wrote, and forms derived from it. */
import { abbreviations, concepts } from "./headings.ts";

type TermSource = "user" | "abbreviation" | "synonym" | "spelling" | "plural" | "MeSH";
export type BlockTerm = { text: string; source: TermSource };

const filler =
  /\b(?:adults?|patients?|people|persons?|participants?|individuals?|subjects|men|women)\s+(?:with|who have|having|suffering from|undergoing|receiving)\s+|\b(?:treated|treatment) with\s+|^(?:the|a|an)\s+/gi;
const comparators =
  /^(?:placebo|no treatment|usual care|standard care|control|none|any|nothing|standard of care|sham)$/i;

/** Parts of an element: parted by semicolons, line ends, "or", slashes; commas where every part is short. */
export function splitElement(text: string): string[] {
  const strong = text.split(/[;\n|]|\s+\/\s+|\s+(?:or|OR)\s+/);
  const parts = strong.flatMap((part) => {
    const pieces = part.split(/,\s*(?![^(]*\))/);
    return pieces.length > 1 && pieces.every((piece) => piece.trim().split(/\s+/).length <= 5)
      ? pieces
      : [part];
  });
  return parts
    .map((part) =>
      part
        .replaceAll(filler, "")
        .replaceAll(/["“”]/g, "")
        .replace(/^(?:and|or)\s+/i, "")
        .replaceAll(/\s+/g, " ")
        .replace(/[.,;:]+$/, "")
        .trim(),
    )
    .filter((part) => part !== "");
}

/** "type 2 diabetes mellitus (T2DM)" → the words and the abbreviation. */
function withAbbreviation(part: string): { text: string; short?: string } {
  const found = /^(.*?)\s*\(([^)]{2,30})\)\s*(.*)$/.exec(part);
  if (found === null) return { text: part };
  const text = `${found[1] ?? ""} ${found[3] ?? ""}`.trim();
  return { text: text || (found[2] ?? ""), short: found[2] ?? "" };
}

/** Terms of one element, each once, the user's own first. */
export function suggestTerms(text: string): BlockTerm[] {
  const terms = new Map<string, BlockTerm>();
  const add = (word: string, source: TermSource): void => {
    const key = source === "MeSH" ? `mesh ${word}` : word.toLowerCase();
    if (word !== "" && !terms.has(key)) terms.set(key, { text: word, source });
  };
  const snapshot = (): BlockTerm[] => Array.from(terms.values());
  for (const part of splitElement(text)) {
    const { text: own, short } = withAbbreviation(part);
    add(own, "user");
    if (short) add(short, /^[A-Z0-9-]{2,10}s?$/.test(short) ? "abbreviation" : "user");
    for (const said of [own, short ?? ""]) {
      const long = abbreviations[said.toLowerCase()];
      if (long !== undefined) add(long, "abbreviation");
    }
  }
  for (const term of snapshot())
    for (const concept of conceptsOf(term.text)) {
      for (const word of concept.words) add(word, "synonym");
      add(concept.heading, "MeSH");
    }
  for (const term of snapshot())
    if (term.source !== "MeSH") for (const form of spellings(term.text)) add(form, "spelling");
  for (const term of snapshot())
    if (term.source !== "MeSH") {
      const other = otherNumber(term.text);
      if (other !== undefined) add(other, "plural");
    }
  return [...terms.values()];
}

function conceptsOf(text: string): { heading: string; words: string[] }[] {
  const forms = new Set(
    [text, ...spellings(text)].flatMap((form) => [
      form.toLowerCase(),
      singular(form.toLowerCase()),
    ]),
  );
  return concepts.filter(
    ({ heading, words }) =>
      forms.has(heading.toLowerCase()) || words.some((word) => forms.has(word)),
  );
}

const britishToAmerican: [RegExp, string][] = [
  [/aemi/g, "emi"],
  [/haem/g, "hem"],
  [/paed/g, "ped"],
  [/anaesth/g, "anesth"],
  [/oedema/g, "edema"],
  [/oesoph/g, "esoph"],
  [/oestr/g, "estr"],
  [/foet/g, "fet"],
  [/gynaec/g, "gynec"],
  [/orthopaed/g, "orthoped"],
  [/diarrhoea/g, "diarrhea"],
  [/tumour/g, "tumor"],
  [/colour/g, "color"],
  [/behaviour/g, "behavior"],
  [/labour/g, "labor"],
  [/caesar/g, "cesar"],
  [/faec/g, "fec"],
  [/coeliac/g, "celiac"],
  [/leucocyt/g, "leukocyt"],
  [/\bfibre/g, "fiber"],
  [/centre/g, "center"],
  [/programme/g, "program"],
  [/sulph/g, "sulf"],
  [/aluminium/g, "aluminum"],
  [/([a-z]{3})isation/g, "$1ization"],
  [/([a-z]{4})ised\b/g, "$1ized"],
  [/([a-z]{4})ising\b/g, "$1izing"],
  [/apnoea/g, "apnea"],
  [/dyspnoea/g, "dyspnea"],
];
const americanToBritish: [RegExp, string][] = [
  [/(leuk|an|isch|uric|glyc|lipid|septic|hypox|bacter|ur)emi/g, "$1aemi"],
  [/\bhem(?=o|at|ang|or)/g, "haem"],
  [/pediatr/g, "paediatr"],
  [/anesth/g, "anaesth"],
  [/(?<![o])edema/g, "oedema"],
  [/(?<!o)esoph/g, "oesoph"],
  [/\bestr(?=o|ad)/g, "oestr"],
  [/\bfet(?=al|us)/g, "foet"],
  [/gynec/g, "gynaec"],
  [/orthoped/g, "orthopaed"],
  [/diarrhea/g, "diarrhoea"],
  [/tumor/g, "tumour"],
  [/behavior/g, "behaviour"],
  [/\blabor\b/g, "labour"],
  [/cesar/g, "caesar"],
  [/\bceliac/g, "coeliac"],
  [/\bfiber/g, "fibre"],
  [/\bcenter/g, "centre"],
  [/([a-z]{3})ization/g, "$1isation"],
  [/apnea/g, "apnoea"],
  [/dyspnea/g, "dyspnoea"],
];

/** British and American spellings of the same words. */
export function spellings(text: string): string[] {
  const forms = new Set<string>();
  for (const table of [britishToAmerican, americanToBritish]) {
    let form = text;
    for (const [pattern, replacement] of table) form = form.replaceAll(pattern, replacement);
    if (form !== text && form.length < text.length + 6) forms.add(form);
  }
  return [...forms];
}

function singular(text: string): string {
  if (/(?:ss|us|is|ics|diabetes|series|species)$/.test(text)) return text;
  if (text.endsWith("ies")) return text.replace(/ies$/, "y");
  return text.replace(/(?<=[a-z]{3})s$/, "");
}

/** The plural of a singular last word and the other way round; undefined where English would not. */
export function otherNumber(text: string): string | undefined {
  const last = /([A-Za-z-]+)$/.exec(text)?.[1] ?? "";
  if (last.length < 4 || /^[A-Z0-9-]+$/.test(last)) return undefined;
  const lower = last.toLowerCase();
  const uncounted =
    /(?:itis|osis|ia|emia|aemia|ness|ism|tension|pathy|ing|ics|ity|ment|care|mellitus|pressure|diabetes|yoga|placebo|asthma|anemia|failure|depression|obesity|pregnant|obese|elderly|pediatric|paediatric|neonatal|mortality|children|people|exercise|cessation|vaccination|immunization|blood|health|life|surgery|therapy|insomnia|in|ol|ide|ine|ate)$/;
  const whole = text.slice(0, text.length - last.length);
  if (lower.endsWith("s")) {
    const one = singular(lower);
    return one === lower || uncounted.test(lower) ? undefined : whole + one;
  }
  if (uncounted.test(lower)) return undefined;
  if (/[^aeiou]y$/.test(lower)) return `${whole}${last.slice(0, -1)}ies`;
  if (/(?:x|ch|sh)$/.test(lower)) return `${text}es`;
  return `${text}s`;
}

/** Words of a comparator that select nothing ("placebo", "usual care"). */
export function isEmptyComparator(text: string): boolean {
  return comparators.test(text.trim());
}
