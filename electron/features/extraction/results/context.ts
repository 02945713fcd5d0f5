/** One question put to one paper, with what both sides of every comparison need. */
import type { Paper } from "../../../api/schemas/extraction.ts";
import { readingOf, type Reading } from "../fields/reading.ts";
import { termsOf } from "../terms.ts";
import { aliasesOf, spelt, type Aliases } from "./aliases.ts";
import { labelGroups } from "./group-labels.ts";
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
  /** The text with its short forms spelt out behind it. */
  spell: (text: string) => string;
  /** A term of the question as the paper spells it: the paper's own term one letter apart, where it lacks the asked one. */
  correct: (term: string) => string;
  /** What spreads of means the whole paper speaks of, where it speaks of one kind only. */
  spread: "sd" | "se" | "unknown";
  /** Terms of both arms' names. */
  arms: Set<string>;
  armMemory: Map<string, { own: number; other: number }>;
};

function spreadSaid(text: string): Inquiry["spread"] {
  const sd = /\bSDs?\b|\bS\.D\.|standard deviations?/.test(text);
  const se = /\bSEM?s?\b|\bS\.E\.|standard errors?/.test(text);
  return sd === se ? "unknown" : sd ? "sd" : "se";
}

/** At most one letter more, less or other. */
function oneApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const [x, y] = [a.slice(at), b.slice(at)];
  return x.slice(1) === y || x === y.slice(1) || x.slice(1) === y.slice(1);
}

function correction(text: string): (term: string) => string {
  const known = new Set(termsOf(text));
  const memory = new Map<string, string>();
  return (term) => {
    if (term.length < 6 || known.has(term)) return term;
    const kept = memory.get(term);
    if (kept !== undefined) return kept;
    const alike = [...known].find((other) => other.length >= 6 && oneApart(term, other)) ?? term;
    memory.set(term, alike);
    return alike;
  };
}

/** Footnote letters that stick to a word ("Groupa", "SNRb"): cut where the paper's prose knows the word only without. */
function withoutMarks(text: string, words: Set<string>): string {
  return text
    .replaceAll(/[*†‡§¶∥#™®]+/g, " ")
    .replaceAll(
      /(?<![\p{L}\p{N}])([\p{L}\p{N}]{2,})([a-h])(?![\p{L}\p{N}])/gu,
      (whole, bare: string) =>
        !words.has(whole.toLowerCase()) && words.has(bare.toLowerCase()) ? bare : whole,
    );
}

export function inquiryOf(paper: Paper, question: Question): Inquiry {
  const reading = readingOf(paper);
  const aliases = aliasesOf(paper);
  labelGroups(
    reading,
    aliases,
    queryOf(question.intervention, aliases),
    queryOf(question.comparator, aliases),
  );
  const counts = new Map<string, number>();
  const texts = reading.sentences.map((sentence) => sentence.text);
  for (const text of texts)
    for (const term of new Set(termsOf(text))) counts.set(term, (counts.get(term) ?? 0) + 1);
  const tableTexts = paper.tables
    .map((table) => paper.text.slice(table.start, table.end))
    .join(" ");
  const memory = new Map<string, string[]>();
  const words = new Set(
    texts
      .join(" ")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [],
  );
  const spell = (text: string): string => spelt(withoutMarks(text, words), aliases);
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
      const known = memory.get(text) ?? termsOf(spell(text));
      memory.set(text, known);
      return known;
    },
    spell,
    correct: correction(`${texts.join(" ")} ${tableTexts}`),
    spread: spreadSaid(paper.text),
    arms: new Set([
      ...queryOf(question.intervention, aliases).terms,
      ...queryOf(question.comparator, aliases).terms,
    ]),
    armMemory: new Map(),
  };
}
