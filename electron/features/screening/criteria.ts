/**
 * Reads one criterion at a time against a title and abstract and says yes, partial, no or uncertain
 * with the sentence that says so. Lexical and by rules: silence is "uncertain", never "no".
 */
import type { Criterion } from "../../api/schemas/review.ts";
import type { Highlight, Verdict } from "../../api/schemas/screening.ts";
import { agesIn } from "./age-bounds.ts";
import {
  withoutHeading,
  readCriterion as read,
  type Part,
  type Reading,
  type TermWeight,
} from "./criterion-reading.ts";
import { ageSigns, designSigns, type Design } from "./design.ts";
import { isBlended, isDenied, isNamesake, tellsOfOthers, tellsOfStudy } from "./mentions.ts";
import { sentencesOf, type Sentence } from "./sentences.ts";
import { termsOf, type Term } from "./terms.ts";

export { read as readCriterion, type TermWeight };

/** `quote` is read only when it is shown: finding it costs more than judging. */
export type Judged = { verdict: Verdict["verdict"]; quote: () => string; support: number };

/** A record as the rules read it; signs and sentences are found when first asked for. */
export type Prepared = {
  title: string;
  stems: Set<string>;
  designs: () => ReturnType<typeof designSigns>;
  ages: () => ReturnType<typeof ageSigns>;
  years: () => ReturnType<typeof agesIn>;
  sentences: () => (Sentence & { terms: Term[] })[];
};

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

export function prepareRecord(record: { title: string; abstract: string }): Prepared {
  const text = record.abstract === "" ? record.title : `${record.title}\n\n${record.abstract}`;
  const terms = termsOf(text).flatMap(withClass);
  return {
    title: record.title,
    stems: new Set(terms.map((term) => term.stem)),
    designs: once(() => designSigns(text)),
    ages: once(() => ageSigns(text)),
    years: once(() => agesIn(text)),
    sentences: once(() => withTerms(sentencesOf(text), terms)),
  };
}

/** Drugs of a class by their name's ending: "naratriptan" is named where a triptan is. */
const drugClass = /.(triptan|statin|sartan|gliptin|gliflozin|glitazon|setron|parin|tinib)$/;

function withClass(term: Term): Term[] {
  const name = drugClass.exec(term.stem)?.[1];
  return name === undefined ? [term] : [term, { ...term, stem: name }];
}

/** The terms of a text, already found, by the sentence that each stands in; offsets within the sentence. */
function withTerms(sentences: Sentence[], terms: Term[]): (Sentence & { terms: Term[] })[] {
  let at = 0;
  return sentences.map((sentence) => {
    const own: Term[] = [];
    for (; at < terms.length && (terms[at] as Term).start < sentence.end; at += 1) {
      const { stem, start, end } = terms[at] as Term;
      if (start >= sentence.start)
        own.push({ stem, start: start - sentence.start, end: end - sentence.start });
    }
    return { ...sentence, terms: own };
  });
}

/** Share of a part's weighted terms that are among `stems`. */
function coverage(part: Part, stems: ReadonlySet<string>): number {
  if (part.total === 0) return 0;
  let held = 0;
  for (const [stem, value] of part.stems) if (stems.has(stem)) held += value;
  return held / part.total;
}

const nothing = (): string => "";
const uncertain = (support: number): Judged => ({ verdict: "uncertain", quote: nothing, support });
const quoteAround = (record: Prepared, start: number) => (): string =>
  record.sentences().find((sentence) => start >= sentence.start && start < sentence.end)?.text ??
  "";

function judgeDesign(wanted: readonly Design[], record: Prepared): Judged | null {
  if (wanted.length === 0) return null;
  const all = record.designs();
  const found = all.filter(
    ({ start }) => start < record.title.length || !tellsOfOthers(quoteAround(record, start)()),
  );
  const isMet = ({ kind }: { kind: Design }): boolean => wanted.includes(kind);
  const met = found.find(isMet) ?? all.find(isMet);
  if (met) {
    const quote = quoteAround(record, met.start);
    const aside = !found.includes(met);
    return aside
      ? { verdict: "partial", quote, support: 0.5 }
      : { verdict: "yes", quote, support: 1 };
  }
  const other = found[0];
  if (other) return { verdict: "no", quote: quoteAround(record, other.start), support: 0 };
  return uncertain(0.35);
}

function judgeAge({ ages: wanted, bound }: Reading, record: Prepared): Judged | null {
  if (bound !== null) {
    const years = record.years();
    const met = years.find(({ from, to }) => from < bound.to && to >= bound.from);
    if (met) return { verdict: "yes", quote: quoteAround(record, met.start), support: 1 };
    if (years[0]) return { verdict: "no", quote: quoteAround(record, years[0].start), support: 0 };
  }
  if (wanted.size === 0) return null;
  const found = record.ages();
  const met = found.find((sign) => wanted.has(sign.kind));
  const against = found.find(
    (sign) => !wanted.has(sign.kind) && (sign.kind === "children" || wanted.has("children")),
  );
  if (met)
    return {
      // Children are there, but not said to be as young as the criterion has it.
      verdict: against || bound !== null ? "partial" : "yes",
      quote: quoteAround(record, met.start),
      support: against || bound !== null ? 0.6 : 1,
    };
  if (against) return { verdict: "no", quote: quoteAround(record, against.start), support: 0 };
  return uncertain(0.5);
}

/** A title in brackets is PubMed's translation; a title in no Latin letters is in another language. */
function judgeLanguage(wantsEnglish: boolean | null, record: Prepared): Judged | null {
  if (wantsEnglish === null) return null;
  const { title } = record;
  const foreign =
    /^\s*\[.+\]\.?\s*$/s.test(title) ||
    /^[^\p{Script=Latin}]*\p{L}[^\p{Script=Latin}]*$/u.test(title);
  if (!foreign) return uncertain(0.5);
  return wantsEnglish
    ? { verdict: "no", quote: () => title.trim(), support: 0 }
    : { verdict: "yes", quote: () => title.trim(), support: 1 };
}

/** Words of a part that must stand together to name one thing. */
const shortPart = 3;
const wanting = 0.35;
/** Characters that they may be apart. */
const together = 60;
/** Under this much of its words no sentence is looked at. */
const worthALook = 0.5;

type Found = { cover: number; sentence: string; studied: boolean; denied: string };

/** Where a part is named best: what is denied does not count, and a short part is named within one sentence. */
function findPart(part: Part, record: Prepared): Found {
  const whole = coverage(part, record.stems);
  const found: Found = { cover: 0, sentence: "", studied: false, denied: "" };
  if (whole < worthALook)
    return { ...found, cover: part.needed.length <= shortPart ? whole / 2 : whole };
  const needed = new Set(part.needed);
  let asserted = 0;
  for (const [at, { text, terms }] of record.sentences().entries()) {
    const real = terms.filter(({ end }) => !isNamesake(text, end));
    const named = real.filter(({ stem }) => needed.has(stem));
    if (named.length === 0) continue;
    let cover = coverage(part, new Set(real.map(({ stem }) => stem)));
    const place = tightest(named, needed.size);
    // "Stress" alone is not stress incontinence.
    if (needed.size <= shortPart && (place === null || place.end - place.start > together))
      cover *= wanting;
    const { start, end } = place ?? (named[0] as Term);
    if (isDenied(text, start, end)) {
      if (cover >= 0.6 && found.denied === "") found.denied = text;
      continue;
    }
    if (cover >= 0.6) asserted += Math.floor(named.length / needed.size);
    const studied = (at === 0 || tellsOfStudy(text)) && !isBlended(text, start, end);
    const better = cover > found.cover || (cover === found.cover && studied && !found.studied);
    if (better) Object.assign(found, { cover, sentence: text, studied });
  }
  // A thing that is spoken of again and again is no aside.
  found.studied ||= asserted >= 3;
  if (part.needed.length > shortPart) found.cover = Math.max(found.cover, 0.8 * whole);
  return found;
}

/** The shortest stretch of a sentence with `count` different terms; null where there are fewer. */
function tightest(named: readonly Term[], count: number): { start: number; end: number } | null {
  let best: { start: number; end: number } | null = null;
  const last = new Map<string, Term>();
  for (const term of named) {
    last.delete(term.stem);
    last.set(term.stem, term);
    if (last.size < count) continue;
    const [first] = last.values();
    const start = first?.start ?? term.start;
    if (best === null || term.end - start < best.end - best.start) best = { start, end: term.end };
  }
  return best;
}

/** Words alone: the best of a criterion's alternatives, and how much of the whole criterion the record speaks of. */
function judgeWords({ whole, parts, absent }: Reading, record: Prepared): Judged {
  const found = parts.map((part) => findPart(part, record));
  const best = found.reduce((a, b) => (b.cover > a.cover ? b : a), found[0] as Found);
  const denied = found.find((one) => one.denied !== "");
  if (best.cover < 0.3 && denied) return { verdict: "no", quote: () => denied.denied, support: 0 };
  const without = absent === null ? null : findPart(absent, record);
  if (without !== null && without.cover >= 0.6)
    return { verdict: "no", quote: () => without.sentence, support: 0 };
  const support =
    parts.length === 1 ? best.cover : 0.6 * best.cover + 0.4 * coverage(whole, record.stems);
  if (support < 0.3) return uncertain(support);
  // That something is not there is seldom said; that it was only mentioned is not that it was studied.
  const open = !best.studied || (without !== null && without.denied === "");
  return {
    verdict: support >= 0.6 && !open ? "yes" : "partial",
    quote: () => best.sentence || bestSentence(whole, record),
    support: open ? 0.8 * support : support,
  };
}

/** The sentence with most of the criterion's weighted terms; empty when none has any. */
function bestSentence(whole: Part, record: Prepared): string {
  const weights = new Map(whole.stems);
  let best = "";
  let most = 0;
  for (const sentence of record.sentences()) {
    const held = new Set(sentence.terms.map((term) => term.stem));
    const value = [...held].reduce((sum, stem) => sum + (weights.get(stem) ?? 0), 0);
    if (value > most) [most, best] = [value, sentence.text];
  }
  return best;
}

/** Judges a criterion that was taken apart before. */
export function judgeCriterion(reading: Reading, record: Prepared): Judged {
  const rule =
    judgeLanguage(reading.english, record) ??
    judgeDesign(reading.designs, record) ??
    judgeAge(reading, record);
  if (rule !== null && reading.parts.length === 0) return rule;
  if (reading.parts.length === 0) return uncertain(0);
  const words = judgeWords(reading, record);
  if (rule === null || rule.verdict === "uncertain" || words.verdict === "no") return words;
  if (rule.verdict === "no") return { ...rule, support: words.support * 0.5 };
  return { ...words, support: (words.support + rule.support) / 2 };
}

/** Words of title and abstract that a criterion names, for highlighting; muted criteria are left out. */
export function highlightsOf(
  record: { title: string; abstract: string },
  criteria: readonly Criterion[],
): Highlight[] {
  const owner = new Map<string, string>();
  for (const criterion of criteria) {
    if (criterion.muted) continue;
    for (const term of termsOf(withoutHeading(criterion.text)))
      if (!owner.has(term.stem)) owner.set(term.stem, criterion.id);
  }
  return (["title", "abstract"] as const).flatMap((field) =>
    termsOf(record[field]).flatMap(({ stem, start, end }): Highlight[] => {
      const criterionId = owner.get(stem);
      return criterionId === undefined ? [] : [{ field, start, end, criterionId }];
    }),
  );
}
