/**
 * What of the best evidence sentences speaks for a direction, as named features. Words are cut to
 * their stems; the question's own words are replaced by their part in it (outcome, intervention,
 * comparator), so that what was learned on some trials holds for others. Pure.
 */
import { addFeature, type Features } from "../linear/linear.ts";
import type { Inquiry } from "../results/context.ts";
import { directionOf } from "../results/direction.ts";
import { hasTerm } from "../results/likeness.ts";
import { stem } from "../terms.ts";

/** A number or a P value of a sentence counts by what it says, not by its digits. */
type Token = { mark: string; value?: number };

const pieces =
  /\bp\s*(?:value)?s?\s*(?:[:=<>≤≥]|less than|greater than)+\s*(?:0?\.\d+|n\.?s\.?|1\.0+|\d+\.\d+)|\d+(?:[.,·]\d+)*|\p{L}+(?:['’]\p{L}+)?|[%;:.,()±]/giu;

function tokensOf(inquiry: Inquiry, sentence: string): Token[] {
  const tokens: Token[] = [];
  for (const [piece] of sentence.normalize("NFKC").replaceAll("·", ".").matchAll(pieces)) {
    if (/^p\b.*[:=<>≤≥]|^p\s+(?:value)?s?\s*(?:less|greater)/iu.test(piece)) {
      const number = Number(/0?\.\d+|1\.0+/.exec(piece)?.[0] ?? "1");
      const above = /[>≥]|greater/.test(piece);
      tokens.push({ mark: above || number > 0.05 ? "P-not" : number < 0.01 ? "P-yes" : "P-near" });
    } else if (/^\d/.test(piece)) {
      tokens.push({ mark: "#", value: Number(piece.replaceAll(",", "")) });
    } else if (/^[%;:.,()±]$/.test(piece)) tokens.push({ mark: piece });
    else tokens.push({ mark: partOf(inquiry, stem(piece.toLowerCase())) });
  }
  return tokens;
}

/** The part that a word plays in the question; itself when it plays none. */
function partOf({ intervention, comparator, outcome }: Inquiry, term: string): string {
  const [own, other] = [hasTerm(intervention.terms, term), hasTerm(comparator.terms, term)];
  if (own && !other) return "INT";
  if (other && !own) return "COM";
  if (/^(?:placebo|control|sham|vehicl)/.test(term)) return "COM";
  if (hasTerm(outcome.terms, term)) return "OUT";
  return term;
}

const small = new Set(
  "the a an of in and or to for with by at on from was were is are be been that this these those which as it its their there than had has have".split(
    " ",
  ),
);

const rising =
  /^(?:increas|higher|greater|more|larger|longer|rose|rise|rais|elevat|gain|enhanc|exceed|faster|prolong|augment|upregulat|improv|better|superior|benefit)/;
const falling =
  /^(?:decreas|lower|less|fewer|reduc|smaller|shorter|declin|drop|fell|fall|suppress|attenuat|diminish|shorten|prevent|inhibit|slower|blunt|lessen|loss|worse|inferior|poorer|deteriorat|alleviat|reliev)/;
const denying =
  /^(?:no|not|nor|neither|without|non|nonsignificant|insignificant|similar|comparabl|equivalent|identical|unchang|unaffect|fail)/;

/** Only what matters for a comparison, in order: parts, risings, fallings, denials, proof. */
function skeletonOf(tokens: Token[]): string[] {
  const skeleton: string[] = [];
  for (const { mark } of tokens) {
    const sign =
      /^(?:INT|COM|OUT|P-)/.test(mark) || mark === ";"
        ? mark
        : rising.test(mark)
          ? "UP"
          : falling.test(mark)
            ? "DOWN"
            : denying.test(mark)
              ? "NO"
              : mark.startsWith("signific")
                ? "SIG"
                : /^(?:than|versus|vs|compar|relat)/.test(mark)
                  ? "THAN"
                  : undefined;
    if (sign !== undefined && skeleton.at(-1) !== sign) skeleton.push(sign);
  }
  return skeleton;
}

/** Main numbers in order: without what stands in brackets, spreads after "±", and the start of "from … to …". */
function mainNumbers(tokens: Token[]): { sign: string; value: number }[] {
  const events: { sign: string; value: number }[] = [];
  let depth = 0;
  for (const [at, { mark, value }] of tokens.entries()) {
    if (mark === "(") depth += 1;
    else if (mark === ")") depth = Math.max(0, depth - 1);
    else if (mark === "INT" || mark === "COM") {
      const sign = mark === "INT" ? "I" : "C";
      if (events.at(-1)?.sign !== sign) events.push({ sign, value: 0 });
    } else if (depth === 0 && value !== undefined) {
      const before = tokens[at - 1]?.mark;
      const starts =
        before === "from" && tokens.slice(at, at + 6).some((token) => token.mark === "to");
      if (before !== "±" && !starts) events.push({ sign: "n", value });
    }
  }
  return events;
}

/** Ways in which a sentence gives a number for each arm; the groups are the two arms' numbers. */
const givings: { shape: RegExp; own: number; other: number }[] = [
  { shape: /^(?:n)I(?:n)C/, own: 0, other: 2 },
  { shape: /^(?:n)C(?:n)I/, own: 2, other: 0 },
  { shape: /nnIC/, own: 0, other: 1 },
  { shape: /nnCI/, own: 1, other: 0 },
  { shape: /ICnn/, own: 2, other: 3 },
  { shape: /CInn/, own: 3, other: 2 },
  { shape: /In+?Cn/, own: 1, other: -1 },
  { shape: /Cn+?In/, own: -1, other: 1 },
];

/** Which arm's number is the larger, where the sentence gives one for each. */
function comparedNumbers(tokens: Token[]): string | undefined {
  const events = mainNumbers(tokens);
  const signs = events.map(({ sign }) => sign).join("");
  for (const { shape, own, other } of givings) {
    const match = shape.exec(signs);
    if (!match) continue;
    const given = events.slice(match.index, match.index + match[0].length);
    const [mine, theirs] = [given.at(own)?.value, given.at(other)?.value];
    if (mine === undefined || theirs === undefined || mine === theirs) return undefined;
    return mine > theirs ? "more" : "less";
  }
  return undefined;
}

/** How much each of the best sentences counts, best first. */
const shares = [1, 0.6, 0.4, 0.3];

export type Ranked = { text: string; score: number };

/** Features of a question with its best sentences, best first. */
export function directionFeatures(inquiry: Inquiry, sentences: readonly Ranked[]): Features {
  const features: Features = new Map();
  const outcome = new Set((inquiry.outcome.text.toLowerCase().match(/\p{L}+/gu) ?? []).map(stem));
  for (const term of outcome) addFeature(features, `asked ${term}`, 0.5);
  for (const [index, share] of shares.entries()) {
    const sentence = sentences[index];
    if (sentence) addSentence(features, inquiry, sentence.text, share, index === 0);
  }
  return features;
}

function addSentence(
  features: Features,
  inquiry: Inquiry,
  text: string,
  share: number,
  best: boolean,
): void {
  const tokens = tokensOf(inquiry, text);
  // A flattened table is many numbers with hardly a verb: its words say little.
  const telling = tokens.filter(({ mark }) => mark === "#").length > 16 ? 0.3 * share : share;
  const add = (name: string, amount = telling): void => addFeature(features, name, amount);
  add(`rule ${directionOf(inquiry, text)}`);
  if (best) add(`best rule ${directionOf(inquiry, text)}`, 1);
  const words = tokens.map(({ mark }) => mark).filter((mark) => !small.has(mark));
  for (const word of new Set(words)) add(`has ${word}`, 0.6 * telling);
  for (const pair of new Set(words.map((word, at) => `${word} ${words[at + 1] ?? "END"}`)))
    add(`pair ${pair}`, 0.4 * telling);
  const skeleton = skeletonOf(tokens);
  for (let at = 0; at < skeleton.length; at += 1) {
    add(`order ${skeleton.slice(at, at + 2).join(" ")}`, 0.6 * telling);
    if (at + 2 < skeleton.length)
      add(`order ${skeleton.slice(at, at + 3).join(" ")}`, 0.6 * telling);
  }
  for (const sign of ["UP", "DOWN"]) {
    const at = skeleton.indexOf(sign);
    if (at < 0) continue;
    const before =
      skeleton.slice(0, at).findLast((one) => one === "INT" || one === "COM") ?? "none";
    const after = skeleton.slice(at).find((one) => one === "INT" || one === "COM") ?? "none";
    add(`first ${sign} after ${before} before ${after}`);
  }
  const numbers = comparedNumbers(tokens);
  if (numbers) add(`numbers ${numbers}`);
  if (numbers && best) {
    const proof = tokens.find(({ mark }) => mark.startsWith("P-"))?.mark ?? "none";
    // Numbers of both arms outweigh words: a larger amount is held back less by the penalty on weights.
    addFeature(features, `best numbers ${numbers} proof ${proof}`, 4);
  }
}
