/** Reads the asked comparison out of sentences: values in the order of the arms, or beside their names. */
import { findNumbers } from "../numbers.ts";
import type { Sentence } from "../sentences.ts";
import { valuesIn, type CellValue } from "./cell-value.ts";
import type { Inquiry } from "./context.ts";
import type { Found } from "./from-tables.ts";
import { armLikeness, namesOutcome, outcomeLikeness } from "./likeness.ts";

type Mention = { side: "intervention" | "comparator"; start: number; end: number; score: number };

export function resultsInSentences(inquiry: Inquiry): Found[] {
  return inquiry.reading.sentences
    .flatMap((sentence, index) => {
      if (
        !["abstract", "results", "other", "front", "conclusion", "discussion"].includes(
          sentence.role,
        ) ||
        sentence.kind === "caption"
      )
        return [];
      const before = inquiry.reading.sentences[index - 1];
      return fromSentence(inquiry, sentence, before?.block === sentence.block ? before : undefined);
    })
    .toSorted((a, b) => b.score - a.score);
}

function fromSentence(inquiry: Inquiry, sentence: Sentence, before: Sentence | undefined): Found[] {
  const values = valuesIn(sentence.text);
  if (values.length < 2) return [];
  const own = outcomeLikeness(inquiry.outcome, inquiry.terms(sentence.text), inquiry.weightOf);
  const context = before
    ? outcomeLikeness(
        inquiry.outcome,
        inquiry.terms(`${sentence.section} ${before.text} ${sentence.text}`),
        inquiry.weightOf,
      ) * 0.75
    : 0;
  const outcomeScore = Math.max(own, context);
  if (outcomeScore < 0.25 || own < 0.12) return [];
  const clauses = clausesOf(sentence.text);
  return clauses.flatMap((clause) =>
    pairsIn(
      inquiry,
      sentence,
      clause,
      values.filter((one) => one.start >= clause.start && one.end <= clause.end),
      outcomeScore,
      own,
    ),
  );
}

/** The whole sentence, and its parts between semicolons. */
function clausesOf(text: string): { start: number; end: number }[] {
  const parts = [...text.matchAll(/[^;]+/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  return parts.length > 1 ? parts : [{ start: 0, end: text.length }];
}

function pairsIn(
  inquiry: Inquiry,
  sentence: Sentence,
  clause: { start: number; end: number },
  values: { value: CellValue; start: number; end: number }[],
  outcomeScore: number,
  ownScore: number,
): Found[] {
  const text = sentence.text.slice(clause.start, clause.end);
  const mentions = mentionsIn(inquiry, sentence.text).filter(
    (mention) => (mention.start >= clause.start && mention.end <= clause.end) || clause.start > 0,
  );
  const inClause = mentions.filter(
    (mention) => mention.start >= clause.start && mention.end <= clause.end,
  );
  const use =
    inClause.some((one) => one.side === "intervention") &&
    inClause.some((one) => one.side === "comparator")
      ? inClause
      : mentions;
  const listed = respectively(inquiry, text, values);
  const first = use.find((one) => one.side === "intervention");
  const second = use.find((one) => one.side === "comparator");
  if (!listed && (!first || !second)) return [];
  const kinds = values.map((one) => one.value.kind);
  const kind = kinds.includes("mean") ? "mean" : kinds.includes("count") ? "count" : "percent";
  const same = values.filter((one) => one.value.kind === kind);
  const tied = listed ? undefined : adjacent(same, use, sentence.text);
  const assigned =
    listed?.values ??
    tied ??
    (first && second ? assign(same, first, second, use.length) : undefined);
  const armScore = listed?.score ?? (first?.score ?? 0) + (second?.score ?? 0);
  if (!assigned) return [];
  const several = clause.start > 0 || clause.end < sentence.text.length;
  const part = outcomeLikeness(inquiry.outcome, inquiry.terms(text), inquiry.weightOf);
  const score =
    armScore * 0.5 +
    (0.6 * outcomeScore + 0.4 * Math.max(part, 0.6 * outcomeScore)) * 2.2 +
    (kind === "percent" ? -0.1 : 0.1) +
    (sentence.role === "results" ? 0.05 : 0) -
    (/\bbaseline\b/i.test(sentence.text) && !/baseline/i.test(inquiry.outcome.text) ? 0.3 : 0) -
    (sentence.role === "discussion" ? 0.3 : 0);
  const [one, two] = assigned;
  const arm = (value: CellValue) => ({
    value,
    size: undefined,
    quote: sentence.text,
    near: sentence.start,
  });
  return [
    {
      intervention: arm(one),
      comparator: arm(two),
      score,
      armScore,
      outcomeScore: (outcomeScore + Math.max(part, ownScore)) / 2,
      outcomeNamed:
        namesOutcome(inquiry.outcome, inquiry.terms(sentence.text), inquiry.aliases) &&
        !/\b(?:baseline|no|without)\b/i.test(sentence.text),
      // Of "A, B and C were 1 vs 2; 3 vs 4; 5 vs 6" it is not plain which part is whose.
      bound: !several && (same.length === 2 || listed !== undefined),
      from: "sentence",
    },
  ];
}

/** What stands between a joining word and "respectively", the nearest joining word first. */
function listsBefore(text: string): string[] {
  return [...text.matchAll(/respectively/gi)].flatMap((end) => {
    const head = text.slice(0, end.index).replace(/[\s,]*(?:groups?|arms?|patients)?[\s,]*$/i, "");
    const joints = [
      ...head.matchAll(
        /\b(?:in|for|among|of|with|to|between|patients|fed|given|receiving|by|the)\s+(?:the\s+)?/gi,
      ),
    ];
    return joints
      .toReversed()
      .map((joint) => head.slice(joint.index + joint[0].length))
      .filter((list) => list.length > 3 && list.length < 200);
  });
}

/** "1, 2 and 3 in A, B and C, respectively" (or the arms first): the k-th value is the k-th arm's. */
function respectively(
  inquiry: Inquiry,
  text: string,
  values: { value: CellValue; start: number; end: number }[],
): { values: [CellValue, CellValue]; score: number } | undefined {
  const lists = listsBefore(text);
  const ahead = /^(.{3,200}?)\s(?:was|were|had|showed|experienced|reported)\b.*respectively/is.exec(
    text,
  )?.[1];
  for (const list of ahead === undefined ? lists : [...lists, ahead]) {
    const items = list
      .split(/,\s*(?:and\s+|or\s+)?|\s+(?:and|or|versus|vs\.?)\s+/i)
      .map((item) => item.trim())
      .filter((item) => item !== "");
    for (const kind of ["mean", "count", "percent"] as const) {
      // In a mixed list every arm's value counts, whatever its form: "87% (26/30), 0%".
      const series = values.filter(
        (one) =>
          one.value.kind === kind ||
          (kind === "count" && one.value.kind === "percent" && one.value.percent === 0),
      );
      if (
        series.length < 2 ||
        series.length !== items.length ||
        !values.some((one) => one.value.kind === kind)
      )
        continue;
      const fit = (side: "own" | "other"): { at: number; score: number } =>
        items
          .map((item, at) => {
            const terms = inquiry.terms(item);
            const [a, b] =
              side === "own"
                ? [inquiry.intervention, inquiry.comparator]
                : [inquiry.comparator, inquiry.intervention];
            return { at, score: armLikeness(item, terms, a, b) };
          })
          .reduce((best, one) => (one.score > best.score ? one : best));
      const [own, other] = [fit("own"), fit("other")];
      const [one, two] = [series[own.at], series[other.at]];
      if (own.at !== other.at && own.score >= 0.25 && other.score >= 0.25 && one && two) {
        const totals = new Set(
          series
            .map((each) => (each.value.kind === "count" ? each.value.total : null))
            .filter((total) => total !== null),
        );
        const common = totals.size === 1 ? ([...totals][0] ?? null) : null;
        const zero = (value: CellValue): CellValue =>
          kind === "count" && value.kind === "percent"
            ? { kind: "count", events: 0, total: common, percent: 0 }
            : value;
        return { values: [zero(one.value), zero(two.value)], score: own.score + other.score };
      }
    }
  }
  return undefined;
}

/** "1 in A and 2 in B", "A (1) and B (2)": each arm's value stands right beside its name. */
function adjacent(
  values: { value: CellValue; start: number; end: number }[],
  mentions: Mention[],
  text: string,
): [CellValue, CellValue] | undefined {
  const after =
    /^\s*[%)\]]?\s*[\p{L}/%²³µ.·-]{0,12}\s*[)\]]?,?\s*(?:for|in|with|on|after|among|of)\s+(?:the\s+)?(?:patients\s+)?(?:\p{L}+\s+){0,1}$/iu;
  const before = /^[^\d;,]{0,14}?(?:groups?|arms?)?\s*[([:=]\s*$/iu;
  for (const follows of [true, false]) {
    const of = (side: Mention["side"]): CellValue | undefined =>
      values.find((one) =>
        mentions.some(
          (mention) =>
            mention.side === side &&
            (follows
              ? mention.start > one.end && after.test(text.slice(one.end, mention.start))
              : mention.end < one.start && before.test(text.slice(mention.end, one.start))),
        ),
      )?.value;
    const [one, two] = [of("intervention"), of("comparator")];
    if (one && two && one !== two) return [one, two];
  }
  return undefined;
}

/** "A had 1, B had 2", "1 in A and 2 in B", "A and B: 1 and 2 respectively": order of naming is order of values. */
function assign(
  values: { value: CellValue; start: number; end: number }[],
  first: Mention,
  second: Mention,
  mentions: number,
): [CellValue, CellValue] | undefined {
  if (values.length < 2 || mentions < 2) return undefined;
  const [early, late] = first.start < second.start ? [first, second] : [second, first];
  const between = values.filter((one) => one.start > early.end && one.end < late.start);
  const after = values.filter((one) => one.start >= late.end);
  const ahead = values.filter((one) => one.end <= early.start);
  const pair =
    between.length >= 1 && after.length >= 1
      ? [between[0], after[0]]
      : ahead.length >= 1 && between.length >= 1
        ? [ahead.at(-1), between.at(-1)]
        : after.length >= 2
          ? [after[0], after[1]]
          : ahead.length >= 2
            ? [ahead.at(-2), ahead.at(-1)]
            : [values[0], values[1]];
  const [one, two] = pair;
  if (!one || !two) return undefined;
  return early === first ? [one.value, two.value] : [two.value, one.value];
}

/** Where a sentence names the arms: stretches of up to six words that fit one arm clearly better than the other. */
function mentionsIn(inquiry: Inquiry, text: string): Mention[] {
  const words = [...text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}'’%+/-]*/gu)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  const mentions: Mention[] = [];
  for (const [index, word] of words.entries()) {
    for (let take = 1; take <= 6; take += 1) {
      const last = words[index + take - 1];
      if (!last) break;
      const phrase = text.slice(word.start, last.end);
      if (/[.;,:()]/.test(phrase) || (findNumbers(phrase).length > 0 && !/group/i.test(phrase)))
        break;
      const terms = inquiry.terms(phrase);
      if (terms.length === 0) continue;
      const [a, b] = [
        armLikeness(phrase, terms, inquiry.intervention, inquiry.comparator),
        armLikeness(phrase, terms, inquiry.comparator, inquiry.intervention),
      ];
      const [score, side] = a > b ? [a, "intervention" as const] : [b, "comparator" as const];
      if (score >= 0.3 && Math.abs(a - b) > 0.2)
        mentions.push({ side, start: word.start, end: last.end, score });
    }
  }
  return distinctMentions(mentions);
}

function distinctMentions(mentions: Mention[]): Mention[] {
  const kept: Mention[] = [];
  for (const mention of mentions.toSorted(
    (a, b) => b.score - a.score || b.end - b.start - (a.end - a.start),
  )) {
    if (!kept.some((other) => mention.start < other.end && mention.end > other.start))
      kept.push(mention);
  }
  return kept.toSorted((a, b) => a.start - b.start);
}
