/** Short forms that a paper defines ("digestion-resistant maltodextrin (RMD)", "Group A: ropivacaine"), and text spelt out by them. */
import type { Paper } from "../../../api/schemas/extraction.ts";
import { termsOf } from "../terms.ts";

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
      /\b(groups?|arms?|cohorts?|regimens?)[\s-]+([A-Z]\b|[IVX]{1,3}\b|\d\b)/gi,
      (_, __, mark: string) => `group${roman[mark.toLowerCase()] ?? mark.toLowerCase()} `,
    );
}

export function aliasesOf(paper: Paper): Aliases {
  const aliases: Aliases = new Map();
  const prose = paper.blocks
    .filter((block) => block.kind !== "reference")
    .map((block) => paper.text.slice(block.start, block.end))
    .join("\n");
  const add = (short: string, long: string): void => {
    if (/^\s*\d+\s+\p{L}+\s*$|^\s*table\b/iu.test(long)) return;
    const key = short.toLowerCase().trim();
    if (!aliases.has(key) && long.trim().length > short.length) aliases.set(key, long.trim());
  };
  for (const match of prose.matchAll(
    /((?:[\p{L}\p{N}'’+/-]+\s+){1,9})\(\s*([A-Z][\p{L}\p{N}/+-]{0,11})\s*(?:[;,][^)]*)?\)/gu,
  )) {
    const long = longForm(match[1] ?? "", match[2] ?? "");
    if (long) add(match[2] ?? "", long);
  }
  for (const match of prose.matchAll(
    /\b([A-Z][A-Za-z0-9/-]{1,9})\s*(?:=|:|,|\s(?=[a-z]+[- ][a-z]))\s*([a-z][\p{L}\s-]{4,60}?)(?=[;.,\n]|\s[A-Z]{2,})/gu,
  )) {
    if (initialsFit(match[2] ?? "", match[1] ?? "")) add(match[1] ?? "", match[2] ?? "");
  }
  for (const match of groupWords(prose).matchAll(
    /\b(group[a-rt-z0-9])\s*(?:\(\s*n\s*=\s*\d+\s*\))?\s*(?:[:(=,]|received|were given|was given|consisted of|patients received)\s*([^.;:()\n]{3,80})/g,
  ))
    add(match[1] ?? "", match[2] ?? "");
  for (const match of groupWords(prose).matchAll(
    /\b([^.;:()\n,]{4,60})\s*\(\s*(group[a-rt-z0-9])\b/g,
  ))
    add(match[2] ?? "", (match[1] ?? "").split(" ").slice(-6).join(" "));
  return aliases;
}

/** The words before the bracket whose first letters spell the short form; undefined when none do. */
function longForm(before: string, short: string): string | undefined {
  const words = before.trim().split(/\s+/);
  const letters = short.toLowerCase().replaceAll(/[^a-z]/g, "");
  if (letters.length < 2) return undefined;
  for (let take = Math.min(words.length, letters.length + 4); take >= 1; take -= 1) {
    const phrase = words.slice(-take).join(" ");
    if (phrase.toLowerCase().startsWith(letters[0] ?? "") && initialsFit(phrase, short))
      return phrase;
  }
  return undefined;
}

function initialsFit(phrase: string, short: string): boolean {
  const letters = short
    .toLowerCase()
    .replaceAll(/[^a-z]/g, "")
    .replace(/s$/, "");
  const initials = phrase
    .toLowerCase()
    .split(/[\s/-]+/)
    .map((word) => word[0] ?? "")
    .join("");
  let at = 0;
  for (const letter of initials) if (letter === letters[at]) at += 1;
  return letters.length >= 2 && at >= Math.max(2, letters.length - 1);
}

/** Terms of the text with its short forms spelt out beside them. */
export function spelled(text: string, aliases: Aliases): string[] {
  const grouped = groupWords(text);
  const words = grouped.match(/[\p{L}\p{N}][\p{L}\p{N}/+-]*/gu) ?? [];
  // "ACVC-HA" may be defined as a whole, or only in its parts.
  const extra = words.flatMap((word) => {
    const whole = aliases.get(word.toLowerCase());
    if (whole !== undefined || !/[/+-]/.test(word)) return whole ?? [];
    return word.split(/[/+-]/).flatMap((part) => aliases.get(part.toLowerCase()) ?? []);
  });
  return termsOf([grouped, ...extra].join(" "));
}
