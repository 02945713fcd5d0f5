/**
 * Words, numbers and signs with offsets, and four ids for each. The same rules as
 * models/training/text/tokenizer.py; fixtures/golden.json holds what both must agree on.
 *
 * A token is a run of letters and marks, a run of decimal digits, or any other single character; white
 * space and control characters separate and are dropped.
 */
export type Token = { text: string; start: number; end: number };
export type Vocabulary = ReadonlyMap<string, number>;
export type Tokenized = { tokens: Token[]; ids: number[] };

/** Ids per token: word, hash of the first four characters, hash of the last three, shape. */
export const idsPerToken = 4;
const hashBuckets = 2048;
const unknown = 1;
const longestNumber = 5;
const pattern = /[\p{L}\p{M}]+|\p{Nd}+|[^\p{L}\p{M}\p{Nd}\p{Z}\p{C}]/gu;
const digits = /^\p{Nd}/u;
const letters = /^[\p{L}\p{M}]/u;

/** One word per line; a word's id is its line, counted from 0. */
export function readVocabulary(text: string): Vocabulary {
  const words = text.split("\n");
  words.pop();
  return new Map(words.map((word, line) => [word, line]));
}

/** Tokens with offsets into `text` in UTF-16 units, `text.slice(start, end) === token.text`. */
export function findTokens(text: string): Token[] {
  return [...text.matchAll(pattern)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** Tokens and their ids, `idsPerToken` numbers for each token, in order. */
export function tokenize(text: string, vocabulary: Vocabulary): Tokenized {
  const tokens = findTokens(text);
  const ids: number[] = [];
  let before = -1;
  for (const token of tokens) {
    const characters = [...token.text.toLowerCase()];
    const touches = token.start === before ? 1 : 0;
    ids.push(
      wordId(token.text, vocabulary),
      hash(["^", ...characters.slice(0, 4)]),
      hash([...characters.slice(-3), "$"]),
      2 * shape(token.text) + touches,
    );
    before = token.end;
  }
  return { tokens, ids };
}

function wordId(word: string, vocabulary: Vocabulary): number {
  const known = vocabulary.get(word.toLowerCase());
  if (known !== undefined) return known;
  return digits.test(word) ? 1 + Math.min([...word].length, longestNumber) : unknown;
}

/** FNV-1a over code points, 32 bits, folded into 1..2047 (0 is padding). */
function hash(characters: string[]): number {
  let value = 2166136261;
  for (const character of characters)
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 16777619) >>> 0;
  return 1 + (value % (hashBuckets - 1));
}

/** 1 lower case, 2 Capitalised, 3 UPPER, 4 mIxed, 5 one capital, 6..10 a number by its length, 11 a sign. */
function shape(word: string): number {
  const characters = [...word];
  if (digits.test(word)) return 5 + Math.min(characters.length, longestNumber);
  if (!letters.test(word)) return 11;
  const lower = word.toLowerCase();
  if (word === lower) return 1;
  if (characters.length === 1) return 5;
  if (word === word.toUpperCase()) return 3;
  return characters.slice(1).join("") === [...lower].slice(1).join("") ? 2 : 4;
}
