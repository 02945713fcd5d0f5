/** TeX notation inside BibTeX values to plain Unicode text. */

const accents: Record<string, string> = {
  "'": "\u0301",
  "`": "\u0300",
  '"': "\u0308",
  "^": "\u0302",
  "~": "\u0303",
  "=": "\u0304",
  ".": "\u0307",
  c: "\u0327",
  v: "\u030C",
  u: "\u0306",
  H: "\u030B",
  k: "\u0328",
  r: "\u030A",
  d: "\u0323",
  b: "\u0331",
};
const symbols: Record<string, string> = {
  ss: "ß",
  ae: "æ",
  AE: "Æ",
  oe: "œ",
  OE: "Œ",
  o: "ø",
  O: "Ø",
  l: "ł",
  L: "Ł",
  aa: "å",
  AA: "Å",
  i: "ı",
  j: "ȷ",
  dh: "ð",
  DH: "Ð",
  th: "þ",
  TH: "Þ",
  textendash: "–",
  textemdash: "—",
  textquoteright: "’",
  textquoteleft: "‘",
  textquotedblleft: "“",
  textquotedblright: "”",
  textquotesingle: "'",
  ldots: "…",
  dots: "…",
  textellipsis: "…",
  textdegree: "°",
  degree: "°",
  textmu: "µ",
  texttimes: "×",
  times: "×",
  pm: "±",
  textpm: "±",
  textregistered: "®",
  texttrademark: "™",
  copyright: "©",
  textbackslash: "\\",
  textasciitilde: "~",
  textbar: "|",
  textless: "<",
  textgreater: ">",
  textunderscore: "_",
  textbullet: "•",
  cdot: "·",
  le: "≤",
  leq: "≤",
  ge: "≥",
  geq: "≥",
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ε",
  zeta: "ζ",
  eta: "η",
  theta: "θ",
  kappa: "κ",
  lambda: "λ",
  mu: "μ",
  nu: "ν",
  xi: "ξ",
  pi: "π",
  rho: "ρ",
  sigma: "σ",
  tau: "τ",
  phi: "φ",
  chi: "χ",
  psi: "ψ",
  omega: "ω",
  Gamma: "Γ",
  Delta: "Δ",
  Omega: "Ω",
  Phi: "Φ",
  Sigma: "Σ",
  infty: "∞",
  rightarrow: "→",
  sim: "∼",
  approx: "≈",
};
const styles =
  /\\(?:textit|textbf|textsc|textrm|texttt|textsf|textsuperscript|textsubscript|emph|mathrm|mathit|mathbf|mbox|url|ensuremath|text|uppercase|enquote|href)(?![A-Za-z])\s*/g;

/** Plain text of a TeX value: accents composed, commands of style and grouping braces gone. */
export function untex(text: string): string {
  let plain = text;
  if (plain.includes("\\")) {
    plain = plain
      .replaceAll(styles, "")
      .replaceAll(
        /\{?\\(['`"^~=.])\s*\{?\s*\\?([A-Za-z])\s*\}?\}?/g,
        (_whole, mark: string, letter: string) => composed(letter, mark),
      )
      .replaceAll(
        /\{?\\([cvuHkrdb])(?:\s+|\s*\{\s*)\\?([A-Za-z])\s*\}?\}?/g,
        (_whole, mark: string, letter: string) => composed(letter, mark),
      )
      .replaceAll(
        /\\([A-Za-z]+)(?:\s*\{\}|\s+|(?![A-Za-z]))/g,
        (whole, name: string) => symbols[name] ?? whole,
      )
      .replaceAll(/\\([%&#$_{}~^,;:!"' -])/g, (_whole, sign: string) =>
        /[{}]/.test(sign) ? "" : sign,
      );
  }
  if (/[{}]/.test(plain)) plain = plain.replaceAll(/[{}]/g, "");
  if (plain.includes("$")) plain = plain.replaceAll(/\$([^$]*)\$/g, "$1");
  if (plain.includes("--")) plain = plain.replaceAll("---", "—").replaceAll("--", "–");
  return plain
    .replaceAll("``", "“")
    .replaceAll("''", "”")
    .replaceAll(/(?<!\\)~/g, " ");
}

function composed(letter: string, mark: string): string {
  return `${letter}${accents[mark] ?? ""}`.normalize("NFC");
}

/** Splits at `separator` where braces and quotes are closed. */
export function splitAtDepthZero(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === "\\") at += 1;
    else if (sign === "{") depth += 1;
    else if (sign === "}") depth -= 1;
    else if (sign === '"' && depth === 0 && (separator === "," || separator === "#"))
      quoted = !quoted;
    else if (depth === 0 && !quoted && text.startsWith(separator, at)) {
      parts.push(text.slice(from, at));
      from = at + separator.length;
      at = from - 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}
