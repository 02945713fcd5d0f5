/** Sentences of a title and abstract with their offsets. */

export type Sentence = { text: string; start: number; end: number };

const abbreviation = /\b(?:vs|e\.g|i\.e|et al|Dr|No|approx|Fig|St|ca|cf|resp|incl)\.$/i;

/** Splits at sentence ends; a decimal point, an abbreviation or an initial does not end one. */
export function sentencesOf(text: string): Sentence[] {
  const found: Sentence[] = [];
  let start = 0;
  const cut = (end: number): void => {
    const raw = text.slice(start, end);
    const trimmed = raw.trim();
    if (trimmed !== "") {
      const from = start + raw.indexOf(trimmed);
      found.push({ text: trimmed, start: from, end: from + trimmed.length });
    }
    start = end;
  };
  for (const match of text.matchAll(/[.!?]["')\]]*(?=\s+["'([]?[\p{Lu}\p{N}])|[。！？]|\n{2,}/gu)) {
    const end = match.index + match[0].length;
    const before = text.slice(start, end);
    if (abbreviation.test(before) || /(?:^|\s)\p{Lu}\.$/u.test(before)) continue;
    cut(end);
  }
  cut(text.length);
  return found;
}
