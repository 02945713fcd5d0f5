/**
 * The next token: the best one, or one drawn by its probability, of those that the grammar allows. A
 * refused token is taken out and the choice made again, which gives the same as masking all others first
 * and looks at few; after several refusals the whole vocabulary is masked. Pure.
 */
import { AppError } from "../../../../api/errors.ts";
import { isWhole, type Grammar, type Place } from "./grammar.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Small, seedable and the same everywhere: mulberry32 (T. Ettinger, public domain). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Where the answer stands after a token; undefined where the grammar does not allow it. */
export function placeAfter(grammar: Grammar, place: Place, bytes: Uint8Array): Place | undefined {
  let at: Place | undefined = bytes.length > 0 ? place : undefined;
  for (let index = 0; at !== undefined && index < bytes.length; index += 1)
    at = grammar.after(at, bytes[index] as number);
  return at;
}

export type Allows = (token: number) => boolean;

/** Stop tokens where the answer may end; special tokens never; of the others those that the grammar reads. */
export function allowedBy(
  tokenizer: Pick<Tokenizer, "isSpecial" | "bytesOf">,
  stops: ReadonlySet<number>,
  held: { grammar: Grammar; place: Place } | undefined,
): Allows {
  return (token) => {
    if (stops.has(token)) return held === undefined || isWhole(held.place);
    if (tokenizer.isSpecial(token)) return false;
    return (
      held === undefined ||
      placeAfter(held.grammar, held.place, tokenizer.bytesOf(token)) !== undefined
    );
  };
}

const refusalsBeforeMask = 24;

/**
 * @param logits of the whole vocabulary; changed
 * @throws AppError modelFailed where no token is allowed
 */
export function chooseToken(
  logits: Float32Array,
  allows: Allows,
  { temperature, random }: { temperature: number; random: () => number },
): number {
  for (let refused = 0; ; refused += 1) {
    if (refused === refusalsBeforeMask)
      for (let token = 0; token < logits.length; token += 1)
        if (!allows(token)) logits[token] = Number.NEGATIVE_INFINITY;
    const best = bestOf(logits);
    // Not a number counts as broken weights or a broken device, never as a choice.
    if (best < 0)
      throw new AppError(
        "modelFailed",
        "The model gave no usable number for any token that may come next.",
      );
    const token =
      temperature > 0 ? draw(logits, logits[best] as number, temperature, random()) : best;
    if (allows(token)) return token;
    logits[token] = Number.NEGATIVE_INFINITY;
  }
}

/** Index of the largest; the first of equals; -1 where all are -∞ or none is a number. */
function bestOf(logits: Float32Array): number {
  let best = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < logits.length; token += 1) {
    const value = logits[token] as number;
    if (value > most) {
      best = token;
      most = value;
    }
  }
  return best;
}

function draw(logits: Float32Array, most: number, temperature: number, at: number): number {
  let total = 0;
  for (const value of logits) total += Math.exp((value - most) / temperature);
  let left = at * total;
  let last = 0;
  for (let token = 0; token < logits.length; token += 1) {
    const share = Math.exp(((logits[token] as number) - most) / temperature);
    if (share === 0) continue;
    last = token;
    left -= share;
    if (left < 0) return token;
  }
  return last;
}
