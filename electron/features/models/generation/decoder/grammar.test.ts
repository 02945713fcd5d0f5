/** The automaton reads what the schema allows and nothing else, byte by byte; what it lets through is JSON. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, test } from "vitest";
import { z } from "zod";
import { promptsFolder } from "../../../../places.ts";
import { readPrompts } from "../generation.ts";
import { allowedBy, chooseToken, placeAfter, randomFrom } from "./choice.ts";
import { isOver, isWhole, openGrammar } from "./grammar.ts";
import { openTokenizer } from "./tokenizer.ts";

const reads = (schema: Record<string, unknown>, text: string | Uint8Array): boolean => {
  const grammar = openGrammar(schema);
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  const place = placeAfter(grammar, grammar.start, bytes);
  return place !== undefined && isWhole(place);
};

const verdict = {
  type: "object",
  properties: {
    verdict: { enum: ["yes", "no", "not sure"] },
    sure: { type: "boolean" },
    criterion: { type: "integer", minimum: 1 },
    value: { type: ["string", "null"] },
    sizes: { type: "array", items: { type: "number" }, minItems: 1, maxItems: 2 },
  },
  required: ["verdict", "value"],
  additionalProperties: false,
};

test.each([
  '{"verdict":"yes","value":null}',
  ' {"verdict": "not sure", "sure": true, "value": "a \\"b\\" \\u00e9 é 患"}',
  '{\n  "verdict": "no",\n  "criterion": 12,\n  "value": "",\n  "sizes": [-1.5e-3, 0]\n}',
])("an answer that keeps to the schema is refused: %s", (text) => {
  expect(reads(verdict, text)).toBe(true);
  expect(() => JSON.parse(text)).not.toThrow();
});

test.each([
  ["another verdict", '{"verdict":"maybe","value":null}'],
  ["a required field left out", '{"verdict":"yes"}'],
  ["a field nobody asked for", '{"verdict":"yes","value":null,"why":"x"}'],
  ["fields in another order", '{"value":null,"verdict":"yes"}'],
  ["a number below its minimum", '{"verdict":"yes","criterion":0,"value":null}'],
  ["a negative one", '{"verdict":"yes","criterion":-1,"value":null}'],
  ["a fraction for a whole number", '{"verdict":"yes","criterion":1.5,"value":null}'],
  ["a leading nought", '{"verdict":"yes","value":null,"sizes":[01]}'],
  ["too many items", '{"verdict":"yes","value":null,"sizes":[1,2,3]}'],
  ["no item", '{"verdict":"yes","value":null,"sizes":[]}'],
  ["a line break in a string", '{"verdict":"yes","value":"a\nb"}'],
  ["half a pair", '{"verdict":"yes","value":"\\ud83d"}'],
  ["a comma too many", '{"verdict":"yes","value":null,}'],
  ["words after it", '{"verdict":"yes","value":null} ok'],
  ["not the end", '{"verdict":"yes","value":"'],
])("%s passes", (_, text) => {
  expect(reads(verdict, text)).toBe(false);
});

test("bytes that are no text pass inside a string, or a sign cut in two is taken for whole", () => {
  const schema = { type: "string" };
  const quoted = (...bytes: number[]): Uint8Array => Uint8Array.of(0x22, ...bytes, 0x22);
  expect(reads(schema, quoted(0xe2, 0x89, 0xa4))).toBe(true);
  for (const bytes of [
    [0xe2, 0x89],
    [0x80],
    [0xc0, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
  ])
    expect(reads(schema, quoted(...bytes))).toBe(false);
});

test("lengths, choices of shapes, references and maps are not held to", () => {
  expect(reads({ type: "string", minLength: 2, maxLength: 3 }, '"é"')).toBe(false);
  expect(reads({ type: "string", minLength: 2, maxLength: 3 }, '"éé\\n"')).toBe(true);
  expect(reads({ type: "string", maxLength: 3 }, '"abcd"')).toBe(false);
  const either = {
    anyOf: [{ type: "number" }, { $ref: "#/$defs/pair" }],
    $defs: { pair: { type: "array", items: { const: 7 }, minItems: 2 } },
  };
  expect(reads(either, "3.25")).toBe(true);
  expect(reads(either, "[7, 7]")).toBe(true);
  expect(reads(either, "[7]")).toBe(false);
  expect(reads({ type: "object" }, '{"a": [1, {"b": null}], "c": "d"}')).toBe(true);
  expect(() => openGrammar({ not: {} })).toThrow(/"not"/);
  expect(() => openGrammar({ $ref: "https://example.org/x" })).toThrow(/not in it/);
});

const fixtures = join(import.meta.dirname, "..", "..", "fixtures");
const prompts = await readPrompts(promptsFolder);

it.each(prompts)("random answers to $id do not keep to its schema", ({ schema }) => {
  const rule = z.fromJSONSchema(schema as never);
  for (const pack of ["decoder-tiny", "vila-tiny"]) {
    const tokenizer = openTokenizer(
      readFileSync(join(fixtures, pack, "tokenizer.json"), "utf8"),
      pack,
    );
    const grammar = openGrammar(schema);
    for (let seed = 1; seed <= 4; seed += 1) {
      const random = randomFrom(seed);
      let place = grammar.start;
      const written: Uint8Array[] = [];
      for (let step = 0; step < 4000 && !isOver(place); step += 1) {
        // Anything may be written at first; later what closes is likelier, so that answers end.
        const logits = Float32Array.from({ length: tokenizer.size }, (_, token) => {
          const [first = 0] = tokenizer.bytesOf(token);
          const closes = first === 0x22 || first === 0x7d || first === 0x5d;
          return 4 * random() + (closes ? Math.min(step, 400) / 40 : 0);
        });
        const allows = allowedBy(tokenizer, new Set(), { grammar, place });
        const token = chooseToken(logits, allows, { temperature: 1, random });
        written.push(tokenizer.bytesOf(token));
        place = placeAfter(grammar, place, tokenizer.bytesOf(token)) ?? [];
      }
      const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(written));
      expect(isWhole(place), text.slice(-200)).toBe(true);
      const checked = rule.safeParse(JSON.parse(text));
      expect(checked.error?.issues ?? []).toEqual([]);
    }
  }
});

test("drawing with refusals is another distribution than masking first", () => {
  const logits = [2, 1, 0.5, 0, -1, 3];
  const allowed = new Set([1, 3, 4]);
  const random = randomFrom(7);
  const counts = Array.from({ length: 6 }, () => 0);
  const draws = 40_000;
  for (let at = 0; at < draws; at += 1) {
    const token = chooseToken(Float32Array.from(logits), (one) => allowed.has(one), {
      temperature: 0.8,
      random,
    });
    counts[token] = (counts[token] ?? 0) + 1;
  }
  const total = [...allowed].reduce(
    (sum, token) => sum + Math.exp((logits[token] as number) / 0.8),
    0,
  );
  for (const [token, count] of counts.entries()) {
    const expected = allowed.has(token) ? Math.exp((logits[token] as number) / 0.8) / total : 0;
    expect(Math.abs(count / draws - expected)).toBeLessThan(0.01);
  }
});

test("broken numbers are taken for a choice", () => {
  const random = randomFrom(1);
  const nothing = Float32Array.of(Number.NaN, Number.NaN);
  expect(() => chooseToken(nothing, () => true, { temperature: 0, random })).toThrow(
    /no usable number/,
  );
  const refused = Float32Array.of(1, 2, 3);
  expect(() => chooseToken(refused, () => false, { temperature: 1, random })).toThrow(/no usable/);
});
