/** Points in time that heads, labels and outcomes name. */
import { groupWords } from "./aliases.ts";

const hours: Record<string, number> = {
  min: 1 / 60,
  h: 1,
  d: 24,
  wk: 168,
  mo: 730,
  y: 8760,
};

/** Times in hours, smallest unit minutes; numbers that only look like a time ("14 years old") are for the caller to exclude. */
export function timesIn(text: string): number[] {
  return [...groupWords(text).matchAll(/(?<![\d.])(\d+(?:\.\d+)?)(min|h|d|wk|mo|y) /g)].map(
    (match) => Number(match[1]) * (hours[match[2] ?? "h"] ?? 1),
  );
}

/** The latest time of a head or label: a named one, infinite for "end of study", 0 for baseline; undefined without any. */
export function timeOf(text: string, early: RegExp): number | undefined {
  if (
    /\b(?:end ?point|end of (?:the )?(?:study|treatment|trial|follow)|final|last visit|discharge)\b/i.test(
      text,
    )
  )
    return Number.POSITIVE_INFINITY;
  const times = timesIn(text);
  if (times.length > 0) return Math.max(...times);
  if (early.test(text)) return 0;
  return /\b(?:post\w*|after|follow-?up)\b/i.test(text) ? Number.POSITIVE_INFINITY : undefined;
}
