/**
 * The proof rule. A value is *verified* only if its quote stands in the paper's text, word for word
 * (white space and line-end hyphens aside), and every number of the value stands in the quote.
 * Everything else is *unsupported*, whoever suggested it.
 */
import type { Evidence } from "../../api/schemas/ledger.ts";
import type { Paper } from "../../api/schemas/extraction.ts";
import { findNumbers } from "./numbers.ts";
import { boxesOf, pageOf } from "./paper-builder.ts";

export type Verdict = { status: "verified" | "unsupported"; reason: string; evidence: Evidence };

type Folded = { text: string; places: number[] };

const foldedTexts = new WeakMap<object, Folded>();

/** White space to one space, hyphens between letters dropped, dashes and quotes of one kind. */
function fold(text: string): Folded {
  let folded = "";
  const places: number[] = [];
  const add = (letter: string, place: number): void => {
    folded += letter;
    places.push(place);
  };
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] ?? "";
    if (/\s/.test(letter)) {
      if (folded !== "" && !folded.endsWith(" ")) add(" ", at);
    } else if (
      /[-\u00AD\u2010\u2011]/.test(letter) &&
      /\p{L}\s*$/u.test(text.slice(Math.max(0, at - 3), at)) &&
      /^\s*\p{L}/u.test(text.slice(at + 1, at + 4))
    ) {
      // "treat-\nment", "treat-ment" and "treatment" are one word.
      while (/\s/.test(text[at + 1] ?? "")) at += 1;
    } else add(foldSign(letter), at);
  }
  return { text: folded.trimEnd(), places };
}

function foldSign(letter: string): string {
  if (/[–—−‒]/.test(letter)) return "-";
  if (/[‘’ʼ]/.test(letter)) return "'";
  if (/[“”]/.test(letter)) return '"';
  return letter;
}

/** Where the quote stands in the paper (first place at or after `near`, else the first); undefined when it does not. */
export function locate(
  paper: Pick<Paper, "text">,
  quote: string,
  near = 0,
): { start: number; end: number } | undefined {
  const wanted = fold(quote).text.trim();
  if (wanted === "") return undefined;
  let folded = foldedTexts.get(paper);
  if (!folded) foldedTexts.set(paper, (folded = fold(paper.text)));
  const from =
    near === 0
      ? 0
      : Math.max(
          0,
          folded.places.findIndex((place) => place >= near),
        );
  let at = wholeWords(folded.text, wanted, from);
  if (at < 0 && from > 0) at = wholeWords(folded.text, wanted, 0);
  if (at < 0) return undefined;
  const start = folded.places[at] ?? 0;
  const last = folded.places[at + wanted.length - 1] ?? start;
  return { start, end: last + 1 };
}

/** A quote that starts or ends inside a word or number is not that quote: "12" is not in "123". */
function wholeWords(text: string, wanted: string, from: number): number {
  const inside = (a: string, b: string): boolean =>
    /[\p{L}\p{N}]/u.test(a) && /[\p{L}\p{N}]/u.test(b);
  for (let at = text.indexOf(wanted, from); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const before = text[at - 1] ?? " ";
    const after = text[at + wanted.length] ?? " ";
    if (inside(before, wanted[0] ?? "") || inside(wanted.at(-1) ?? "", after)) continue;
    const decimal =
      (/[.,]/.test(after) && /\d$/.test(wanted) && /\d/.test(text[at + wanted.length + 1] ?? "")) ||
      (/[.,]/.test(before) && /^\d/.test(wanted) && /\d/.test(text[at - 2] ?? ""));
    if (!decimal) return at;
  }
  return -1;
}

/**
 * Checks a suggested value against the paper. `words` says when a value without numbers is borne
 * out by the quote; by default its own words must be in it.
 */
export function verify(
  paper: Paper,
  value: string,
  quote: string,
  options: { near?: number; words?: (quote: string) => boolean } = {},
): Verdict {
  const place = locate(paper, quote, options.near);
  if (!place)
    return { status: "unsupported", reason: "the quote is not in the text", evidence: { quote } };
  const evidence: Evidence = { quote, ...place, boxes: boxesOf(paper, place.start, place.end) };
  const page = pageOf(paper, place.start, place.end);
  if (page !== undefined) evidence.page = page;
  const unsupported = (reason: string): Verdict => ({ status: "unsupported", reason, evidence });
  if (value.trim() === "") return unsupported("there is no value");
  const inQuote = new Set(findNumbers(quote).map((number) => Math.abs(number.value)));
  const missing = findNumbers(value).filter((number) => !inQuote.has(Math.abs(number.value)));
  if (missing.length > 0)
    return unsupported(
      `${missing.map((number) => number.raw.trim()).join(", ")} is not in the quote`,
    );
  const borneOut = options.words ?? ((text: string) => wordsWithin(value, text));
  if (!borneOut(quote)) return unsupported("the quote does not say so in these words");
  return {
    status: "verified",
    reason: "quote found in the text; every number is in the quote",
    evidence,
  };
}

/** Every word of the value is in the quote, hyphens and case aside. */
export function wordsWithin(value: string, quote: string): boolean {
  const words = (text: string): string[] =>
    fold(text)
      .text.toLowerCase()
      .match(/\p{L}+/gu) ?? [];
  const there = new Set(words(quote));
  const numberWords = findNumbers(value).map((number) => number.raw.toLowerCase());
  return words(value).every(
    (word) => there.has(word) || numberWords.some((raw) => raw.includes(word)),
  );
}
