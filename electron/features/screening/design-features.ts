/**
 * Signs of a report's kind (design, population, comparison) as features: for each sign, whether the text
 * shows it or not. Reviews are often decided by these, and a few decisions show which of them count.
 * They are read off single words and neighbouring words, each distinct word looked at once.
 */
import type { Work } from "./slices.ts";
import { words, type Features, type Texts } from "./text-features.ts";

/** A word alone, or two neighbours of which the first and the second match. */
type Sign = { word?: RegExp; pairs?: readonly [first: RegExp, second: RegExp][] };

const signs: readonly Sign[] = [
  {
    word: /^metaanaly[sz]/,
    pairs: [
      [/^(systematic|systematically|scoping|umbrella|cochrane)$/, /^review/],
      [/^meta$/, /^analys[ei]s$|^analytic$/],
    ],
  },
  {
    pairs: [
      [/^(study|trial)$/, /^protocol/],
      [/^protocol$/, /^(for|of)$/],
    ],
  },
  {
    word: /^randomi[sz]|^randomly$|^rcts?$|^placebo|^crossover$/,
    pairs: [
      [/^double$/, /^(blind|masked)/],
      [/^cross$/, /^over$/],
    ],
  },
  {
    word: /^quasi|^nonrandomi[sz]ed$/,
    pairs: [
      [/^controlled$/, /^(trials?|clinical)$/],
      [/^non$/, /^randomi[sz]ed$/],
      [/^control$/, /^groups?$/],
    ],
  },
  {
    word: /^pilot$|^uncontrolled$/,
    pairs: [
      [/^single$/, /^arm$/],
      [/^before$/, /^(after|and)$/],
      [/^pre$/, /^post$/],
      [/^open$/, /^label/],
    ],
  },
  {
    word: /^cohorts?$|^retrospective|^prospective|^observational|^registry|^survey|^epidemiolog/,
    pairs: [
      [/^case$/, /^control/],
      [/^cross$/, /^sectional/],
      [/^chart$/, /^review/],
    ],
  },
  { pairs: [[/^(case|cases)$/, /^(reports?|series)$/]] },
  { word: /^qualitative|^interview/, pairs: [[/^focus$/, /^groups?$/]] },
  {
    word: /^rats?$|^mice$|^mouse$|^murine$|^rabbits?$|^dogs?$|^canine$|^(guinea)?pigs?$|^porcine$|^sheep$|^zebrafish$/,
    pairs: [[/^animal$/, /^(models?|stud)/]],
  },
  {
    pairs: [
      [/^in$/, /^vitro$/],
      [/^cell$/, /^lines?$/],
      [/^cultured$/, /^cells?$/],
    ],
  },
  { word: /^editorial|^commentar|^letters?$|^erratum$|^news$|^reviews?$|^guidelines?$/ },
  { word: /^child|^infant|^neonat|^newborn|^adolescen|^pa?ediatric/ },
  { word: /^elderly$|^older$|^geriatric/ },
  {
    word: /pharmacokinetic|^bioavailab|bioequivalen|^volunteers?$/,
    pairs: [[/^healthy$/, /^subjects$/]],
  },
  { word: /^versus$|^vs$|^compar(ed|ison|isons|ing|ative)$/ },
  { word: /^costs?$|^economic|^pharmacoeconomic/, pairs: [[/^cost$/, /^effective/]] },
];

/** Bits by sign (and by pair for the first and second words) that a word sets. */
type Bits = { alone: number; first: number; second: number };

const pairs = signs.flatMap(({ pairs: own = [] }, sign) =>
  own.map(([first, second]) => ({ sign, first, second })),
);

function bitsOf(word: string): Bits {
  const bits: Bits = { alone: 0, first: 0, second: 0 };
  for (const [sign, { word: pattern }] of signs.entries())
    if (pattern?.test(word) === true) bits.alone |= 1 << sign;
  for (const [pair, { first, second }] of pairs.entries()) {
    if (first.test(word)) bits.first |= 1 << pair;
    if (second.test(word)) bits.second |= 1 << pair;
  }
  return bits;
}

/** The signs that a text shows, one bit each. `known` remembers words between calls. */
export function signsOf(text: string, known: Map<string, Bits> = new Map()): number {
  let shown = 0;
  let before = 0;
  for (const word of words(text)) {
    let bits = known.get(word);
    if (bits === undefined) known.set(word, (bits = bitsOf(word)));
    shown |= bits.alone;
    const both = before & bits.second;
    if (both !== 0)
      for (const [pair, { sign }] of pairs.entries())
        if ((both & (1 << pair)) !== 0) shown |= 1 << sign;
    before = bits.first;
  }
  return shown;
}

/** What a text looks like, whatever it is about: its signs, one bit each, and its length in characters; by row. */
export type Kinds = { signs: Int32Array; characters: Int32Array };
export const signCount = signs.length;

/** One column for "shows it" and one for "does not" per sign; every row has length 1. */
export function* designWork(texts: Texts): Work<{ features: Features; kinds: Kinds }> {
  const rows = texts.length;
  const per = signs.length;
  const known = new Map<string, Bits>();
  const column = new Int32Array(rows * per);
  const kinds: Kinds = { signs: new Int32Array(rows), characters: new Int32Array(rows) };
  for (let row = 0; row < rows; row += 1) {
    if (row % 16 === 15) yield;
    const text = texts.at(row) ?? "";
    const shown = signsOf(text, known);
    kinds.signs[row] = shown;
    kinds.characters[row] = text.length;
    for (let sign = 0; sign < per; sign += 1)
      column[row * per + sign] = 2 * sign + ((shown >> sign) & 1);
  }
  const features: Features = {
    rows,
    columns: 2 * per,
    start: Int32Array.from({ length: rows + 1 }, (_, row) => row * per),
    column,
    value: new Float32Array(rows * per).fill(1 / Math.sqrt(per)),
    privateSquared: new Float64Array(rows),
  };
  return { features, kinds };
}
