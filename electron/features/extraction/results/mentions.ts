/** Where a sentence names the arms: stretches of up to six words that fit one arm clearly better than the other. */
import { findNumbers } from "../numbers.ts";
import { armScores } from "./arm-match.ts";
import type { Inquiry } from "./context.ts";
import { withoutIt } from "./likeness.ts";

export type Side = "intervention" | "comparator";
export type Mention = { side: Side; start: number; end: number; score: number };

const loose =
  /^(?:the )?(?:intervention|treatment|experimental|active|study|test|treated|drug|cases?|training)$/i;

export function mentionsIn(inquiry: Inquiry, text: string): Mention[] {
  const words = [...text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}'’%+/-]*/gu)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  const asked = `${inquiry.intervention.text} ${inquiry.comparator.text}`;
  const mentions: Mention[] = [];
  const lacking =
    withoutIt.test(inquiry.intervention.text) !== withoutIt.test(inquiry.comparator.text);
  for (const [index, word] of words.entries()) {
    // Behind "no" or "without" stands the name of the arm that lacks it, "no" included.
    if (lacking && /\b(?:no|without|non)[\s"“-]*$/i.test(text.slice(0, word.start))) continue;
    for (let take = 1; take <= 6; take += 1) {
      const last = words[index + take - 1];
      if (!last) break;
      const phrase = text.slice(word.start, last.end);
      if (/[.;,:()](?!\d)/.test(phrase)) break;
      // Numbers are results, unless the arm's own name holds them ("200 mg").
      if (
        !/groups? /i.test(phrase) &&
        findNumbers(phrase).some(({ raw }) => /\d/.test(raw) && !asked.includes(raw.trim()))
      )
        break;
      const { own, other } = armScores(inquiry, phrase);
      const [score, side] =
        own > other ? [own, "intervention" as const] : [other, "comparator" as const];
      // "study" and "treatment" name an arm only as "study group".
      if (
        side === "intervention" &&
        loose.test(phrase) &&
        !/^\s*(?:groups?|arms?|patients|participants|subjects|villages|clusters|children|women|facilities|schools)\b/i.test(
          text.slice(last.end),
        )
      )
        continue;
      if (score >= 0.3 && Math.abs(own - other) > 0.2)
        mentions.push({ side, start: word.start, end: last.end, score });
    }
  }
  return complemented(text, distinctMentions(mentions));
}

const groupPhrase =
  /\b(?:the |a )?([\p{L}\p{N}][\p{L}\p{N}+/-]*(?: [\p{L}\p{N}+/-]+)?) (?:groups?|arms?)\b/giu;
const noName =
  /^(?:the|both|each|all|two|three|four|these|either|other|study|treatment|between|of|in|same|age|among|patient|respective|this|that|any|every|different|within|no|whole|intention)\b/i;

/** Of exactly two groups that a sentence names, the one that no words tell is the arm that the other is not. */
function complemented(text: string, mentions: Mention[]): Mention[] {
  const phrases = [...text.matchAll(groupPhrase)]
    .map((match) => ({
      name: match[1] ?? "",
      start: match.index,
      end: match.index + match[0].length,
    }))
    .filter(({ name }) => !noName.test(name.split(" ").at(-1) ?? "") && !noName.test(name));
  const told = phrases.map((phrase) =>
    mentions.find((mention) => mention.start < phrase.end && mention.end > phrase.start),
  );
  const untold = phrases.filter((_, index) => told[index] === undefined);
  const sides = new Set(mentions.map(({ side }) => side));
  const names = new Set(untold.map(({ name }) => (name.split(" ").at(-1) ?? "").toLowerCase()));
  if (names.size !== 1 || sides.size !== 1 || !told.some((mention) => mention !== undefined))
    return mentions;
  const side: Side = sides.has("intervention") ? "comparator" : "intervention";
  // Words that name the arm elsewhere ("statin" for atorvastatin) are not needed: two groups, one known.
  return [
    ...mentions,
    ...untold.map(({ start, end }) => ({ side, start, end, score: 0.45 })),
  ].toSorted((a, b) => a.start - b.start);
}

function distinctMentions(mentions: Mention[]): Mention[] {
  const kept: Mention[] = [];
  for (const mention of mentions.toSorted(
    (a, b) => b.score - a.score || a.end - a.start - (b.end - b.start),
  )) {
    if (!kept.some((other) => mention.start < other.end && mention.end > other.start))
      kept.push(mention);
  }
  return kept.toSorted((a, b) => a.start - b.start);
}
