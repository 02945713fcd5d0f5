/**
 * Text to tokens and back, by a tokenizer.json (byte pair encoding of bytes, or SentencePiece's with byte
 * fallback). Special tokens are read only where the template wrote them, never in anybody's words. Pure.
 */
import { AppError } from "../../../../api/errors.ts";
import type { Picture } from "../generator.ts";
import type { Laid } from "../template.ts";
import { joinPieces, pairOf, type Merge } from "./bpe.ts";
import {
  normalizerOf,
  readTokenizerFile,
  splitterOf,
  stepsOf,
  type TokenizerFile,
} from "./tokenizer-file.ts";

export type Tokenizer = {
  size: number;
  /** Tokens of what was laid out, images where they stand. No beginning token is added. */
  encode: (laid: readonly Laid[]) => (number[] | { image: Picture })[];
  /** The one token that is written like this; undefined where there is none. */
  idOf: (token: string) => number | undefined;
  isSpecial: (id: number) => boolean;
  /** What a token writes; nothing for special ones. */
  bytesOf: (id: number) => Uint8Array;
  /** Whether the first blank of an answer belongs to the spelling of its first word. */
  dropsFirstBlank: boolean;
};

const utf8 = new TextEncoder();
const none = new Uint8Array(0);

/** GPT-2's spelling of bytes as printable signs. */
const signOfByte: string[] = (() => {
  let extra = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable =
      (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
    return String.fromCodePoint(printable ? byte : extra++);
  });
})();
const byteOfSign = new Map(signOfByte.map((sign, byte) => [sign, byte]));

/** @throws AppError packInvalid naming what is wrong or not known in the file */
export function openTokenizer(text: string, name: string): Tokenizer {
  const file = readTokenizerFile(text, name);
  const { model, added_tokens: added } = file;
  const vocabulary = new Map(Object.entries(model.vocab));
  for (const { id, content } of added) vocabulary.set(content, id);
  const special = new Set(added.filter((one) => one.special).map(({ id }) => id));
  const size = Math.max(...vocabulary.values()) + 1;
  const isByteLevel = [...stepsOf(file.pre_tokenizer), ...stepsOf(file.decoder)].some(
    ({ type }) => type === "ByteLevel",
  );
  const normalize = normalizerOf(file, name);
  const split = splitterOf(file, name);
  const wordOf = wordEncoder(file, { vocabulary, special, isByteLevel, name });
  const bytes = bytesTable({ vocabulary, added, size, isByteLevel });
  const specialPattern = literalPattern(added.filter((one) => one.special));
  const plainPattern = literalPattern(added.filter((one) => !one.special));

  function encodeText(given: string, isFirst: boolean): number[] {
    const ids: number[] = [];
    let first = isFirst;
    for (const { piece, matched } of cutBy(given, plainPattern)) {
      if (matched) ids.push(vocabulary.get(piece) as number);
      else
        for (const word of split([normalize(piece)], first))
          for (const id of wordOf(word)) ids.push(id);
      first = false;
    }
    return ids;
  }

  return {
    size,
    idOf: (token) => vocabulary.get(token),
    isSpecial: (id) => special.has(id),
    bytesOf: (id) => bytes[id] ?? none,
    dropsFirstBlank: stepsOf(file.decoder).some(
      ({ type }) => type === "Strip" || type === "Metaspace",
    ),
    encode(laid) {
      const made: (number[] | { image: Picture })[] = [];
      let ids: number[] = [];
      let waiting = "";
      const flush = (): void => {
        for (const id of encodeText(waiting, ids.length === 0)) ids.push(id);
        waiting = "";
      };
      const close = (): void => {
        flush();
        if (ids.length > 0) made.push(ids);
        ids = [];
      };
      for (const one of laid) {
        if ("image" in one) {
          close();
          made.push(one);
        } else if (!one.trusted) waiting += one.text;
        else
          for (const { piece, matched } of cutBy(one.text, specialPattern)) {
            if (!matched) waiting += piece;
            else {
              flush();
              ids.push(vocabulary.get(piece) as number);
            }
          }
      }
      close();
      return made;
    },
  };
}

type About = {
  vocabulary: ReadonlyMap<string, number>;
  special: ReadonlySet<number>;
  isByteLevel: boolean;
  name: string;
};

function wordEncoder({ model }: TokenizerFile, about: About): (word: string) => number[] {
  const { vocabulary, special, isByteLevel, name } = about;
  const merges = new Map<number, Merge>();
  for (const [rank, merge] of model.merges.entries()) {
    const [a, b] = typeof merge === "string" ? merge.split(" ") : merge;
    const [left, right] = [vocabulary.get(a ?? ""), vocabulary.get(b ?? "")];
    const into = vocabulary.get(`${a}${b}`);
    if (left === undefined || right === undefined || into === undefined)
      throw new AppError(
        "packInvalid",
        `"${name}": merge ${rank + 1} names a token that is not in the vocabulary.`,
      );
    merges.set(pairOf(left, right), { rank, into });
  }
  const unknown = model.unk_token ? vocabulary.get(model.unk_token) : undefined;
  const fallback = Array.from({ length: 256 }, (_, byte) =>
    vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
  );
  const piecesOf = (sign: string): number[] => {
    const known = vocabulary.get(sign);
    if (known !== undefined && !special.has(known)) return [known];
    const spelt = model.byte_fallback ? [...utf8.encode(sign)].map((byte) => fallback[byte]) : [];
    if (spelt.length > 0 && spelt.every((id) => id !== undefined)) return spelt;
    return unknown === undefined ? [] : [unknown];
  };
  const kept = new Map<string, number[]>();
  return (word) => {
    const spelt = isByteLevel
      ? Array.from(utf8.encode(word), (byte) => signOfByte[byte]).join("")
      : word;
    const known = kept.get(spelt);
    if (known) return known;
    const whole = model.ignore_merges ? vocabulary.get(spelt) : undefined;
    const ids =
      whole !== undefined && !special.has(whole)
        ? [whole]
        : joinPieces([...spelt].flatMap(piecesOf), merges);
    // Words repeat; whole papers (SentencePiece has no words) do not.
    if (spelt.length < 64) {
      if (kept.size > 20_000) kept.clear();
      kept.set(spelt, ids);
    }
    return ids;
  };
}

function bytesTable({
  vocabulary,
  added,
  size,
  isByteLevel,
}: {
  vocabulary: ReadonlyMap<string, number>;
  added: TokenizerFile["added_tokens"];
  size: number;
  isByteLevel: boolean;
}): Uint8Array[] {
  const table = Array.from({ length: size }, () => none);
  for (const [token, id] of vocabulary) {
    const byte = /^<0x([0-9A-F]{2})>$/.exec(token)?.[1];
    if (isByteLevel) table[id] = Uint8Array.from(token, (sign) => byteOfSign.get(sign) ?? 63);
    else if (byte) table[id] = Uint8Array.of(Number.parseInt(byte, 16));
    else table[id] = utf8.encode(token.replaceAll("\u2581", " "));
  }
  for (const { id, content, special } of added) table[id] = special ? none : utf8.encode(content);
  return table;
}

/** Longest first, as the tokens are found in a text; undefined for none. */
function literalPattern(tokens: TokenizerFile["added_tokens"]): RegExp | undefined {
  if (tokens.length === 0) return undefined;
  const literals = tokens
    .map(({ content }) => content)
    .toSorted((a, b) => b.length - a.length)
    .map((content) => content.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`));
  return new RegExp(literals.join("|"), "gu");
}

function cutBy(text: string, by: RegExp | undefined): { piece: string; matched: boolean }[] {
  if (by === undefined) return text === "" ? [] : [{ piece: text, matched: false }];
  const cut: { piece: string; matched: boolean }[] = [];
  let at = 0;
  for (const match of text.matchAll(by)) {
    cut.push(
      { piece: text.slice(at, match.index), matched: false },
      { piece: match[0], matched: true },
    );
    at = match.index + match[0].length;
  }
  cut.push({ piece: text.slice(at), matched: false });
  return cut.filter(({ piece }) => piece !== "");
}
