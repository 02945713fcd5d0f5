/** Words that carry meaning, cut to their stems, and how telling each is within one paper. */
const empty = new Set(
  "a an and are as at be been between both but by can did do does each for from had has have in into is it its may more most no nor not of on only or other our over per so some such than that the their them there these they this those through to under up was we were what when where which while who will with within without vs versus study trial patients participants subjects group groups using used after before during compared among results showed".split(
    " ",
  ),
);

/** Cuts common English endings; crude, and the same on both sides of a comparison. */
export function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  return word
    .replace(/(?:ies)$/, "y")
    .replace(/(?:sses)$/, "ss")
    .replace(/(?<=[^s])s$/, "")
    .replace(/(?:ations?|ating|ated|ates?)$/, "at")
    .replace(/(?:ings?|ed|ly|ness|ment)$/, "")
    .replace(/e$/, "");
}

export function termsOf(text: string): string[] {
  const words =
    text
      .normalize("NFKD")
      .replaceAll(/\p{M}/gu, "")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !empty.has(word) && (word.length > 1 || /\d/.test(word))).map(stem);
}

/** Inverse document frequency over the given texts: ln(1 + N / n). */
export function termWeights(texts: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const term of new Set(termsOf(text))) counts.set(term, (counts.get(term) ?? 0) + 1);
  return new Map([...counts].map(([term, count]) => [term, Math.log(1 + texts.length / count)]));
}
