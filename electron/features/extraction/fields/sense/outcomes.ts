/** Doubts about what was measured and what came out, and about fields that no rule knows. Pure. */
import { termWeights, termsOf } from "../../terms.ts";
import { findArms } from "../arms.ts";
import { outcomes, primaryOutcome } from "../outcomes.ts";
import { elsewhere, first, inTable, sentenceOf, type Asked } from "./asked.ts";

export function outcome(asked: Asked): string | undefined {
  const { value } = asked.candidate;
  return first(
    sentenceOf(asked)?.role === "introduction" && "it stands in the introduction",
    /(?:^|\s)[A-Z]$/.test(value.trim()) && "the words are cut off",
    /\b(?:standard deviation|sample size|power|was set|set at)\b/i.test(value) &&
      "the words are of a calculation",
    value.trim().split(/\s+/).length < 1 && "no words",
    /\b(?:explained by|accounted for|variance in)\b/i.test(value) &&
      "the words are of a calculation",
    /^(?:calculated|constructed|examined|tested|using|assessed with|standardi[sz]ed mean|alter|affect|improve|reduce|increase|decrease|rose|fell|shorter|longer|higher|lower|greater|significant\w*|no|not|achieved|met|similar|analy[sz]ed|compared|available|obtained|collected|included|not|based|also|evaluated|assessed|measured|recorded|reported)\b/i.test(
      value,
    ) && "a finding, not what was measured",
    /\b(?:rose|fell|increased|decreased|improved|reduced|was|were) (?:after|in|by|from|significantly|higher|lower)\b/i.test(
      value,
    ) && "a finding, not what was measured",
  );
}

const general = new Set(
  termsOf(
    "primary secondary outcome outcomes endpoint end point measure measured change changes from to after before at baseline week weeks month months day days between in groups group treatment mean score scores rate level levels the patients participants",
  ),
);
/** How much of the primary outcome's telling words a sentence must hold to be its result. */
const sameOutcome = 0.5;
export function primaryResult(asked: Asked): string | undefined {
  const { candidate, reading } = asked;
  const sentence = sentenceOf(asked);
  const named = primaryOutcome(reading)[0] ?? outcomes(reading)[0];
  const weights = termWeights(reading.sentences.map(({ text }) => text));
  const arms = new Set(findArms(reading).flatMap(({ name }) => termsOf(name)));
  const wanted = [...new Set(termsOf(named?.value ?? ""))].filter(
    (term) => !general.has(term) && !arms.has(term),
  );
  const there = new Set(termsOf(candidate.quote));
  const weigh = (terms: string[]): number =>
    terms.reduce((sum, term) => sum + (weights.get(term) ?? 0), 0);
  const share =
    wanted.length === 0
      ? 0
      : weigh(wanted.filter((term) => there.has(term))) / Math.max(1e-9, weigh(wanted));
  return first(
    elsewhere(sentence),
    /\bsub(?:set|group)s?\b/i.test(candidate.quote) && "the quote speaks of a part of the people",
    (sentence?.kind === "footnote" || sentence?.kind === "caption") &&
      "a note under a table is no result",
    /\b(?:are|is) expressed as|abbreviations?\b|confidence intervals?;/i.test(candidate.quote) &&
      "a note under a table is no result",
    /\bnot powered\b/i.test(candidate.quote) && "the sentence says what the study cannot tell",
    /\bprimary (?:outcome|end ?point)s?[^.;]{0,40}\b(?:was|were|is)\b/i.test(candidate.quote) &&
      !/\bp\s*[<=>]|\bCI\b|\b(?:versus|vs|compared|than|respectively|significant\w*)\b/i.test(
        candidate.quote,
      ) &&
      "the sentence says what was measured, not what came out",
    primaryOutcome(reading).length === 0 &&
      !/\bprimary\b/i.test(candidate.quote) &&
      "the paper names no primary outcome that this could be the result of",
    share < sameOutcome &&
      !/\bprimary (?:outcome|end ?point|efficacy)/i.test(candidate.quote) &&
      "the sentence speaks of another outcome than the primary one",
  );
}

/** A field that no rule knows: every word of its name has to stand in the quote. */
export function named(asked: Asked): string | undefined {
  const { candidate, field } = asked;
  const there = new Set(termsOf(candidate.quote));
  const lacking = [...new Set(termsOf(field.name))].filter((term) => !there.has(term));
  const sentence = sentenceOf(asked);
  return first(
    elsewhere(sentence),
    lacking.length > 0 && `the quote does not speak of "${field.name}"`,
    (sentence?.kind === "heading" ||
      (candidate.value.split(/\s+/).length < 4 && field.type === "text" && !inTable(asked))) &&
      "a heading is no answer",
  );
}
