/** Which asked arm a bare group label ("group II") stands for. */
import type { Reading } from "../fields/reading.ts";
import { termsOf } from "../terms.ts";
import { groupWords, type Aliases } from "./aliases.ts";
import { hasTerm, type Query } from "./likeness.ts";

const label = /\bxgrp[a-z0-9]{1,4}\b/g;

/** What is said of each label: from the label to the next one, or the sentence's end. */
function definitionsIn(sentence: string): { label: string; text: string; before: string }[] {
  const text = groupWords(sentence);
  const marks = [...text.matchAll(label)];
  return marks.map((mark, index) => {
    const end = marks[index + 1]?.index ?? text.length;
    const from = mark.index + mark[0].length;
    const last = marks[index - 1];
    return {
      label: mark[0],
      text: text.slice(from, Math.min(end, from + 220)).split(/;\s/)[0] ?? "",
      // "... ropivacaine (group A) and ... saline (group B)"
      before: /[([]\s*$/.test(text.slice(0, mark.index))
        ? text.slice(Math.max(last ? last.index + last[0].length : 0, mark.index - 120), mark.index)
        : "",
    };
  });
}

/** Share of the arm's own words (those that the other arm lacks) that the text holds, less the share of the other's. */
function leaning(text: string, one: Query, two: Query): number {
  const there = new Set(termsOf(groupWords(text)));
  const share = (own: Query, other: Query): number => {
    const telling = [...own.terms].filter(
      (term) => !other.terms.has(term) && !term.startsWith("xgrp"),
    );
    return telling.filter((term) => hasTerm(there, term)).length / Math.max(1, telling.length);
  };
  return share(one, two) - share(two, one);
}

/** "Group RF" is called "RF" as well. */
const bareOf = (name: string): string[] =>
  /^xgrp[a-z]{2,3}\d?$/.test(name) ? [name.replace("xgrp", "")] : [];

/** Adds the words of the arm to each label that leans to one arm; definitions count more than what stands near. */
export function labelGroups(reading: Reading, aliases: Aliases, one: Query, two: Query): void {
  const votes = new Map<string, number>();
  const vote = (name: string, weight: number): void => {
    votes.set(name, (votes.get(name) ?? 0) + weight);
  };
  const notes = reading.paper.tables.flatMap((table) => table.footnotes);
  const sentences = [
    ...reading.sentences.map(({ text, role }) => ({
      text,
      weight: role === "abstract" || role === "methods" ? 2 : 1,
    })),
    ...notes.map((text) => ({ text, weight: 2 })),
  ];
  for (const { text, weight } of sentences) {
    for (const said of definitionsIn(text)) {
      const defines =
        /^\s*(?:[:(=,]|received|was|were|patients|subjects|had|consisted|included)/.test(said.text);
      vote(said.label, weight * (defines ? 1 : 0.4) * leaning(said.text, one, two));
      if (said.before !== "") vote(said.label, 2 * weight * leaning(said.before, one, two));
    }
  }
  for (const side of [1, -1]) {
    const best = Math.max(...[...votes.values()].map((value) => side * value));
    const [own, other] = side === 1 ? [one, two] : [two, one];
    const words = [...own.terms].filter((term) => !other.terms.has(term)).join(" ");
    for (const [name, value] of votes)
      if (side * value >= Math.max(0.15, 0.7 * best))
        for (const key of [name, ...bareOf(name)])
          aliases.set(key, `${aliases.get(key) ?? ""} ${words}`);
  }
}
