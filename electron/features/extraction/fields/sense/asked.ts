/**
 * Whether a quote speaks of what the field asks. The proof rule (evidence.ts) makes sure that the words
 * are in the paper; "5 years" of smoking are in it too, and are no follow-up. Each doubt says in words
 * what speaks against a candidate; a candidate with a doubt is shown as unsupported, never verified.
 * Pure; the words were collected on 12 trial reports of evidence_inference and judged on others.
 */
import type { Field } from "../../../../api/schemas/extraction.ts";
import { findNumbers } from "../../numbers.ts";
import type { Sentence } from "../../sentences.ts";
import type { Candidate, Reading } from "../reading.ts";

export type Asked = { candidate: Candidate; field: Field; reading: Reading };
export type Doubt = (asked: Asked) => string | undefined;

export const sentenceOf = ({ candidate, reading }: Asked): Sentence | undefined =>
  reading.sentences.find(({ start }) => start === candidate.near);
export const inTable = (asked: Asked): boolean => sentenceOf(asked) === undefined;
/** The words right before and right after the value in its quote. */
export function around({ value, quote }: Candidate): { before: string; after: string } {
  const at = quote.indexOf(value);
  const from =
    at >= 0 ? at : (findNumbers(quote).find(({ value: n }) => String(n) === value)?.start ?? -1);
  if (from < 0) return { before: quote, after: quote };
  const end =
    at >= 0
      ? at + value.length
      : (findNumbers(quote).find(({ start }) => start === from)?.end ?? from);
  return { before: quote.slice(Math.max(0, from - 60), from), after: quote.slice(end, end + 60) };
}
const ofOthers =
  /\b(?:previous(?:ly)?|prior|earlier|other|several|recent) (?:\w+ ){0,2}(?:stud(?:y|ies)|trials?|reports?|reviews?|work)\b|\bmeta-?analys|\bet al\b|\breported (?:by|in)\b|^in contrast\b|\bin (?:one|another) (?:stud|trial)|\band (?:others|colleagues)\b|\b(?:are|is) (?:needed|warranted|required)\b|\bfuture (?:stud|trial)|\b(?:WHO|World Health Organi[sz]ation|guidelines?)\b[^.]*\brecommend/i;
export const speaksOfOthers = (sentence: Sentence | undefined): boolean =>
  sentence !== undefined && ofOthers.test(sentence.text);
export const elsewhere = (sentence: Sentence | undefined): string | undefined =>
  sentence && (sentence.role === "introduction" || sentence.role === "discussion")
    ? `it stands in the ${sentence.role}, not where this study is told`
    : sentence && ofOthers.test(sentence.text)
      ? "the sentence speaks of other studies"
      : undefined;
export const first = (...found: (string | undefined | false)[]): string | undefined =>
  found.find((one): one is string => typeof one === "string");

export const unbalanced = (name: string): boolean =>
  name.includes("“") !== name.includes("”") || name.includes("(") !== name.includes(")");

export const oneGroup =
  /^[^.;,]{0,12}\b(?:in|for|of) (?:the )?[\p{L}\p{N}-]+(?: [\p{L}\p{N}-]+){0,3} (?:group|arm)\b/iu;

/** The quote must hold what the field is about at all. */
export const telling =
  (words: RegExp): Doubt =>
  (asked) =>
    first(
      elsewhere(sentenceOf(asked)),
      !words.test(asked.candidate.value) && "no word of what is asked",
    );
