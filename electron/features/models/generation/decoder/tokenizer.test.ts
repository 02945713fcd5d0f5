/** The tokens are Hugging Face's own (models/convert/proofs/tiny_tokenizers.py), sign by sign. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openTokenizer } from "./tokenizer.ts";

const fixtures = join(import.meta.dirname, "..", "..", "fixtures");
const file = (pack: string, name: string): string =>
  readFileSync(join(fixtures, pack, name), "utf8");

describe.each(["decoder-tiny", "vila-tiny", "llava-tiny"])("%s", (pack) => {
  const { samples } = JSON.parse(file(pack, "reference.json")) as {
    samples: { text: string; ids: number[]; decoded: string }[];
  };
  const tokenizer = openTokenizer(file(pack, "tokenizer.json"), "tokenizer.json");
  const encode = (text: string, trusted: boolean): number[] =>
    tokenizer.encode([{ text, trusted }]).flatMap((one) => (Array.isArray(one) ? one : []));

  it.each(samples)("text is cut into other tokens than Hugging Face's: $text", ({ text, ids }) => {
    expect(encode(text, true)).toEqual(ids);
  });

  it("a person's words are read as special tokens, or tokens lose what was written", () => {
    for (const { text } of samples) {
      const ids = encode(text, false);
      expect(ids.filter((id) => tokenizer.isSpecial(id))).toEqual([]);
      const bytes = Buffer.concat(ids.map((id) => tokenizer.bytesOf(id)));
      const written = bytes.toString("utf8");
      expect(tokenizer.dropsFirstBlank ? written.replace(/^ /, "") : written).toBe(
        tokenizer.dropsFirstBlank ? text.replaceAll("\u2581", " ") : text,
      );
    }
  });

  it("a paper without word boundaries takes minutes, or its pieces depend on the rest", () => {
    const line = "患者は六十人でした。Randomised trial of yoga in adults. ";
    const ids = encode(line.repeat(2000), false);
    expect(
      Buffer.concat(ids.map((id) => tokenizer.bytesOf(id)))
        .toString("utf8")
        .trim(),
    ).toBe(line.repeat(2000).trim());
  });
});

describe("a tokenizer that cannot be used", () => {
  it("is read as another one", () => {
    const whole = file("decoder-tiny", "tokenizer.json");
    expect(() => openTokenizer(whole.slice(0, 500), "t.json")).toThrow(
      /t\.json" is not JSON .*cut/,
    );
    expect(() => openTokenizer("{}", "t.json")).toThrow(/no tokenizer of Hugging Face's/);
    const changed = (change: object): string => JSON.stringify({ ...JSON.parse(whole), ...change });
    expect(() =>
      openTokenizer(changed({ model: { type: "Unigram", vocab: [] } }), "t.json"),
    ).toThrow(/Unigram tokenizer; decoders are read with BPE/);
    expect(() => openTokenizer(changed({ normalizer: { type: "Nmt" } }), "t.json")).toThrow(
      /normalises by Nmt/,
    );
  });
});
