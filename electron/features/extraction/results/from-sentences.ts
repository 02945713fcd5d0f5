/** Reads the asked comparison out of sentences: values in the order of the arms, or beside their names. */
import type { Sentence } from "../sentences.ts";
import type { CellValue } from "./cell-value.ts";
import type { Inquiry } from "./context.ts";
import { formOf, type Features, type Found, type FoundArm } from "./found.ts";
import { kindsFit } from "./kinds.ts";
import { comparesTimes } from "./likeness.ts";
import { mentionsIn, type Mention } from "./mentions.ts";
import { noneAtAll } from "./no-events.ts";
import { outcomeFit } from "./outcome-match.ts";
import { pairsOf, type Pair } from "./sentence-pairs.ts";
import { valuesIn } from "./values-in-text.ts";
import { timeOf } from "./times.ts";
import { baselineTable, changeWords, early, subgroupWords } from "./vocabulary.ts";

const readRoles = ["abstract", "results", "other", "front", "conclusion", "discussion"];

export function resultsInSentences(inquiry: Inquiry): Found[] {
  const { sentences } = inquiry.reading;
  return sentences.flatMap((sentence, index) => {
    if (!readRoles.includes(sentence.role)) return [];
    const before = sentences[index - 1];
    const near = before?.block === sentence.block ? before : undefined;
    return fromSentence(inquiry, sentence, near);
  });
}

function fromSentence(inquiry: Inquiry, sentence: Sentence, before: Sentence | undefined): Found[] {
  const none = noneAtAll(sentence.text);
  const values = valuesIn(
    sentence.text,
    `${inquiry.intervention.text} ${inquiry.comparator.text}`,
    before?.text,
  );
  if (!none && values.length === 0) return [];
  const whole = outcomeFit(inquiry, { near: sentence.text, caption: "", around: "" });
  const context = `${sentence.section} ${before?.text ?? ""}`;
  const wide = outcomeFit(inquiry, { near: sentence.text, caption: "", around: context });
  if (wide.around < 0.3 || whole.near < 0.1) return [];
  const mentions = mentionsIn(inquiry, sentence.text);
  const earlier = before ? mentionsIn(inquiry, before.text) : [];
  const pairs = pairsOf(inquiry, sentence.text, values, mentions, earlier);
  const found = pairs.map((pair) =>
    foundIn(inquiry, sentence, pair, {
      mentions,
      whole: whole.near,
      around: wide.around,
      pairs: pairs.length,
    }),
  );
  return none ? [...found, withoutEvents(inquiry, sentence, none)] : found;
}

type Wide = { mentions: Mention[]; whole: number; around: number; pairs: number };

function foundIn(inquiry: Inquiry, sentence: Sentence, pair: Pair, wide: Wide): Found {
  const { text } = sentence;
  const fit = outcomeFit(inquiry, { near: pair.about, caption: text, around: "" });
  const asked = inquiry.outcome.text;
  const times = comparesTimes(inquiry.intervention, inquiry.comparator);
  const time = timeOf(pair.about, early);
  const askedTime = timeOf(asked, early);
  const features: Features = {
    sentence: 1,
    arm: Math.min(2.2, pair.armScore),
    near: fit.near,
    whole: wide.whole,
    around: wide.around,
    precision: fit.precision,
    named: fit.named,
    kind: kindsFit(inquiry, pair.values[0], pair.about),
    [`by_${pair.by}`]: 1,
    ...formOf(pair.values[0], pair.values[1]),
    abstract: Number(sentence.role === "abstract"),
    results: Number(sentence.role === "results"),
    discussion: Number(["discussion", "conclusion"].includes(sentence.role)),
    caption: Number(sentence.kind === "caption"),
    baseline: Number(
      /\bbaseline\b|\bbefore\b/i.test(text) &&
        !early.test(asked) &&
        !times &&
        !/from baseline/i.test(text),
    ),
    askedBaseline: Number(early.test(asked) && (early.test(text) || baselineTable.test(text))),
    change: Number(changeWords.test(pair.about) && !changeWords.test(asked)),
    subgroup: Number(subgroupWords.test(text) && !subgroupWords.test(asked)),
    sameTime: Number(time !== undefined && askedTime !== undefined && time === askedTime),
    otherTime: Number(time !== undefined && askedTime !== undefined && time !== askedTime),
    listed: pair.listed,
    crowd: Math.min(1, wide.pairs / 8),
    place: Math.min(1, pair.order / 6),
  };
  const arm = (value: CellValue): FoundArm => ({
    value,
    size: undefined,
    quote: text,
    near: sentence.start,
  });
  return {
    intervention: arm(pair.values[0]),
    comparator: arm(pair.values[1]),
    features,
    armScore: pair.armScore,
    outcomeScore: 0.4 * fit.near + 0.4 * wide.whole + 0.2 * fit.precision,
    outcomeNamed:
      fit.named === 1 && features["baseline"] === 0 && !/\b(?:no|without)\b/i.test(text),
    bound: pair.bound && wide.pairs === 1,
    from: "sentence",
    about: pair.about,
  };
}

/** "There were no deaths in either group": no events in both arms. */
function withoutEvents(inquiry: Inquiry, sentence: Sentence, what: string): Found {
  const fit = outcomeFit(inquiry, { near: what, caption: sentence.text, around: "" });
  const value: CellValue = { kind: "count", events: 0, total: null, percent: null };
  const arm = { value, size: undefined, quote: sentence.text, near: sentence.start };
  return {
    intervention: arm,
    comparator: arm,
    features: {
      sentence: 1,
      none: 1,
      arm: 1,
      near: fit.near,
      whole: fit.caption,
      precision: fit.precision,
      named: fit.named,
      kind: kindsFit(inquiry, value, what),
      abstract: Number(sentence.role === "abstract"),
      results: Number(sentence.role === "results"),
    },
    armScore: 1,
    outcomeScore: 0.5 * fit.near + 0.5 * fit.precision,
    outcomeNamed: fit.named === 1,
    bound: false,
    from: "sentence",
    about: what,
  };
}
