import { expect, test } from "vitest";
import { locate, verify } from "./evidence.ts";
import { containsNumber, findNumbers } from "./numbers.ts";
import { paperFromPlain } from "./plain.ts";
import { splitSentences } from "./sentences.ts";

const paper = paperFromPlain(
  "METHODS:\nIn total, 123 patients were ran-\ndomised: 61 to placebo and 62 to drug X. The mean age was 45.6 (SD 12.3) years; 1,204 were screened. Twenty-four withdrew.",
);

test("a quote is found whatever its white space and line-end hyphens", () => {
  expect(verify(paper, "123", "123 patients   were randomised").status).toBe("verified");
  expect(verify(paper, "123", "123 patients were ran-domised").status).toBe("verified");
});

test("a number inside another number or a decimal is not that number", () => {
  expect(verify(paper, "12", "123 patients were randomised").status).toBe("unsupported");
  expect(locate(paper, "45")).toBeUndefined();
  expect(locate(paper, "23 patients")).toBeUndefined();
  expect(verify(paper, "45", "The mean age was 45.6 (SD 12.3) years").status).toBe("unsupported");
});

test("a value in words or with a thousands comma is the same number", () => {
  expect(verify(paper, "24", "Twenty-four withdrew").status).toBe("verified");
  expect(verify(paper, "1204", "1,204 were screened").status).toBe("verified");
});

test("a quote with one word changed is unsupported, though its number is in the paper", () => {
  expect(verify(paper, "123", "123 persons were randomised")).toMatchObject({
    status: "unsupported",
    reason: "the quote is not in the text",
  });
});

test("a value without numbers must stand in the quote in its own words", () => {
  expect(verify(paper, "drug X", "61 to placebo and 62 to drug X").status).toBe("verified");
  expect(verify(paper, "warfarin", "61 to placebo and 62 to drug X").status).toBe("unsupported");
  expect(verify(paper, "", "61 to placebo").status).toBe("unsupported");
});

/** A small generator of numbers (Park and Miller 1988), so that a failure can be repeated. */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state;
  }
}

test("over many invented and mangled quotes, nothing is verified whose quote is not in the paper", () => {
  const random = numbers(7);
  const next = (below: number): number => (random.next().value ?? 0) % below;
  const { text } = paper;
  const letters = "abc 0123456789.,-%()";
  let verified = 0;
  for (let round = 0; round < 4000; round += 1) {
    const start = next(text.length);
    let quote = text.slice(start, start + 1 + next(60));
    for (let edits = next(3); edits > 0; edits -= 1) {
      const at = next(quote.length + 1);
      quote =
        quote.slice(0, at) + (letters[next(letters.length)] ?? "") + quote.slice(at + next(2));
    }
    const value = next(2) === 0 ? String(next(200)) : (findNumbers(quote)[0]?.raw ?? "7");
    const verdict = verify(paper, value, quote);
    if (verdict.status === "unsupported") continue;
    verified += 1;
    const { start: from = 0, end: to = 0 } = verdict.evidence;
    const bare = (part: string): string => part.replaceAll(/[\s-]/g, "");
    expect(bare(text.slice(from, to))).toBe(bare(quote));
    for (const number of findNumbers(value)) expect(containsNumber(quote, number.value)).toBe(true);
  }
  expect(verified).toBeGreaterThan(100);
});

test("sentences end after lettered groups and citations, not after initials or abbreviations", () => {
  const parts = (text: string): string[] =>
    splitSentences(text).map(({ start, end }) => text.slice(start, end));
  expect(
    parts(
      "It fell in group K. There was none. By J. Smith et al. in 2010, i.e. early. Then [12]. Next",
    ),
  ).toEqual([
    "It fell in group K.",
    "There was none.",
    "By J. Smith et al. in 2010, i.e. early.",
    "Then [12].",
    "Next",
  ]);
});
