/** Token ids as the tensors the networks read. */
import type { TensorData } from "../session.ts";
import { idsPerToken, type Tokenized } from "./tokenizer.ts";

/** What runs a network; the worker client's `run` fits after naming the file. */
export type RunNetwork = (feeds: Record<string, TensorData>) => Promise<Record<string, TensorData>>;

/** One tensor [rows, longest, 4], int64, padded with 0. A row longer than `maxTokens` is cut. */
export function encodeBatch(
  rows: Pick<Tokenized, "ids">[],
  maxTokens = Number.POSITIVE_INFINITY,
): TensorData {
  const lengths = rows.map((row) => Math.min(row.ids.length / idsPerToken, maxTokens));
  const longest = Math.max(1, ...lengths);
  const data = new BigInt64Array(rows.length * longest * idsPerToken);
  for (const [place, row] of rows.entries()) {
    const used = (lengths[place] ?? 0) * idsPerToken;
    for (let i = 0; i < used; i += 1)
      data[place * longest * idsPerToken + i] = BigInt(row.ids[i] ?? 0);
  }
  return { type: "int64", dims: [rows.length, longest, idsPerToken], data };
}

/**
 * Cuts a long text's tokens into pieces of at most `maxTokens`, after a full stop where one lies in the
 * second half of the piece: [from, to) token numbers.
 */
export function windows(tokens: { text: string }[], maxTokens: number): [number, number][] {
  const found: [number, number][] = [];
  let from = 0;
  while (from < tokens.length) {
    let to = Math.min(tokens.length, from + maxTokens);
    if (to < tokens.length) {
      let stop = to;
      while (stop > from + maxTokens / 2 && tokens[stop - 1]?.text !== ".") stop -= 1;
      if (tokens[stop - 1]?.text === ".") to = stop;
    }
    found.push([from, to]);
    from = to;
  }
  return found;
}

export function floats(tensor: TensorData | undefined, name: string): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new Error(`The network gave no float32 output "${name}".`);
}
