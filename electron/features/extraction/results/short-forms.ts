/**
 * Short forms and what they are short for, after Schwartz and Hearst (2003), "A simple algorithm for
 * identifying abbreviation definitions in biomedical text": the letters of the short form are found
 * in the long form from right to left, the first at the start of a word.
 */

const isLetter = (letter: string | undefined): boolean =>
  letter !== undefined && /[\p{L}\p{N}]/u.test(letter);

/** The end of `before` that `short` abbreviates; undefined when its letters are not all there in order. */
export function longFormBefore(before: string, short: string): string | undefined {
  const text = before.trimEnd();
  const lower = text.toLowerCase();
  const bare = short.replace(/(?<=[A-Z])s$/, "").toLowerCase();
  let at = text.length;
  for (let index = bare.length - 1; index >= 0; index -= 1) {
    const letter = bare[index];
    if (!isLetter(letter)) continue;
    at -= 1;
    while (at >= 0 && (lower[at] !== letter || (index === 0 && isLetter(lower[at - 1])))) at -= 1;
    if (at < 0) return undefined;
  }
  const start = text.lastIndexOf(" ", at) + 1;
  const long = text.slice(start).replace(/^[^\p{L}\p{N}]+/u, "");
  const words = long.split(/[\s-]+/).length;
  const room = Math.min(bare.length + 5, bare.length * 2);
  return words <= room && long.length > short.length ? long : undefined;
}

const isShort = (text: string): boolean =>
  /^[\p{L}\p{N}][\p{L}\p{N}/+.-]{1,11}$/u.test(text) &&
  /\p{Lu}|\d/u.test(text) &&
  /\p{L}/u.test(text);

/** Definitions in a stretch of text: "long form (LF)", "LF (long form)", "LF, long form;", "LF = long form". */
export function shortFormsIn(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const add = (short: string, long: string | undefined): void => {
    const key = short.toLowerCase();
    if (long !== undefined && !found.has(key)) found.set(key, long.trim());
  };
  for (const match of text.matchAll(/[([]\s*([^()[\]]{2,40}?)\s*[)\]]/gu)) {
    const inside = match[1] ?? "";
    const before =
      text
        .slice(Math.max(0, match.index - 110), match.index)
        .split(/[()[\].;:]/)
        .at(-1)
        ?.trimEnd() ?? "";
    for (const part of inside.split(/[;,]|\bor\b/).map((one) => one.trim()))
      if (isShort(part)) add(part, longFormBefore(before, part));
    const word = /([\p{L}\p{N}/+-]{2,12})$/u.exec(before)?.[1];
    if (word !== undefined && isShort(word) && /\s/.test(inside.trim())) {
      const long = longFormBefore(inside, word);
      if (long === inside.trim() || long === inside.trim().split(/[;,]/)[0]) add(word, long);
    }
  }
  for (const match of text.matchAll(
    /(?:^|[\s;.,:(])([\p{L}\p{N}][\p{L}\p{N}/+-]{1,11})\s*(?:=|:|,|[-–—]\s|\s(?=\p{Ll}{3}))\s*([\p{L}\p{N}][^;:,.=()]{3,80})(?=[;,.)(\n]|$)/gu,
  )) {
    const [, short = "", long = ""] = match;
    if (isShort(short) && /\p{Lu}.*\p{Lu}/u.test(short) && long.trim().split(/\s+/).length <= 9)
      add(short, longFormBefore(long, short) === long.trim() ? long : undefined);
  }
  return found;
}
