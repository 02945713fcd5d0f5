/** One question put to one paper, with what both sides of every comparison need. */
import type { Paper } from "../../../api/schemas/extraction.ts";
import { readingOf, type Reading } from "../fields/reading.ts";
import { termsOf } from "../terms.ts";
import { aliasesOf, spelled, type Aliases } from "./aliases.ts";
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

export function inquiryOf(paper: Paper, question: Question): Inquiry {
  const reading = readingOf(paper);
  const aliases = aliasesOf(paper);
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
