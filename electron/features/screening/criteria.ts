/**
 * Reads one criterion at a time against a title and abstract and says yes, partial, no or uncertain
 * with the sentence that says so. Lexical and by rules: silence is "uncertain", never "no".
 */
import type { Criterion } from "../../api/schemas/review.ts";
import type { Highlight, Verdict } from "../../api/schemas/screening.ts";
import { ageSigns, designSigns, type Design } from "./design.ts";
import { sentencesOf } from "./sentences.ts";
import { termsOf } from "./terms.ts";

/** `quote` is read only when it is shown: finding it costs more than judging. */
export type Judged = { verdict: Verdict["verdict"]; quote: () => string; support: number };
/** How much a term tells records apart: its inverse document frequency in the review. */
export type TermWeight = (stem: string) => number;

/** A record as the rules read it; signs and sentences are found when first asked for. */
export type Prepared = {
  text: string;
  stems: Set<string>;
  designs: () => ReturnType<typeof designSigns>;
  ages: () => ReturnType<typeof ageSigns>;
  sentences: () => ReturnType<typeof sentencesOf>;
};

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

export function prepareRecord(record: { title: string; abstract: string }): Prepared {
  const text = record.abstract === "" ? record.title : `${record.title}\n\n${record.abstract}`;
  return {
    text,
    stems: new Set(termsOf(text).map((term) => term.stem)),
    designs: once(() => designSigns(text)),
    ages: once(() => ageSigns(text)),
    sentences: once(() => sentencesOf(text)),
  };
}

type Part = { stems: [string, number][]; total: number };
/** A criterion taken apart once for all records of a review. */
export type Reading = {
  whole: Part;
  parts: Part[];
  designs: Design[];
  ages: Set<"children" | "adults" | "older">;
};

function partOf(text: string, weight: TermWeight): Part {
  const stems = [...new Set(termsOf(text).map((term) => term.stem))].map(
    (stem): [string, number] => [stem, weight(stem)],
  );
  return { stems, total: stems.reduce((sum, [, value]) => sum + value, 0) };
}

/** "Population:" names the element and is no word that a record must hold. */
const heading = /^\s*[\p{L} /-]{3,40}:\s*(?=\S)/u;

/** Takes a criterion's own words apart; inclusion and exclusion are told apart by the caller. */
export function readCriterion(criterion: string, weight: TermWeight): Reading {
  const text = criterion.replace(heading, "");
  const whole = partOf(text, weight);
  // "Or" lists, semicolons and brackets: any part that is met supports the criterion.
  const parts = text
    .split(/[;•\n]|\bor\b|\(|\)|,(?!\d)/i)
    .map((part) => partOf(part, weight))
    .filter((part) => part.stems.length > 0);
  const ages = new Set(ageSigns(text).map((sign) => sign.kind));
  if (ages.has("children") && ages.has("adults")) ages.clear();
  if (ages.has("older")) ages.add("adults");
  return {
    whole,
    parts: parts.length > 0 ? parts : [whole],
    designs: designWords.filter(([pattern]) => pattern.test(text)).flatMap(([, kinds]) => kinds),
    ages,
  };
}

/** Share of a part's weighted terms that the record holds. */
function coverage(part: Part, record: Prepared): number {
  if (part.total === 0) return 0;
  let held = 0;
  for (const [stem, value] of part.stems) if (record.stems.has(stem)) held += value;
  return held / part.total;
}

/** The sentence with most of the criterion's weighted terms; empty when none has any. */
function bestSentence(whole: Part, record: Prepared): string {
  const weights = new Map(whole.stems);
  let best = "";
  let most = 0;
  for (const sentence of record.sentences()) {
    const held = new Set(termsOf(sentence.text).map((term) => term.stem));
    const value = [...held].reduce((sum, stem) => sum + (weights.get(stem) ?? 0), 0);
    if (value > most) {
      most = value;
      best = sentence.text;
    }
  }
  return best;
}

const designWords: [RegExp, Design[]][] = [
  [/\b(randomi[sz]ed|RCTs?|randomly)\b/i, ["randomised"]],
  [/\b(controlled (clinical )?trials?|quasi)\b/i, ["randomised", "controlled"]],
  [/\bsingle-?arm|before-?after|uncontrolled\b/i, ["single-arm"]],
  [/\b(observational|cohort|case-?control|cross-?sectional)\b/i, ["observational"]],
  [/\b(systematic reviews?|meta-?analys[ie]s)\b/i, ["systematic review"]],
  [/\bqualitative\b/i, ["qualitative"]],
  [/\bcase (reports?|series)\b/i, ["case report"]],
  [/\b(protocols?)\b/i, ["protocol"]],
  [/\b(animal|in vitro|preclinical)\b/i, ["animal", "in vitro"]],
  [/\b(editorials?|comment\w*|letters?)\b/i, ["editorial"]],
];

const nothing = (): string => "";
const quoteAround = (record: Prepared, start: number) => (): string =>
  record.sentences().find((sentence) => start >= sentence.start && start < sentence.end)?.text ??
  "";

function judgeDesign(wanted: readonly Design[], record: Prepared): Judged | null {
  if (wanted.length === 0) return null;
  const found = record.designs();
  const met = found.find((sign) => wanted.includes(sign.kind));
  if (met) return { verdict: "yes", quote: quoteAround(record, met.start), support: 1 };
  const other = found[0];
  if (other) return { verdict: "no", quote: quoteAround(record, other.start), support: 0 };
  return { verdict: "uncertain", quote: nothing, support: 0.35 };
}

function judgeAge(wanted: ReadonlySet<string>, record: Prepared): Judged | null {
  if (wanted.size === 0) return null;
  const found = record.ages();
  const met = found.find((sign) => wanted.has(sign.kind));
  const against = found.find(
    (sign) => !wanted.has(sign.kind) && (sign.kind === "children" || wanted.has("children")),
  );
  if (met)
    return {
      verdict: against ? "partial" : "yes",
      quote: quoteAround(record, met.start),
      support: against ? 0.6 : 1,
    };
  if (against) return { verdict: "no", quote: quoteAround(record, against.start), support: 0 };
  return { verdict: "uncertain", quote: nothing, support: 0.5 };
}

/** Judges a criterion that was taken apart before. */
export function judgeCriterion(reading: Reading, record: Prepared): Judged {
  const rule = judgeDesign(reading.designs, record) ?? judgeAge(reading.ages, record);
  if (rule !== null && reading.parts.length <= 2) return rule;
  const best = Math.max(...reading.parts.map((part) => coverage(part, record)));
  const support = 0.6 * best + 0.4 * coverage(reading.whole, record);
  const verdict = support >= 0.6 ? "yes" : support >= 0.3 ? "partial" : "uncertain";
  const lexical: Judged = {
    verdict,
    quote: verdict === "uncertain" ? nothing : () => bestSentence(reading.whole, record),
    support,
  };
  if (rule === null || rule.verdict === "uncertain") return lexical;
  return rule.verdict === "no"
    ? { ...rule, support: support * 0.5 }
    : { ...lexical, support: (support + rule.support) / 2 };
}

/** Words of title and abstract that a criterion names, for highlighting; muted criteria are left out. */
export function highlightsOf(
  record: { title: string; abstract: string },
  criteria: readonly Criterion[],
): Highlight[] {
  const owner = new Map<string, string>();
  for (const criterion of criteria) {
    if (criterion.muted) continue;
    for (const term of termsOf(criterion.text))
      if (!owner.has(term.stem)) owner.set(term.stem, criterion.id);
  }
  return (["title", "abstract"] as const).flatMap((field) =>
    termsOf(record[field]).flatMap(({ stem, start, end }): Highlight[] => {
      const criterionId = owner.get(stem);
      return criterionId === undefined ? [] : [{ field, start, end, criterionId }];
    }),
  );
}
