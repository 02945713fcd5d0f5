/** All readings of the asked result that a paper offers, best first, each with what speaks for it. */
import { armNumbers, type ArmNumbers, type Read } from "./arm-numbers.ts";
import type { Inquiry } from "./context.ts";
import type { Found } from "./found.ts";
import { resultsInSentences } from "./from-sentences.ts";
import { resultsInTables } from "./from-tables.ts";
import { kindOfValue } from "./kinds.ts";
import { scoreOf } from "./rank.ts";
import { toldTwice } from "./told-twice.ts";
import { sizesFor, type ArmSizes } from "./sizes.ts";

export type Reading = {
  found: Found;
  score: number;
  kind: "binary" | "continuous";
  one: Read;
  two: Read;
  /** Both arms have all their numbers. */
  stated: boolean;
  /** The arms' values as one text, to tell readings that differ. */
  says: string;
  /** The sizes stand with the numbers, or the paper gives no other that fits. */
  sized: boolean;
  /** How much better it fits than the next reading that says something else. */
  lead: number;
};

/** Below this a pair of numbers is not taken for the asked outcome. */
const leastOutcome = 0.25;

export function readingsOf(inquiry: Inquiry, sizes: ArmSizes): Reading[] {
  const all = [...resultsInTables(inquiry), ...resultsInSentences(inquiry)]
    .filter((one) => one.outcomeScore > leastOutcome)
    .map((found, _, list) => toldTwice(found, list))
    .map((found) => ({ found, score: scoreOf(found.features) }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, 60);
  const readings = all
    .map(({ found, score }) => readingOf(inquiry, found, score, sizes))
    .toSorted((a, b) => b.score - a.score);
  return readings.map((reading) => {
    const next = readings.find((other) => other !== reading && other.says !== reading.says);
    return { ...reading, lead: reading.score - (next?.score ?? Number.NEGATIVE_INFINITY) };
  });
}

/** What a reading loses when the paper gives no size for an arm: a result without is of no use. */
const withoutSize = 0.25;

const say = (one: Found): string => JSON.stringify([one.intervention.value, one.comparator.value]);

function readingOf(inquiry: Inquiry, found: Found, score: number, sizes: ArmSizes): Reading {
  const kind = kindOfValue(inquiry, found.intervention.value, {
    about: found.about,
    quote: found.intervention.quote,
    sized: found.intervention.size !== undefined,
  });
  const own = sizesFor(inquiry, found, sizes);
  const one = armNumbers(inquiry, found.intervention, own.intervention, kind);
  const two = armNumbers(inquiry, found.comparator, own.comparator, kind);
  const main = (arm: ArmNumbers): number | null => (kind === "binary" ? arm.events : arm.mean);
  const stated = [one.numbers, two.numbers].every(
    (arm) => main(arm) !== null && arm.n !== null && (kind === "binary" || arm.sd !== null),
  );
  return {
    found,
    score: score - (one.numbers.n === null || two.numbers.n === null ? withoutSize : 0),
    kind,
    one,
    two,
    stated,
    says: say(found),
    lead: 0,
    sized: one.sizeSure && two.sizeSure,
  };
}
