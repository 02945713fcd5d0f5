/**
 * Reads one criterion at a time against a title and abstract and says yes, partial, no or uncertain
 * with the sentence that says so. Lexical and by rules: silence is "uncertain", never "no".
 */
import type { Criterion } from "../../api/schemas/review.ts";
import type { Highlight, Verdict } from "../../api/schemas/screening.ts";
import { ageSigns, designSigns, type Design } from "./design.ts";
import { sentencesOf } from "./sentences.ts";
import { termsOf } from "./terms.ts";

export type Judged = { verdict: Verdict["verdict"]; quote: string; support: number };
/** How much a term tells records apart: its inverse document frequency in the review. */
export type TermWeight = (stem: string) => number;

type Prepared = { title: string; abstract: string; text: string; sentences: ReturnType<typeof sentencesOf>; stems: Set<string> };

export function prepareRecord(record: { title: string; abstract: string }): Prepared {
  const text = record.abstract === "" ? record.title : `${record.title}\n\n${record.abstract}`;
  return { ...record, text, sentences: sentencesOf(text), stems: new Set(termsOf(text).map((term) => term.stem)) };
}

/** Splits "or" lists, semicolons and brackets: any part that is met supports the criterion. */
function alternatives(text: string): string[] {
  const parts = text.split(/[;•\n]|\bor\b|\(|\)|,(?!\d)/i).map((part) => part.trim());
  const useful = parts.filter((part) => termsOf(part).length > 0);
  return useful.length > 0 ? useful : [text];
}

/** Share of a part's weighted terms that the record holds. */
function coverage(part: string, record: Prepared, weight: TermWeight): number {
  const stems = [...new Set(termsOf(part).map((term) => term.stem))];
  const total = stems.reduce((sum, stem) => sum + weight(stem), 0);
  if (total === 0) return 0;
  return stems.reduce((sum, stem) => sum + (record.stems.has(stem) ? weight(stem) : 0), 0) / total;
}

/** The sentence with most of the criterion's weighted terms; empty when none has any. */
function bestSentence(text: string, record: Prepared, weight: TermWeight): string {
  const wanted = new Set(termsOf(text).map((term) => term.stem));
  let best = "";
  let most = 0;
  for (const sentence of record.sentences) {
    const held = new Set(termsOf(sentence.text).flatMap((term) => (wanted.has(term.stem) ? [term.stem] : [])));
    const value = [...held].reduce((sum, stem) => sum + weight(stem), 0);
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

function quoteAround(record: Prepared, start: number): string {
  return record.sentences.find((sentence) => start >= sentence.start && start < sentence.end)?.text ?? "";
}

function judgeDesign(text: string, record: Prepared): Judged | null {
  const wanted = designWords.filter(([pattern]) => pattern.test(text)).flatMap(([, kinds]) => kinds);
  if (wanted.length === 0) return null;
  const found = designSigns(record.text);
  const met = found.find((sign) => wanted.includes(sign.kind));
  if (met) return { verdict: "yes", quote: quoteAround(record, met.start), support: 1 };
  const other = found[0];
  if (other) return { verdict: "no", quote: quoteAround(record, other.start), support: 0 };
  return { verdict: "uncertain", quote: "", support: 0.35 };
}

function judgeAge(text: string, record: Prepared): Judged | null {
  const wanted = new Set(ageSigns(text).map((sign) => sign.kind));
  if (wanted.size === 0 || (wanted.has("children") && wanted.has("adults"))) return null;
  if (wanted.has("older")) wanted.add("adults");
  const found = ageSigns(record.text);
  const met = found.find((sign) => wanted.has(sign.kind));
  const against = found.find((sign) => !wanted.has(sign.kind) && (sign.kind === "children" || wanted.has("children")));
  if (met) return { verdict: against ? "partial" : "yes", quote: quoteAround(record, met.start), support: against ? 0.6 : 1 };
  if (against) return { verdict: "no", quote: quoteAround(record, against.start), support: 0 };
  return { verdict: "uncertain", quote: "", support: 0.5 };
}

/** Judges one criterion's own words; inclusion and exclusion are told apart by the caller. */
export function judgeCriterion(text: string, record: Prepared, weight: TermWeight): Judged {
  const rule = judgeDesign(text, record) ?? judgeAge(text, record);
  const parts = alternatives(text);
  const best = Math.max(...parts.map((part) => coverage(part, record, weight)));
  const whole = coverage(text, record, weight);
  const support = 0.6 * best + 0.4 * whole;
  if (rule !== null && parts.length <= 2) return rule;
  const quote = bestSentence(text, record, weight);
  const lexical: Judged = { verdict: support >= 0.6 ? "yes" : support >= 0.3 ? "partial" : "uncertain", quote: support >= 0.3 ? quote : "", support };
  if (rule === null || rule.verdict === "uncertain") return lexical;
  return rule.verdict === "no" ? { ...rule, support: support * 0.5 } : { ...lexical, support: (support + rule.support) / 2 };
}

/** Words of title and abstract that a criterion names, for highlighting; muted criteria are left out. */
export function highlightsOf(record: { title: string; abstract: string }, criteria: readonly Criterion[]): Highlight[] {
  const owner = new Map<string, string>();
  for (const criterion of criteria) {
    if (criterion.muted) continue;
    for (const term of termsOf(criterion.text)) if (!owner.has(term.stem)) owner.set(term.stem, criterion.id);
  }
  return (["title", "abstract"] as const).flatMap((field) =>
    termsOf(record[field]).flatMap(({ stem, start, end }): Highlight[] => {
      const criterionId = owner.get(stem);
      return criterionId === undefined ? [] : [{ field, start, end, criterionId }];
    }),
  );
}
