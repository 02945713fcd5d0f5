/** Vectors and scores of whole texts. */
import { encodeBatch, floats, type RunNetwork } from "./tensors.ts";
import { tokenize, type Vocabulary } from "./tokenizer.ts";

export type TextSettings = {
  vocabulary: Vocabulary;
  maxTokens: number;
  input: string;
  output: string;
};

/** Mean of rows [rows × width] weighted by `weights`, scaled to length 1 (all zero when there is nothing to pool). */
export function pool(values: Float32Array, width: number, weights: number[]): Float32Array {
  const mean = new Float32Array(width);
  for (const [row, weight] of weights.entries()) {
    for (let place = 0; place < width; place += 1)
      mean[place] = (mean[place] ?? 0) + weight * (values[row * width + place] ?? 0);
  }
  const length = Math.hypot(...mean);
  return length === 0 ? mean : mean.map((value) => value / length);
}

/** Cosine of two vectors of length 1. */
export function similarity(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let place = 0; place < one.length; place += 1)
    sum += (one[place] ?? 0) * (other[place] ?? 0);
  return sum;
}

/** One vector of length 1 per text, in order; texts go through the network `batch` at a time. */
export async function embedTexts(
  texts: string[],
  settings: TextSettings,
  run: RunNetwork,
  batch = 32,
): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let from = 0; from < texts.length; from += batch) {
    const rows = texts.slice(from, from + batch).map((text) => tokenize(text, settings.vocabulary));
    const output = floats(
      (await run({ [settings.input]: encodeBatch(rows, settings.maxTokens) }))[settings.output],
      settings.output,
    );
    const width = output.length / rows.length;
    for (const row of rows.keys()) vectors.push(output.slice(row * width, (row + 1) * width));
  }
  return vectors;
}

/** The probability (sigmoid of the network's one logit) for each text. */
export async function scoreTexts(
  texts: string[],
  settings: TextSettings,
  run: RunNetwork,
  batch = 32,
): Promise<number[]> {
  const logits = await embedTexts(texts, settings, run, batch);
  return logits.map((row) => 1 / (1 + Math.exp(-(row[0] ?? 0))));
}
