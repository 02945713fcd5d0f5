/** Ages in years: the bound that a criterion sets, and the ages that a text gives. */

export type AgeBound = { from: number; to: number };

const number = String.raw`(\d{1,3}(?:\.\d+)?)`;
const unit = String.raw`\s*(years?|yrs?|y|months?|mo|weeks?)\b`;
const inYears = (value: string, name: string): number =>
  Number(value) / (/^mo/i.test(name) ? 12 : /^w/i.test(name) ? 52 : 1);

const below = new RegExp(
  String.raw`(?:younger than|under|below|less than|<|≤|up to)(?: the age of)?\s*${number}${unit}`,
  "i",
);
const above = new RegExp(
  String.raw`(?:older than|over|above|at least|aged|≥|>)\s*${number}${unit}(?!\s*(?:to|-|–))`,
  "i",
);
const orMore = new RegExp(
  String.raw`${number}${unit}(?: of age)? (?:or|and) (?:older|over|above)`,
  "i",
);

/** "Children younger than 2 years" → 0 to 2; null where no bound in years, months or weeks is set. */
export function ageBoundOf(criterion: string): AgeBound | null {
  const under = below.exec(criterion);
  if (under) return { from: 0, to: inYears(under[1] ?? "", under[2] ?? "") };
  const over = orMore.exec(criterion) ?? above.exec(criterion);
  return over ? { from: inYears(over[1] ?? "", over[2] ?? ""), to: 130 } : null;
}

const patterns = [
  new RegExp(
    String.raw`${number}\s*(?:-|–|to|and)\s*${number}[\s-]*(years?|yrs?|months?)(?:[\s-]*olds?| of age)?\b`,
    "gi",
  ),
  new RegExp(
    String.raw`\bage[ds]?\b[^.;()]{0,25}?${number}\s*(?:-|–|to|and)\s*${number}()(?!\s*%)`,
    "gi",
  ),
  new RegExp(String.raw`${number}()[\s-]*(years?|yrs?|months?|weeks?)[\s-]*olds?\b`, "gi"),
  new RegExp(
    String.raw`\b(?:mean|median|average)?\s*age[ds]?\b[^.;]{0,20}?${number}()()(?!\s*%)`,
    "gi",
  ),
];

export type AgeSign = AgeBound & { start: number };

/** Ages that a text gives for its people: ranges, means and "6-year-old". Ranges of follow-up have no such words. */
export function agesIn(text: string): AgeSign[] {
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap(
      ({ index, 0: whole, 1: first = "", 2: second = "", 3: name = "" }) => {
        // A range of years that is not said to be of ages may be anything.
        if (
          second !== "" &&
          !/age|old/i.test(text.slice(Math.max(0, index - 40), index + whole.length + 4))
        )
          return [];
        const [from, to] = [inYears(first, name), inYears(second === "" ? first : second, name)];
        return from <= to && to <= 110 ? [{ from, to, start: index }] : [];
      },
    ),
  );
}
