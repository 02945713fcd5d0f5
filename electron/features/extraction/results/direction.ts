/** Evidence sentences for a comparison and the direction that they give. */
import type { Paper } from "../../../api/schemas/extraction.ts";
import type { Sentence } from "../sentences.ts";
import { inquiryOf, type Inquiry } from "./context.ts";
import { armLikeness, outcomeLikeness, type Question } from "./likeness.ts";

export type Direction = "increased" | "decreased" | "no difference" | "uncertain";
export type EvidenceSentence = { text: string; start: number; end: number; score: number };

const none =
  /\b(?:no|not|nor|neither|without|non)\b[^.;]{0,60}?\b(?:significan|differ|chang|effect|increas|decreas|reduc|improv|associat|superior)|\bnon-?significant|\bdid not (?:differ|change|reach|affect|reduce|increase|improve)|\b(?:similar|comparable|equivalent|identical|unchanged|unaffected|equal)\b|\bP\s*=\s*N\.?S|\bn\.s\./i;
const up =
  /\b(?:increas\w*|higher|greater|more|larger|longer|rose|raised|elevat\w*|gain\w*|enhanc\w*|exceed\w*|faster|upregulat\w*|prolong\w*|augment\w*)\b/gi;
const down =
  /\b(?:decreas\w*|lower|less|fewer|reduc\w*|smaller|shorter|declin\w*|dropp?\w*|fell|suppress\w*|attenuat\w*|diminish\w*|shorten\w*|prevent\w*|inhibit\w*|slower|blunt\w*|lessen\w*|loss)\b/gi;
const better = /\b(?:improv\w*|better|superior|benefit\w*|alleviat\w*|relie[fv]\w*)\b/gi;
const worse = /\b(?:worse\w*|inferior|poorer|deteriorat\w*)\b/gi;
/** Of these, less is better: an improvement is a decrease. */
const unwanted =
  /\b(?:symptoms?|pain|sever\w*|depress\w*|anxi\w*|stress|fatigue|disab\w*|burden|distress|nausea|vomiting|bleeding|complications?|mortality|death|risk|relapse|recurrence|insomnia|impairment|infections?|blood pressure|cholesterol|glucose|HbA1c|HAMD\w*|BPRS|PANSS|adverse|errors?|cravings?)\b/i;

const significant = /\bsignifican|\bP\s*(?:<|≤|=)\s*0?\.0[0-4]|\bP\s*(?:<|≤)\s*0?\.05\b/i;
const insignificantP = /\bP\s*(?:=|>)\s*0?\.(?:[1-9]|0[6-9])/i;
const result =
  /\b(?:P\s*[<=>≤]|CI\b|confidence interval|significan|compared|than|versus|vs|differ|increas|decreas|reduc|higher|lower|improv|similar|respectively|effect)/i;

export function findEvidence(
  paper: Paper,
  question: Question,
): { direction: Direction; sentences: EvidenceSentence[] } {
  const inquiry = inquiryOf(paper, question);
  const scored = inquiry.reading.sentences
    .filter((sentence) =>
      ["abstract", "results", "other", "front", "conclusion", "discussion", "title"].includes(
        sentence.role,
      ),
    )
    .map((sentence, index, all) => ({ sentence, score: score(inquiry, sentence, all[index - 1]) }))
    .filter((one) => one.score > 0)
    .toSorted((a, b) => b.score - a.score);
  return {
    direction: vote(inquiry, scored.slice(0, 4)),
    sentences: scored.map(({ sentence, score: value }) => ({
      text: sentence.text,
      start: sentence.start,
      end: sentence.end,
      score: Number(value.toFixed(4)),
    })),
  };
}

const roleBonus: Record<string, number> = {
  results: 0.45,
  abstract: 0.4,
  other: 0.15,
  front: 0,
  conclusion: 0.1,
  discussion: -0.15,
  title: -0.3,
};

function score(inquiry: Inquiry, sentence: Sentence, before: Sentence | undefined): number {
  const terms = inquiry.terms(sentence.text);
  const heading = inquiry.terms(sentence.section);
  const own = outcomeLikeness(inquiry.outcome, terms, inquiry.weightOf);
  const helped = outcomeLikeness(
    inquiry.outcome,
    [...terms, ...heading, ...(before?.block === sentence.block ? inquiry.terms(before.text) : [])],
    inquiry.weightOf,
  );
  if (own < 0.1 && helped < 0.35) return 0;
  const arms =
    Math.max(0, armLikeness(sentence.text, terms, inquiry.intervention, inquiry.comparator)) +
    Math.max(0, armLikeness(sentence.text, terms, inquiry.comparator, inquiry.intervention));
  const tells =
    (result.test(sentence.text) ? 0.5 : 0) +
    (significant.test(sentence.text) || none.test(sentence.text) ? 0.2 : 0) +
    (/\d/.test(sentence.text) ? 0.15 : 0);
  const method =
    /\b(?:was|were) (?:measured|assessed|defined|calculated|evaluated|recorded|performed|analy[sz]ed)\b|\bwe (?:hypothesi|aim|measured|assessed)|\bto (?:evaluate|assess|investigate|determine|compare|examine)\b/i.test(
      sentence.text,
    )
      ? -0.5
      : 0;
  const caption = sentence.kind === "caption" ? -0.4 : 0;
  return Math.max(
    0.001,
    own * 2 +
      helped * 0.4 +
      Math.min(0.9, arms * 0.45) +
      tells +
      method +
      caption +
      (roleBonus[sentence.role] ?? 0),
  );
}

/** Each of the best sentences votes with its score; a difference counts only when nothing says it is not significant. */
function vote(inquiry: Inquiry, best: { sentence: Sentence; score: number }[]): Direction {
  const votes: Record<Direction, number> = {
    increased: 0,
    decreased: 0,
    "no difference": 0,
    uncertain: 0,
  };
  for (const [index, { sentence, score: weight }] of best.entries())
    votes[directionOf(inquiry, sentence.text)] +=
      (weight * (tabular(sentence.text) ? 0.25 : 1)) / (index + 1);
  const [first] = (Object.entries(votes) as [Direction, number][])
    .filter(([name]) => name !== "uncertain")
    .toSorted((a, b) => b[1] - a[1]);
  return first && first[1] > 0 ? first[0] : "uncertain";
}

/** A flattened table is many numbers with hardly a verb; its words say little about direction. */
const tabular = (text: string): boolean => (text.match(/\d+(?:\.\d+)?/g) ?? []).length > 12;

/** What one sentence says about the outcome under the intervention against the comparator. */
export function directionOf(inquiry: Inquiry, sentence: string): Direction {
  const clause = clauseAbout(inquiry, sentence);
  const turned = unwanted.test(inquiry.outcome.text);
  const ups =
    (clause.match(up) ?? []).length + (clause.match(turned ? worse : better) ?? []).length;
  const downs =
    (clause.match(down) ?? []).length + (clause.match(turned ? better : worse) ?? []).length;
  if (none.test(clause) || (insignificantP.test(clause) && !significant.test(clause)))
    return "no difference";
  if (ups === 0 && downs === 0) return "uncertain";
  const raised = ups === downs ? firstOf(clause, up) < firstOf(clause, down) : ups > downs;
  return raised === !comparatorLeads(inquiry, clause) ? "increased" : "decreased";
}

const firstOf = (text: string, pattern: RegExp): number => {
  const at = text.search(new RegExp(pattern.source, "i"));
  return at < 0 ? Number.POSITIVE_INFINITY : at;
};

/** Of the sentence's clauses, the one that speaks most of the outcome; the sentence when none does. */
function clauseAbout(inquiry: Inquiry, sentence: string): string {
  const clauses = sentence.split(/;|,? (?:but|whereas|while|although|however,?) /i);
  if (clauses.length === 1) return sentence;
  const scored = clauses.map((clause) => ({
    clause,
    score: outcomeLikeness(inquiry.outcome, inquiry.terms(clause), inquiry.weightOf),
  }));
  const best = scored.toSorted((a, b) => b.score - a.score)[0];
  // "... but this was not significant" speaks of what stands before it.
  const refersBack =
    /\b(?:but|although|however)[^.;]{0,12}\b(?:this|these|it|they|not|the (?:difference|change|effect)s?)\b/i.test(
      sentence,
    ) && none.test(sentence);
  return best && best.score > 0.2 && !refersBack ? best.clause : sentence;
}

/** "Pain was higher in the placebo group (than with drug X)": the arm that the sentence speaks of is the comparator. */
function comparatorLeads(inquiry: Inquiry, clause: string): boolean {
  const { intervention, comparator } = inquiry;
  const than = clause.search(
    /\b(?:than|(?:as )?compared (?:with|to)|versus|vs|relative to|in comparison)\b/i,
  );
  const head = than > 0 ? clause.slice(0, than) : clause;
  const headTerms = inquiry.terms(head);
  const own = armLikeness(head, headTerms, intervention, comparator);
  const other = armLikeness(head, headTerms, comparator, intervention);
  return other >= 0.35 && own < 0.15;
}
