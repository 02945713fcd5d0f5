/** Every pair of text and ground in the token file can be read, in both themes (WCAG 2.2). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const css = readFileSync(join(import.meta.dirname, "../renderer/ui/tokens.css"), "utf8");

type Tokens = Record<string, string>;

function tokensOf(block: string): Tokens {
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\s*;/g)].map((match) => [
      match[1] ?? "",
      match[2] ?? "",
    ]),
  );
}
const [lightBlock = "", darkBlock = ""] = css.split('[data-theme="dark"]');
const light = tokensOf(lightBlock);
const themes = { light, dark: { ...light, ...tokensOf(darkBlock) } };

/** Relative luminance and contrast ratio of WCAG 2.2. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function contrast(tokens: Tokens, front: string, back: string): number {
  const [a, b] = [tokens[front], tokens[back]];
  if (a === undefined || b === undefined)
    throw new Error(`no token ${a === undefined ? front : back}`);
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

const elements = ["population", "intervention", "comparator", "outcome", "design", "other"];
const readable: [string, string][] = [
  ...["ground", "surface", "raised", "sunken", "hover"].flatMap((back): [string, string][] => [
    ["ink", back],
    ["ink-soft", back],
    ["ink-faint", back],
  ]),
  ["accent", "surface"],
  ["accent", "accent-wash"],
  ["accent-ink", "accent"],
  ["accent-ink", "accent-hover"],
  ["suggested", "suggested-wash"],
  ["unsupported", "unsupported-wash"],
  ["ink", "suggested-wash"],
  ["ink", "unsupported-wash"],
  ["danger", "danger-wash"],
  ["danger", "surface"],
  ["include", "include-wash"],
  ["exclude", "exclude-wash"],
  ["maybe", "maybe-wash"],
  ["include", "surface"],
  ["exclude", "surface"],
  ["surface", "yes"],
  ["surface", "no"],
  ["partial", "partial-wash"],
  ["uncertain", "uncertain-wash"],
  ...elements.map((element): [string, string] => [`${element}-ink`, `${element}-wash`]),
];

describe.each(Object.entries(themes))("%s theme", (_name, tokens) => {
  test.each(readable)("%s can be read on %s (AA)", (front, back) => {
    expect(contrast(tokens, front, back)).toBeGreaterThanOrEqual(4.5);
  });
  test.each(["surface", ...elements.map((element) => `${element}-wash`)])(
    "abstract text can be read on %s (AAA)",
    (back) => {
      expect(contrast(tokens, "ink", back)).toBeGreaterThanOrEqual(7);
    },
  );
  test("the focus ring stands out from every ground (3 : 1)", () => {
    for (const back of ["ground", "surface", "sunken", "raised"])
      expect(contrast(tokens, "focus", back)).toBeGreaterThanOrEqual(3);
  });
});
