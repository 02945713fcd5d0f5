/** Sentences of an abstract and their roles. */
import { encodeBatch, floats, type RunNetwork } from "./tensors.ts";
import { softmax } from "./tagging.ts";
import { tokenize, type Vocabulary } from "./tokenizer.ts";

export type Sentence = { text: string; start: number; end: number };
export type SentenceRole = Sentence & { label: string; score: number };

const abbreviations =
  /(?:^|[\s(])(?:vs|e\.?g|i\.?e|etc|al|fig|no|approx|ca|cf|dr|mr|mrs|st|inc|resp|spp?|[A-Z])\.$/i;
const heading =
  /^(?:background|introduction|context|importance|rationale|objectives?|aims?|purpose|design|setting|participants|patients|interventions?|(?:materials? and |patients and )?methods|main outcome measures?|measurements|results|findings|conclusions?|interpretation|discussion|trial registration|funding|clinical trial registration)\s*(?::|$)/i;

/**
 * Sentences by rule: a full stop, question or exclamation mark ends one when white space and a capital, a
 * digit or a bracket follow and no abbreviation precedes; a line break always does. Offsets into `text`.
 */
export function splitSentences(text: string): Sentence[] {
  const found: Sentence[] = [];
  let from = 0;
  const close = (to: number): void => {
    const raw = text.slice(from, to);
    const start = from + raw.length - raw.trimStart().length;
    const body = raw.trim();
    if (body !== "") found.push({ text: body, start, end: start + body.length });
    from = to;
  };
  for (const match of text.matchAll(/[.?!]["”’)\]]?(?=\s+["“([]?[\p{Lu}\p{Nd}])|\n/gu)) {
    const end = match.index + match[0].length;
    if (match[0] === "\n" || !abbreviations.test(text.slice(Math.max(0, end - 12), end)))
      close(end);
  }
  close(text.length);
  return found;
}

/** Without a leading heading such as "METHODS:", which the network never saw in training. */
export function withoutHeading(sentence: Sentence): Sentence {
  const match = heading.exec(sentence.text);
  if (match === null || match[0].length >= sentence.text.length) return sentence;
  const rest = sentence.text.slice(match[0].length);
  const body = rest.trimStart();
  const start = sentence.start + match[0].length + rest.length - body.length;
  return body === "" ? sentence : { text: body, start, end: sentence.end };
}

/** One role per sentence from logits [sentences × labels]; the score is its softmax probability. */
export function decodeSentenceRoles(
  logits: Float32Array,
  sentences: Sentence[],
  labels: string[],
): SentenceRole[] {
  return sentences.map((sentence, place) => {
    const row = softmax(logits, place * labels.length, labels.length);
    const best = row.indexOf(Math.max(...row));
    return { ...sentence, label: labels[best] ?? "", score: row[best] ?? 0 };
  });
}

export type SentenceSettings = {
  vocabulary: Vocabulary;
  labels: string[];
  maxTokens: number;
  input: string;
  output: string;
};

/** Splits a text and gives each sentence its role; all sentences go through the network together, in order. */
export async function labelSentences(
  text: string,
  settings: SentenceSettings,
  run: RunNetwork,
): Promise<SentenceRole[]> {
  const pairs = splitSentences(text).map((sentence) => ({
    sentence,
    encoded: tokenize(withoutHeading(sentence).text, settings.vocabulary),
  }));
  const kept = pairs.filter((pair) => pair.encoded.tokens.length > 0);
  if (kept.length === 0) return [];
  const outputs = await run({
    [settings.input]: encodeBatch(
      kept.map((pair) => pair.encoded),
      settings.maxTokens,
    ),
  });
  return decodeSentenceRoles(
    floats(outputs[settings.output], settings.output),
    kept.map((pair) => pair.sentence),
    settings.labels,
  );
}
