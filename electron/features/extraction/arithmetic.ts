/**
 * Arithmetic that the words of one quote must satisfy: counts against totals and percentages, spreads
 * against one another, means against their range, the sexes against the trial's size. Only forms that
 * leave no doubt which number is which are read; everything else is left unchecked. Pure.
 */
import type { Check } from "../../api/schemas/ledger.ts";
import {
  checkConfidenceInterval,
  checkEventsWithin,
  checkMeanInRange,
  checkPercent,
  checkStandardError,
} from "./checks.ts";
import { findNumbers } from "./numbers.ts";

const number = String.raw`(\d+(?:,\d{3})*(?:\.\d+)?)`;
const to = String.raw`\s*(?:–|-|to|,)\s*`;
const asNumber = (text: string | undefined): number => Number((text ?? "").replaceAll(",", ""));
const decimalsOf = (text: string | undefined): number => text?.split(".")[1]?.length ?? 0;

/** "12 of 40 patients (30 %)", "12/40 (30.0%)". */
const counted = new RegExp(
  String.raw`(?<![\d.,/])(\d+(?:,\d{3})*)\s*(?:/|(?:out )?of)\s*(\d+(?:,\d{3})*)(?![\d.,/])(?:\s+\p{L}+){0,3}\s*\(\s*(?:(\d+(?:\.\d+)?)\s*%)?`,
  "giu",
);
/** "30 women and 34 men", "men (n = 34)" is another form and left alone. */
const sexes = new RegExp(
  String.raw`(?<![\d.,])(\d+)\s+(women|females?|girls|men|males?|boys)\b[^.;\d]{0,12}\b(\d+)\s+(women|females?|girls|men|males?|boys)\b`,
  "iu",
);
const single = (text: string, source: string): string | undefined => {
  const all = [...text.matchAll(new RegExp(source, "giu"))];
  return all.length === 1 ? all[0]?.[1] : undefined;
};

/** Checks of the numbers in `quote` that the value takes up; `size` is the trial's, where it is known. */
export function quoteChecks(value: string, quote: string, size: number | null): Check[] {
  const text = quote.normalize("NFKC").replaceAll("·", ".").replaceAll(/\s+/g, " ");
  const taken = new Set(findNumbers(value).map((one) => one.value));
  return [
    ...countChecks(text, taken),
    ...spreadChecks(text, taken),
    ...sexChecks(text, taken, size),
  ];
}

function countChecks(text: string, taken: ReadonlySet<number>): Check[] {
  return [...text.matchAll(counted)].flatMap(([, first, second, share]): Check[] => {
    const [count, total] = [asNumber(first), asNumber(second)];
    if (!taken.has(count) && !taken.has(total)) return [];
    const within = checkEventsWithin(count, total);
    return share === undefined || !within.ok
      ? [within]
      : [within, checkPercent(count, total, Number(share), decimalsOf(share))];
  });
}

function spreadChecks(text: string, taken: ReadonlySet<number>): Check[] {
  const checks: Check[] = [];
  const range = new RegExp(
    String.raw`\bmean\b[^.;()\d]{0,40}${number}[^;()\d]{0,20}[(,]?\s*\brange\b[:,]?\s*${number}${to}${number}`,
    "iu",
  ).exec(text);
  if (range && taken.has(asNumber(range[1])))
    checks.push(checkMeanInRange(asNumber(range[1]), asNumber(range[2]), asNumber(range[3])));
  const sd = single(text, String.raw`\b(?:SD|standard deviation)\b[\s:=]*(?:of\s+)?${number}`);
  const se = single(text, String.raw`\b(?:SEM?|standard error)\b[\s:=]*(?:of\s+)?${number}`);
  const n = single(text, String.raw`\bn\s*=\s*(\d+)`);
  if (sd !== undefined && se !== undefined && n !== undefined)
    checks.push(checkStandardError(asNumber(sd), asNumber(se), asNumber(n)));
  const mean = single(text, String.raw`\bmean\b[^.;()\d]{0,40}${number}`);
  const interval = [
    ...text.matchAll(
      new RegExp(
        String.raw`95\s*%\s*(?:CI|confidence interval)\b[\s:,=[(]*(-?\d+(?:\.\d+)?)\s*(?:–|to|,|-)\s*(-?\d+(?:\.\d+)?)`,
        "giu",
      ),
    ),
  ];
  const [only, another] = interval;
  if (only && !another && sd !== undefined && n !== undefined && mean !== undefined)
    checks.push(
      checkConfidenceInterval(
        asNumber(mean),
        asNumber(sd),
        asNumber(n),
        Number(only[1]),
        Number(only[2]),
      ),
    );
  return checks;
}

/** Of two groups that make up everybody (here the sexes), the counts add up to the trial's size. */
function sexChecks(text: string, taken: ReadonlySet<number>, size: number | null): Check[] {
  const match = sexes.exec(text);
  if (!match || size === null) return [];
  const [one, other] = [asNumber(match[1]), asNumber(match[3])];
  const isFemale = (word: string | undefined): boolean => /^(?:w|f|g)/i.test(word ?? "");
  if (isFemale(match[2]) === isFemale(match[4]) || !(taken.has(one) || taken.has(other))) return [];
  return [
    {
      name: "with and without add up",
      ok: one + other === size,
      message: `${one} ${match[2]} + ${other} ${match[4]} = ${one + other} against ${size} in total`,
    },
  ];
}
