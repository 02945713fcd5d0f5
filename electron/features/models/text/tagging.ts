/** From a tagger's logits to spans with character offsets. */
import { encodeBatch, floats, windows, type RunNetwork } from "./tensors.ts";
import { idsPerToken, tokenize, type Token, type Vocabulary } from "./tokenizer.ts";

export type TextSpan = {
  start: number;
  end: number;
  label: string;
  text: string;
  score: number;
  /** Only of a judgement on the whole text: the pack's own threshold, and whether the score reaches it. */
  operatingPoint?: number;
  above?: boolean;
};

/**
 * `thresholds`: one sigmoid per label; a token carries the label that exceeds its threshold by most.
 * `bio`: one softmax over outside and, per label, begin and inside (ids 0, 1+2i, 2+2i); best legal path.
 */
export type TagDecoding = { kind: "thresholds"; thresholds: number[] } | { kind: "bio" };
type Tag = { label: number; begins: boolean; score: number } | undefined;

/** Spans of `text` from logits [tokens × width]; a span's score is the mean of its tokens' probabilities. */
export function decodeTags(
  logits: Float32Array,
  tokens: Token[],
  text: string,
  labels: string[],
  decoding: TagDecoding,
): TextSpan[] {
  const tags =
    decoding.kind === "bio"
      ? bestPath(logits, tokens.length, labels.length)
      : overThreshold(logits, tokens.length, decoding.thresholds);
  const spans: TextSpan[] = [];
  let scores: number[] = [];
  let last: { label: number; span: TextSpan } | undefined;
  for (const [place, tag] of tags.entries()) {
    const token = tokens[place];
    if (tag === undefined || token === undefined) {
      last = undefined;
      continue;
    }
    if (last === undefined || last.label !== tag.label || tag.begins) {
      last = {
        label: tag.label,
        span: {
          start: token.start,
          end: token.end,
          label: labels[tag.label] ?? "",
          text: "",
          score: 0,
        },
      };
      spans.push(last.span);
      scores = [];
    }
    scores.push(tag.score);
    last.span.end = token.end;
    last.span.text = text.slice(last.span.start, token.end);
    last.span.score = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  }
  const numbers = spans.length === 0 ? [] : [...text.matchAll(number)];
  return spans.flatMap(withoutEdges).map((span) => withWholeNumbers(span, text, numbers));
}

const number = /\d+(?:,\d{3}(?!\d))*(?:[.·]\d+)?|[.·]\d+/g;

/** Half of a number is a wrong number: an edge that falls inside one moves out to its end. */
function withWholeNumbers(
  span: TextSpan,
  text: string,
  numbers: readonly RegExpExecArray[],
): TextSpan {
  let { start, end } = span;
  for (const { 0: digits, index } of numbers) {
    const close = index + digits.length;
    if (index < start && start < close) start = index;
    if (index < end && end < close) end = close;
  }
  return { ...span, start, end, text: text.slice(start, end) };
}

/** Joining words and punctuation at a span's edges are none of what it names; nothing else is no span. */
const edges = String.raw`(?:[\s.,;:]|\b(?:and|or|the|an?|of|with|to|in|for|by|versus|vs)\b)+`;
const leading = new RegExp(`^${edges}`, "i");
const trailing = new RegExp(`${edges}$`, "i");

function withoutEdges(span: TextSpan): TextSpan[] {
  const before = leading.exec(span.text)?.[0].length ?? 0;
  if (before === span.text.length) return [];
  const text = span.text.slice(before).replace(trailing, "");
  return [{ ...span, start: span.start + before, end: span.start + before + text.length, text }];
}

function overThreshold(logits: Float32Array, count: number, thresholds: number[]): Tag[] {
  return Array.from({ length: count }, (_, token) => {
    let best: Tag;
    let margin = 0;
    for (const [label, threshold] of thresholds.entries()) {
      const score = 1 / (1 + Math.exp(-(logits[token * thresholds.length + label] ?? 0)));
      // Distance above the threshold as a share of the room above it, so that labels compare.
      const above = (score - threshold) / (1 - threshold);
      if (above > margin) [best, margin] = [{ label, begins: false, score }, above];
    }
    return best;
  });
}

/** Viterbi over softmax scores where only "inside X" after "begin X" or "inside X" is legal. */
function bestPath(logits: Float32Array, count: number, labelCount: number): Tag[] {
  const width = 1 + 2 * labelCount;
  const from = new Int32Array(count * width);
  let totals = new Float64Array(width);
  const probabilities = new Float64Array(count * width);
  for (let token = 0; token < count; token += 1) {
    const row = softmax(logits, token * width, width);
    probabilities.set(row, token * width);
    let before = 0;
    for (let tag = 1; tag < width; tag += 1)
      if ((totals[tag] ?? 0) > (totals[before] ?? 0)) before = tag;
    const next = new Float64Array(width);
    for (let tag = 0; tag < width; tag += 1) {
      const inside = tag > 0 && tag % 2 === 0;
      const previous = !inside
        ? before
        : (totals[tag] ?? 0) >= (totals[tag - 1] ?? 0)
          ? tag
          : tag - 1;
      const start = token === 0 && inside ? Number.NEGATIVE_INFINITY : (totals[previous] ?? 0);
      next[tag] = start + Math.log((row[tag] ?? 0) + 1e-12);
      from[token * width + tag] = previous;
    }
    totals = next;
  }
  const tags: Tag[] = [];
  let tag = totals.indexOf(Math.max(...totals));
  for (let token = count - 1; token >= 0; token -= 1) {
    const label = Math.floor((tag - 1) / 2);
    const begin = probabilities[token * width + 1 + 2 * label] ?? 0;
    const within = probabilities[token * width + 2 + 2 * label] ?? 0;
    tags[token] = tag === 0 ? undefined : { label, begins: tag % 2 === 1, score: begin + within };
    tag = from[token * width + tag] ?? 0;
  }
  return tags;
}

export function softmax(values: Float32Array, from: number, width: number): Float64Array {
  const row = Float64Array.from(values.subarray(from, from + width));
  const highest = Math.max(...row);
  const powers = row.map((value) => Math.exp(value - highest));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}

export type TaggerSettings = {
  vocabulary: Vocabulary;
  labels: string[];
  decoding: TagDecoding;
  maxTokens: number;
  input: string;
  output: string;
};

/** Tags a text of any length: pieces of at most `maxTokens` tokens, each run on its own. Offsets are into `text`. */
export async function tagText(
  text: string,
  settings: TaggerSettings,
  run: RunNetwork,
): Promise<TextSpan[]> {
  const { tokens, ids } = tokenize(text, settings.vocabulary);
  const spans: TextSpan[] = [];
  for (const [from, to] of windows(tokens, settings.maxTokens)) {
    const feeds = {
      [settings.input]: encodeBatch([{ ids: ids.slice(from * idsPerToken, to * idsPerToken) }]),
    };
    const logits = floats((await run(feeds))[settings.output], settings.output);
    spans.push(
      ...decodeTags(logits, tokens.slice(from, to), text, settings.labels, settings.decoding),
    );
  }
  return spans;
}
