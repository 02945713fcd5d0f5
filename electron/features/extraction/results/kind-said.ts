/**
 * Whether a paper itself gives an outcome as counts of people or as a measure: by the forms of the numbers, units and
 * words in the rows and sentences that speak of it. It needs no list of outcomes, so it holds for those that no list has.
 */
import type { Inquiry } from "./context.ts";
import { outcomeLikeness } from "./likeness.ts";

const people = String.raw`(?:patients|participants|subjects|women|men|people|persons|individuals|children|infants|adults|students|cases|eyes|those)`;
/** Counts with a share, shares of people, and the measures of association that are made of counts. */
const countForms = new RegExp(
  [
    String.raw`\b[nN]o?\.?\s*,?\s*\(\s*%\s*\)|\(\s*%\s*\)|\bn\s*\/\s*N\b`,
    String.raw`\b\d+\s*\(\s*\d+(?:[.·]\d+)?\s*%\s*\)|\b\d+(?:[.·]\d+)?\s*%\s*\(\s*(?:n\s*=\s*)?\d+(?:\s*\/\s*\d+)?\s*\)`,
    String.raw`\b\d+\s*(?:\/|of|out of)\s*(?:the\s+)?\d+\b(?!\s*mm)`,
    String.raw`\b${people}\s+(?:had|experienced|reported|developed|achieved|died)\b`,
    String.raw`\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+)\s+${people}\b`,
    String.raw`\b(?:incidences?|proportions?|percentages? of|prevalence|odds ratios?|relative risks?|risk ratios?|hazard ratios?|rates? of|occurred in|chi-?square|fisher)\b|χ2?`,
  ].join("|"),
  "gi",
);
/** A spread, a mean, a unit, a scale, a change by so much. */
const measureForms = new RegExp(
  [
    String.raw`±|\+\/[-−]`,
    String.raw`\b(?:means?|SDs?|SEM?|standard deviations?|standard errors?|medians?|IQR|averages?|scores?|points?|scales?|levels?|t-?tests?|ANOVA|ANCOVA|mean differences?|effect sizes?)\b`,
    String.raw`\b(?:mm\s?Hg|mg|[µμ]g|ng|pg|kg|cm|mm|m?mol|IU|kcal|bpm|ms|min|minutes?|hours?|seconds?)\b`,
    String.raw`\b(?:increased|decreased|reduced|changed|improved|rose|fell|dropped)\s+(?:by|from)\b`,
    String.raw`\b\d+[.·]\d+\s*\(\s*\d+[.·]\d+\s*\)`,
  ].join("|"),
  "gi",
);

/** Below this a row or sentence speaks of something else. */
const leastLikeness = 0.45;
/** One place says less than several that agree: as much weight stays undecided. */
const doubt = 0.5;
const memory = new WeakMap<Inquiry, number>();

const formsIn = (text: string): { counts: number; measures: number } => ({
  counts: (text.match(countForms) ?? []).length,
  measures: (text.match(measureForms) ?? []).length,
});

/** -1 (every place that speaks of the outcome gives a measure) to 1 (counts); 0 where nothing says. */
export function kindSaid(inquiry: Inquiry): number {
  const known = memory.get(inquiry);
  if (known !== undefined) return known;
  let [sum, weight] = [0, 0];
  const vote = (about: string, forms: string, factor: number): void => {
    const like = outcomeLikeness(inquiry.outcome, inquiry.terms(about), inquiry.weightOf);
    if (like < leastLikeness) return;
    const { counts, measures } = formsIn(forms);
    if (counts + measures === 0) return;
    sum += (factor * like ** 2 * (counts - measures)) / (counts + measures);
    weight += factor * like ** 2;
  };
  for (const matrix of inquiry.matrices)
    for (const [row, cells] of matrix.cells.entries()) {
      const label = (matrix.labels[row] ?? []).join(" ");
      if (row < matrix.headerRows || label === "") continue;
      const values = cells.slice(matrix.labelColumns).map((cell) => cell?.text ?? "");
      vote(label, [label, ...(matrix.headsAt[row]?.flat() ?? []), ...values].join(" | "), 2);
    }
  for (const { text } of inquiry.reading.sentences) vote(text, text, 1);
  const said = sum / (weight + doubt);
  memory.set(inquiry, said);
  return said;
}
