/** Numbers as papers print them, with their place in the text. */
export type FoundNumber = {
  value: number;
  raw: string;
  start: number;
  end: number;
  percent: boolean;
};

const units =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const tens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const wordPattern = `(?:(?:${tens.join("|")})(?:[- ](?:${units.slice(1, 10).join("|")}))?|${units.slice().reverse().join("|")})`;
const hundreds = `(?:(?:${units.slice(1, 10).join("|")}|a)[- ]hundred(?:(?: and)?[- ]${wordPattern})?|${wordPattern})`;
/** A number below a thousand in words, as a pattern without groups of its own. */
export const numberInWords = hundreds;
const figures = String.raw`(?:\d{1,3}(?:,\d{3})+|\d+)(?:[.·]\d+)?|[.·]\d+`;
const pattern = new RegExp(
  String.raw`(?<![\p{L}\d.])([-−–]?)(${figures})(?![\d])(\s?%| per ?cent\b)?|\b(${hundreds})\b(?:(\s?%| per ?cent\b))?`,
  "giu",
);

/**
 * Finds numbers written in figures (thousands commas, decimal points and middle dots, signs) or in
 * words below a thousand. A dash after a digit, letter or bracket is a range, not a minus.
 */
export function findNumbers(text: string): FoundNumber[] {
  const found: FoundNumber[] = [];
  for (const match of text.matchAll(pattern)) {
    const [raw, dash = "", figure, figurePercent, word, wordPercent] = match;
    const negative = dash !== "" && isMinus(text, match.index);
    const value =
      figure === undefined
        ? fromWords(word ?? "")
        : Number(figure.replaceAll(",", "").replace("·", "."));
    if (!Number.isFinite(value)) continue;
    const start = match.index + (dash !== "" && !negative ? dash.length : 0);
    found.push({
      value: negative ? -value : value,
      raw: text.slice(start, match.index + raw.length),
      start,
      end: match.index + raw.length,
      percent: (figurePercent ?? wordPercent) !== undefined,
    });
  }
  return found;
}

/** The value of a number in words ("one hundred and twelve"); NaN when it is none. */
export function fromWords(text: string): number {
  let total = 0;
  let any = false;
  for (const word of text.toLowerCase().split(/[\s-]+/)) {
    if (word === "and" || word === "") continue;
    const unit = word === "a" ? 1 : units.indexOf(word);
    const ten = tens.indexOf(word);
    if (word === "hundred") total *= 100;
    else if (unit >= 0) total += unit;
    else if (ten >= 0) total += (ten + 2) * 10;
    else return Number.NaN;
    any = true;
  }
  return any ? total : Number.NaN;
}

/** Whether the very number (not a part of another one) is in the text. */
export function containsNumber(text: string, value: number): boolean {
  return findNumbers(text).some((found) => found.value === value || found.value === -value);
}

/** A dash is a minus unless it joins on to a word or number, or stands between two numbers. */
function isMinus(text: string, at: number): boolean {
  const touching = text[at - 1] ?? "";
  if (/[\p{L}\d)\]%]/u.test(touching)) return false;
  const before =
    text
      .slice(Math.max(0, at - 4), at)
      .trimEnd()
      .at(-1) ?? "";
  return !(/\s/.test(touching) && /[\d)\]%]/.test(before));
}
