/** What the trial measured, which outcome was primary, and what came out. */
import { findNumbers } from "../numbers.ts";
import { termWeights, termsOf } from "../terms.ts";
import { ranked, weightOf, type Candidate, type Reading } from "./reading.ts";

const primary =
  /\b(?:primary|main|principal|co-primary)\s+(?:efficacy\s+|study\s+|clinical\s+)?(?:outcome|end[- ]?point|variable|measure|parameter)s?(?:\s+(?:measure|variable|parameter)s?)?(?:\s+(?:of|in|for) (?:the|this|our) (?:study|trial))?\s*(?:\([^)]*\)\s*)?(?:was|were|is|included?|consisted of|comprised|:|,)\s*(?:defined as |assessed (?:by|as|using) |measured (?:by|as|using) )?(?:the |an? )?((?:[^.;]|(?<=\b[A-Z])\.(?=\s+[a-z])|(?<=\d)\.(?=\d)){4,220})/i;
const measured =
  /\b(?:(?:secondary |study |clinical )?(?:outcomes?|end[- ]?points?)(?: measures?| variables?)?)\s+(?:was|were|included?|are|is|assessed were|of interest were|measured were|:)\s*(?:the |an? )?((?:[^.;]|(?<=\b[A-Z])\.(?=\s+[a-z])|(?<=\d)\.(?=\d)){4,220})/i;

/** Outcomes in the paper's words: the primary first. */
export function outcomes(reading: Reading): Candidate[] {
  const primaries = primaryOutcome(reading);
  const others = reading.sentences.flatMap((sentence): Candidate[] => {
    const match = weightOf(sentence) > 0 ? measured.exec(sentence.text) : null;
    return match?.[1]
      ? [
          {
            value: tidy(match[1]),
            quote: sentence.text,
            near: sentence.start,
            score: weightOf(sentence),
            method: "sentence naming outcomes",
          },
        ]
      : [];
  });
  const marked = reading.marks.flatMap((mark): Candidate[] => {
    if (mark.label !== "outcomes" && mark.label !== "outcome") return [];
    const sentence = reading.sentences.find(
      (one) => one.start <= mark.start && one.end >= mark.end,
    );
    if (!sentence || sentence.role !== "abstract" || mark.score < 0.6 || mark.text.length < 4)
      return [];
    return [
      {
        value: mark.text,
        quote: sentence.text,
        near: sentence.start,
        score: 1 + mark.score,
        method: mark.pack,
      },
    ];
  });
  return ranked([...primaries, ...others, ...marked]).slice(0, 5);
}

export function primaryOutcome(reading: Reading): Candidate[] {
  return ranked(
    reading.sentences.flatMap((sentence): Candidate[] => {
      const match = sentence.role === "introduction" ? null : primary.exec(sentence.text);
      if (
        !match?.[1] ||
        /^(?:not|also|achieved|met|significant|similar|analy[sz]ed|compared)\b/i.test(match[1])
      )
        return [];
      return [
        {
          value: tidy(match[1]),
          quote: sentence.text,
          near: sentence.start,
          score: weightOf(sentence) + 4,
          method: "sentence naming the primary outcome",
        },
      ];
    }),
  ).slice(0, 1);
}

const tidy = (text: string): string =>
  text
    .replace(/\s+(?:and|which|as well as|while|whereas)\s*$/i, "")
    .replace(/\[[\d,\s–-]+\]/g, "")
    .trim();

/** The sentence of the results that speaks of the primary outcome with numbers. */
export function primaryResult(reading: Reading): Candidate[] {
  const named = primaryOutcome(reading)[0] ?? outcomes(reading)[0];
  const weights = termWeights(reading.sentences.map((sentence) => sentence.text));
  const wanted = new Set(named ? termsOf(named.value) : []);
  return ranked(
    reading.sentences.flatMap((sentence): Candidate[] => {
      const result =
        sentence.role === "results" ||
        (sentence.role === "abstract" &&
          /result|finding/i.test(sentence.section + sentence.text.slice(0, 20))) ||
        sentence.role === "abstract";
      if (
        !result ||
        sentence.kind === "caption" ||
        sentence.kind === "footnote" ||
        findNumbers(sentence.text).length === 0
      )
        return [];
      const shared = [...new Set(termsOf(sentence.text))]
        .filter((term) => wanted.has(term))
        .reduce((sum, term) => sum + (weights.get(term) ?? 0), 0);
      const compares =
        /\b(?:p\s*[<=>]|95 ?% ?CI|confidence interval|versus|vs|compared|than|difference|significan)/i.test(
          sentence.text,
        )
          ? 2.5
          : 0;
      const says = /\bprimary\b/i.test(sentence.text) ? 1.5 : 0;
      if (compares === 0 || (wanted.size > 0 && shared === 0 && says === 0)) return [];
      return [
        {
          value: sentence.text,
          quote: sentence.text,
          near: sentence.start,
          score: shared + compares + says + (sentence.role === "abstract" ? 1.5 : 0),
          method: "result sentence for the primary outcome",
        },
      ];
    }),
  );
}
