/** What several experts said of each label: their mean by mass, and where they disagree. Pure. */
import type { Finding } from "../models.ts";

/** One expert's score by label, where 0.5 is its own operating point; labels that it does not know are absent. */
export type Answer = { name: string; mass: number; scores: ReadonlyMap<string, number> };
/** A label and how many experts could have answered it. */
export type Label = { name: string; of: number };

/** A label that none of those asked knows is left out, rather than put at one half. */
export function tally(labels: readonly Label[], answers: readonly Answer[]): Finding[] {
  return labels.flatMap(({ name, of }): Finding[] => {
    const by = answers.flatMap(({ name: expert, mass, scores }) => {
      const score = scores.get(name);
      return score === undefined ? [] : [{ name: expert, mass, score }];
    });
    const whole = by.reduce((sum, { mass }) => sum + mass, 0);
    if (by.length === 0) return [];
    const score =
      whole > 0
        ? by.reduce((sum, one) => sum + one.mass * one.score, 0) / whole
        : by.reduce((sum, one) => sum + one.score, 0) / by.length;
    const scores = by.map((one) => one.score);
    const votes = {
      above: scores.filter((one) => one >= 0.5).length,
      asked: by.length,
      of,
      low: Math.min(...scores),
      high: Math.max(...scores),
      by: by.map((one) => ({ name: one.name, score: one.score, above: one.score >= 0.5 })),
    };
    return [{ label: name, score, operatingPoint: 0.5, above: score >= 0.5, votes }];
  });
}
