/** One question put to one paper, with what both sides of every comparison need. */
import type { Paper } from "../../../api/schemas/extraction.ts";
import { readingOf, type Reading } from "../fields/reading.ts";
import { termsOf } from "../terms.ts";
import { aliasesOf, groupWords, spelled, type Aliases } from "./aliases.ts";
import { queryOf, type Query, type Question } from "./likeness.ts";
import { matrixOf, type Matrix } from "./matrix.ts";

export type Inquiry = {
  paper: Paper;
  reading: Reading;
  matrices: Matrix[];
  aliases: Aliases;
  intervention: Query;
  comparator: Query;
  outcome: Query;
  weightOf: (term: string) => number;
  terms: (text: string) => string[];
};

/** A bare group label ("group II") belongs to the arm whose own words stand closest to it most often. */
function ownGroups(reading: Reading, aliases: Aliases, one: Query, two: Query): void {
  const votes = new Map<string, [number, number]>();
  for (const sentence of reading.sentences) {
    const text = groupWords(sentence.text);
    for (const match of text.matchAll(/\bgroup[a-rt-z0-9]\b/g)) {
      const near = new Set(termsOf(text.slice(Math.max(0, match.index - 70), match.index + 80)));
      const tally = votes.get(match[0]) ?? [0, 0];
      const share = (own: Query, other: Query): number =>
        [...own.terms].filter((term) => !other.terms.has(term) && near.has(term)).length /
        Math.max(1, own.terms.size);
      votes.set(match[0], [tally[0] + share(one, two), tally[1] + share(two, one)]);
    }
  }
  for (const [group, [a, b]] of votes) {
    if (Math.abs(a - b) < 0.1) continue;
    const [own, other] = a > b ? [one, two] : [two, one];
    const words = [...own.terms].filter((term) => !other.terms.has(term)).join(" ");
    aliases.set(group, `${aliases.get(group) ?? ""} ${words}`);
  }
}

export function inquiryOf(paper: Paper, question: Question): Inquiry {
  const reading = readingOf(paper);
  const aliases = aliasesOf(paper);
  ownGroups(
    reading,
    aliases,
    queryOf(question.intervention, aliases),
    queryOf(question.comparator, aliases),
  );
  const counts = new Map<string, number>();
  const texts = reading.sentences.map((sentence) => sentence.text);
  for (const text of texts)
    for (const term of new Set(termsOf(text))) counts.set(term, (counts.get(term) ?? 0) + 1);
  const memory = new Map<string, string[]>();
  return {
    paper,
    reading,
    aliases,
    matrices: paper.tables.filter((table) => table.rows.length > 1).map(matrixOf),
    intervention: queryOf(question.intervention, aliases),
    comparator: queryOf(question.comparator, aliases),
    outcome: queryOf(question.outcome, aliases),
    weightOf: (term) => Math.log(1 + (texts.length + 1) / ((counts.get(term) ?? 0) + 1)),
    terms: (text) => {
      const known = memory.get(text) ?? spelled(text, aliases);
      memory.set(text, known);
      return known;
    },
  };
}
