/** All readings of the asked result that a paper offers, best first, each with what speaks for it. */
import { armNumbers, type ArmNumbers, type Read } from "./arm-numbers.ts";
import type { Inquiry } from "./context.ts";
import { resultsInSentences } from "./from-sentences.ts";
import { resultsInTables, type Found } from "./from-tables.ts";
import type { Size } from "./sizes.ts";

export const asksForCount =
  /\b(rates?|incidence|number of (?:patients|participants|subjects|women|people|events)|mortality|death|deaths|died|survival|events?|adverse|complications?|response|responders?|remission|recurrence|relapse|success|failure|proportion|percent(?:age)?|prevalence|occurrence|infections?|pregnan(?:cy|cies)|live births?|vomiting|nausea|bleeding|withdrawals?|dropouts?|cure|abstinence|hospitali[sz]ations?|cessation|need for|requirement for)\b/i;

export type SizesOfArms = Record<"intervention" | "comparator", Size[]>;

export type Reading = {
  found: Found;
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

export function readingsOf(inquiry: Inquiry, sizes: SizesOfArms): Reading[] {
  const all = [
    ...resultsInTables(inquiry).slice(0, 40),
    ...resultsInSentences(inquiry).slice(0, 20),
  ]
    .filter((one) => one.outcomeScore > 0.3)
    .toSorted((a, b) => b.score - a.score);
  return all.map((one) => readingOf(inquiry, one, sizes, all));
}

const say = (one: Found): string => JSON.stringify([one.intervention.value, one.comparator.value]);

function readingOf(inquiry: Inquiry, found: Found, sizes: SizesOfArms, all: Found[]): Reading {
  const { value } = found.intervention;
  const asked = asksForCount.test(inquiry.outcome.text);
  const kind =
    value.kind === "mean" || (value.kind === "number" && !asked) ? "continuous" : "binary";
  const one = armNumbers(found.intervention, sizes.intervention, kind);
  const two = armNumbers(found.comparator, sizes.comparator, kind);
  const main = (arm: ArmNumbers): number | null => (kind === "binary" ? arm.events : arm.mean);
  const stated = [one.numbers, two.numbers].every(
    (arm) => main(arm) !== null && arm.n !== null && (kind === "binary" || arm.sd !== null),
  );
  const says = say(found);
  const next = Math.max(...all.filter((other) => say(other) !== says).map((other) => other.score));
  const lead = found.score - next;
  return { found, kind, one, two, stated, says, lead, sized: one.sizeSure && two.sizeSure };
}
