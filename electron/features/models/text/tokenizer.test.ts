import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeTags } from "./tagging.ts";
import { encodeBatch, windows } from "./tensors.ts";
import { idsPerToken, readVocabulary, tokenize } from "./tokenizer.ts";

type Golden = {
  texts: { text: string; offsets: [number, number][]; ids: number[][] }[];
  paths: { labels: number; logits: number[]; path: number[] }[];
};
const fixtures = join(import.meta.dirname, "fixtures");
const golden: Golden = JSON.parse(readFileSync(join(fixtures, "golden.json"), "utf8"));
const vocabulary = readVocabulary(readFileSync(join(fixtures, "vocab.txt"), "utf8"));

describe("tokenizer", () => {
  it.each(golden.texts.map((row, number) => [number, row] as const))(
    "gives text %i the ids that training gave it",
    (_, row) => {
      const found = tokenize(row.text, vocabulary);
      expect(found.tokens.map(({ start, end }) => [start, end])).toEqual(row.offsets);
      expect(found.ids).toEqual(row.ids.flat());
      for (const token of found.tokens)
        expect(row.text.slice(token.start, token.end)).toBe(token.text);
    },
  );
});

describe("tag paths", () => {
  it.each(golden.paths)(
    "follows the best legal path over $labels labels, as the measuring script does",
    ({ labels, logits, path }) => {
      const names = Array.from({ length: labels }, (_, label) => `label${label}`);
      const tokens = path.map((_, place) => ({ text: "x", start: 2 * place, end: 2 * place + 1 }));
      const spans = decodeTags(Float32Array.from(logits), tokens, "x ".repeat(path.length), names, {
        kind: "bio",
      });
      const expected: { start: number; end: number; label: string }[] = [];
      for (const [place, tag] of path.entries()) {
        if (tag % 2 === 1)
          expected.push({ start: 2 * place, end: 2 * place + 1, label: `label${(tag - 1) / 2}` });
        const open = expected.at(-1);
        if (tag > 0 && tag % 2 === 0 && open !== undefined) open.end = 2 * place + 1;
      }
      expect(spans.map(({ start, end, label }) => ({ start, end, label }))).toEqual(expected);
    },
  );

  it("gives a token to the label furthest above its own threshold and joins neighbours", () => {
    const text = "aspirin 100 mg reduced stroke";
    const tokens = [
      [0, 7],
      [8, 11],
      [12, 14],
      [15, 22],
      [23, 29],
    ].map(([start = 0, end = 0]) => ({ text: text.slice(start, end), start, end }));
    const logits = Float32Array.from([3, -3, 2, -3, 2, -3, -3, -3, 0.1, 2]);
    const spans = decodeTags(logits, tokens, text, ["interventions", "outcomes"], {
      kind: "thresholds",
      thresholds: [0.5, 0.5],
    });
    expect(spans.map(({ text: words, label }) => [words, label])).toEqual([
      ["aspirin 100 mg", "interventions"],
      ["stroke", "outcomes"],
    ]);
    expect(spans[0]?.score).toBeCloseTo((1 / (1 + Math.exp(-3)) + 2 / (1 + Math.exp(-2))) / 3, 6);
  });
});

it("leaves joining words and punctuation at a span's edges out, and spans of nothing else", () => {
  const text = "or yoga and tai chi . pain";
  const tokens = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
    text: word,
    start: index,
    end: index + word.length,
  }));
  // Tagged: "or yoga and tai chi ." as an intervention; "." alone would be one more of another label.
  const logits = Float32Array.from([3, -3, 3, -3, 3, -3, 3, -3, 3, -3, -3, 3, -3, -3]);
  const spans = decodeTags(logits, tokens, text, ["interventions", "outcomes"], {
    kind: "thresholds",
    thresholds: [0.5, 0.5],
  });
  expect(spans.map(({ text: words, start, end }) => [words, text.slice(start, end)])).toEqual([
    ["yoga and tai chi", "yoga and tai chi"],
  ]);
});

it("ends no span inside a number", () => {
  const text = "aged 54.2 and 1,204 seen, 7 lost";
  const { tokens } = tokenize(text, new Map());
  // "54" of "54.2" and "204 seen" are tagged, "," and the numbers' other halves are not.
  const tagged = new Set(["54", "204", "seen"]);
  const logits = Float32Array.from(tokens, ({ text: word }) => (tagged.has(word) ? 3 : -3));
  const spans = decodeTags(logits, tokens, text, ["age"], {
    kind: "thresholds",
    thresholds: [0.5],
  });
  expect(spans.map(({ text: words, start, end }) => [words, text.slice(start, end)])).toEqual([
    ["54.2", "54.2"],
    ["1,204 seen", "1,204 seen"],
  ]);
});

describe("tensors", () => {
  it("pads short rows with zeros and cuts long ones", () => {
    const rows = ["one two three", "four"].map((text) => tokenize(text, vocabulary));
    const tensor = encodeBatch(rows, 2);
    expect(tensor.dims).toEqual([2, 2, idsPerToken]);
    expect([...tensor.data].slice(12).map(Number)).toEqual([0, 0, 0, 0]);
  });

  it("covers every token once, ending pieces at full stops where it can", () => {
    const tokens = "a b c . d e f . g h i j k l m n".split(" ").map((text) => ({ text }));
    expect(windows(tokens, 6)).toEqual([
      [0, 4],
      [4, 8],
      [8, 14],
      [14, 16],
    ]);
    expect(windows([], 6)).toEqual([]);
  });
});
