/** Turns the many spellings of one fact into one: DOI, PMID, year, names, HTML entities, inline markup. */

const doiPattern = /10\.\d{4,9}(?:\.\d+)*\/[^\s"<>{}|\\^`]+/i;

/** The bare lower-case DOI found in `text` (URL, `doi:` prefix, `[doi]` suffix…), or "". */
export function normaliseDoi(text: string): string {
  if (!text.includes("10.")) return "";
  const decoded = text.includes("%2")
    ? text.replaceAll(/%2f/gi, "/").replaceAll(/%28/g, "(").replaceAll(/%29/g, ")")
    : text;
  let doi = doiPattern.exec(decoded)?.[0] ?? "";
  doi = doi.replace(/[?&](?:partnerid|md5|origin|download|casa_token)=.*$/i, "");
  while (/[.,;:'"\]]$/.test(doi) || (doi.endsWith(")") && !balanced(doi))) doi = doi.slice(0, -1);
  return doi.toLowerCase();
}

function balanced(text: string): boolean {
  return text.split("(").length === text.split(")").length;
}

/** Digits of a PMID written as `123`, `PMID: 123`, `123[pmid]` or a PubMed address; "" otherwise. */
export function normalisePmid(text: string): string {
  const found =
    /^\s*(?:pmid:?\s*|medline:?\s*)?(\d{1,8})(?:\s*\[pmid\]|\.0|-?\s*)?\s*$/i.exec(text) ??
    /pubmed(?:\.ncbi\.nlm\.nih\.gov)?\/(\d{1,8})\b/i.exec(text) ??
    /\bPMID:?\s*(\d{1,8})\b/i.exec(text);
  const digits = (found?.[1] ?? "").replace(/^0+/, "");
  return digits;
}

/** The first four-digit year from 1500 to 2199 in a date of any spelling, or null. */
export function normaliseYear(text: string): number | null {
  const found =
    /(?<!\d)(1[5-9]\d\d|2[01]\d\d)(?!\d)/.exec(text)?.[1] ??
    /^(1[5-9]\d\d|20\d\d)(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])$/.exec(text.trim())?.[1];
  return found === undefined ? null : Number(found);
}

const named: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  ensp: " ",
  emsp: " ",
  thinsp: " ",
  shy: "",
  copy: "©",
  reg: "®",
  trade: "™",
  hellip: "…",
  ndash: "–",
  mdash: "—",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  laquo: "«",
  raquo: "»",
  bull: "•",
  middot: "·",
  plusmn: "±",
  times: "×",
  divide: "÷",
  minus: "−",
  le: "≤",
  ge: "≥",
  leq: "≤",
  geq: "≥",
  ne: "≠",
  asymp: "≈",
  sim: "∼",
  deg: "°",
  prime: "′",
  micro: "µ",
  frac12: "½",
  frac14: "¼",
  sup2: "²",
  sup3: "³",
  sup1: "¹",
  para: "¶",
  sect: "§",
  szlig: "ß",
  aelig: "æ",
  AElig: "Æ",
  oslash: "ø",
  Oslash: "Ø",
  eth: "ð",
  thorn: "þ",
  oelig: "œ",
  OElig: "Œ",
  inodot: "ı",
  rarr: "→",
  larr: "←",
  harr: "↔",
  infin: "∞",
  euro: "€",
  pound: "£",
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ε",
  zeta: "ζ",
  eta: "η",
  theta: "θ",
  iota: "ι",
  kappa: "κ",
  lambda: "λ",
  mu: "μ",
  nu: "ν",
  xi: "ξ",
  omicron: "ο",
  pi: "π",
  rho: "ρ",
  sigma: "σ",
  tau: "τ",
  upsilon: "υ",
  phi: "φ",
  chi: "χ",
  psi: "ψ",
  omega: "ω",
  Alpha: "Α",
  Beta: "Β",
  Gamma: "Γ",
  Delta: "Δ",
  Theta: "Θ",
  Lambda: "Λ",
  Pi: "Π",
  Sigma: "Σ",
  Phi: "Φ",
  Psi: "Ψ",
  Omega: "Ω",
};
const marks: Record<string, string> = {
  acute: "\u0301",
  grave: "\u0300",
  uml: "\u0308",
  circ: "\u0302",
  tilde: "\u0303",
  cedil: "\u0327",
  ring: "\u030A",
  caron: "\u030C",
  ogon: "\u0328",
};
const entity = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,9}));/g;

/** Decodes HTML and XML character references; an unknown name stays as written. */
export function decodeEntities(text: string): string {
  if (!text.includes("&") || !text.includes(";")) return text;
  return text.replaceAll(entity, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name === undefined)
      return (
        character(decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal)) ?? whole
      );
    const plain = named[name];
    if (plain !== undefined) return plain;
    const accent = /^([A-Za-z])([a-z]+)$/.exec(name);
    const mark = accent && marks[accent[2] ?? ""];
    return mark ? `${accent[1]}${mark}`.normalize("NFC") : whole;
  });
}

function character(code: number): string | undefined {
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  return String.fromCodePoint(code);
}

const inlineTag =
  /<\/?(?:i|b|u|em|strong|sub|sup|inf|p|br|scp|span|div|italic|bold|title|sec|h[1-6]|jats:[a-z-]+|mml:[a-z]+|math)(?:\s[^<>]*)?\/?>/gi;

/** One clean text: entities decoded (twice-encoded ones too), inline markup gone, spaces single, line breaks kept. */
export function cleanText(text: string): string {
  let clean = text;
  if (clean.includes("&")) clean = decodeEntities(clean);
  if (clean.includes("<"))
    clean = clean.replaceAll(inlineTag, (tag) =>
      /^<\/?(?:p|br|div|sec|title|jats:p|jats:title|h\d)\b/i.test(tag) ? " " : "",
    );
  if (clean.includes("&") && clean.includes(";")) clean = decodeEntities(clean);
  if (spaced.test(clean)) clean = clean.replaceAll(/[^\S\n]+/g, " ").replaceAll(/ ?\n ?/g, "\n");
  return clean.trim();
}

const spaced = /[\t\r\n\f\v\u00a0]| {2}/;

/** As `cleanText`, on one line: titles, names, journals. */
export function cleanLine(text: string): string {
  const clean = cleanText(text);
  return clean.includes("\n") ? clean.replaceAll(/\s*\n\s*/g, " ") : clean;
}

/** A screening label from a cell or note: 1, 0, or undefined for unlabelled. */
export function labelOf(text: string): 0 | 1 | undefined {
  const value = text.trim().toLowerCase();
  if (
    value === "1" ||
    value === "1.0" ||
    value === "true" ||
    value === "yes" ||
    value === "included" ||
    value === "include" ||
    value === "relevant"
  )
    return 1;
  if (
    value === "0" ||
    value === "0.0" ||
    value === "false" ||
    value === "no" ||
    value === "excluded" ||
    value === "exclude" ||
    value === "irrelevant"
  )
    return 0;
  return undefined;
}
