/** Short forms that a paper defines ("digestion-resistant maltodextrin (RMD)", "Group A: ropivacaine"), and text spelt out by them. */
import type { Paper } from "../../../api/schemas/extraction.ts";
import { termsOf } from "../terms.ts";
import { shortFormsIn } from "./short-forms.ts";

export type Aliases = Map<string, string>;

const shortUnit: Record<string, string> = {
  hour: "h",
  hours: "h",
  hr: "h",
  hrs: "h",
  minute: "min",
  minutes: "min",
  mins: "min",
  week: "wk",
  weeks: "wk",
  day: "d",
  days: "d",
  month: "mo",
  months: "mo",
  year: "y",
  years: "y",
  mcg: "µg",
};
const roman: Record<string, string> = { i: "1", ii: "2", iii: "3", iv: "4", v: "5", vi: "6" };

/** A group's label as one word that no other word equals. */
const groupMark = (mark: string): string =>
  `xgrp${roman[mark.toLowerCase()] ?? mark.toLowerCase()} `;

/** "Group II", "group 2" and "arm 2" become one word that keeps apart from other numbers; so do a number and its unit. */
export function groupWords(text: string): string {
  return text
    .replaceAll(
      /(\d)\s*-?\s*(hours?|hrs?|h|mg|µg|mcg|kg|ml|mm|minutes?|mins?|weeks?|wk|days?|months?|years?|%)(?![\p{L}])/giu,
      (_, digit: string, unit: string) =>
        `${digit}${shortUnit[unit.toLowerCase()] ?? unit.toLowerCase()} `,
    )
    .replaceAll(
      /\b(weeks?|days?|months?|years?|hours?|minutes?)\s+(\d+)\b/gi,
      (_, unit: string, digits: string) => `${digits}${shortUnit[unit.toLowerCase()] ?? unit} `,
    )
    .replaceAll(
      /\b([A-Z])(\d+)\s*[-–]\s*\1?(\d+)\b/g,
      (_, letter: string, from: string, to: string) => `${letter}${from}to${letter}${to} `,
    )
    .replaceAll(
      /\b(?:[Gg]roups|[Aa]rms)\s+((?:[A-Z]{1,2}\d?|[IVX]{1,3}|\d)(?:(?:,|,? and|\s*&|,? or)\s+(?:[A-Z]{1,2}\d?|[IVX]{1,3}|\d))+)\b/g,
      (_, list: string) => list.replaceAll(/[A-Z]+\d?|\d/g, (mark) => groupMark(mark)),
    )
    .replaceAll(
      /\b(?:[Gg]roups?|[Aa]rms?|[Cc]ohorts?|[Rr]egimens?|GROUP)[\s-]+([A-Z]{1,3}\d?|\d)\b/g,
      (_, mark: string) => groupMark(mark),
    );
}

/** What the paper's prose, notes and captions define; the first definition of a short form counts. */
export function aliasesOf(paper: Paper): Aliases {
  const known = defined.get(paper) ?? definedIn(paper);
  defined.set(paper, known);
  return new Map(known);
}

const defined = new WeakMap<Paper, Aliases>();

function definedIn(paper: Paper): Aliases {
  const aliases: Aliases = new Map();
  const texts = [
    ...paper.blocks
      .filter((block) => block.kind !== "reference")
      .map((block) => paper.text.slice(block.start, block.end)),
    ...paper.tables.flatMap((table) => table.footnotes),
  ];
  for (const text of texts)
    for (const [short, long] of shortFormsIn(text))
      if (!aliases.has(short) && !/^\d+\s+\p{L}+$|^table\b/iu.test(long)) aliases.set(short, long);
  return aliases;
}

/** The text with the long forms of its short forms behind it. */
export function spelt(text: string, aliases: Aliases): string {
  const grouped = groupWords(text);
  const words = grouped.match(/[\p{L}\p{N}][\p{L}\p{N}/+-]*/gu) ?? [];
  // "ACVC-HA" may be defined as a whole, or only in its parts.
  const extra = words.flatMap((word) => {
    const whole = aliases.get(word.toLowerCase());
    if (whole !== undefined || !/[/+-]/.test(word)) return whole ?? [];
    return word.split(/[/+-]/).flatMap((part) => aliases.get(part.toLowerCase()) ?? []);
  });
  return [grouped, ...extra].join(" ");
}

export const spelled = (text: string, aliases: Aliases): string[] => termsOf(spelt(text, aliases));
