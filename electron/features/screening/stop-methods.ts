/** What each stop rule says now, ours beside those of the literature: shown side by side, none acts. */
import type { StopMethod } from "../../api/schemas/screening.ts";
import type { Missing } from "./chao.ts";
import { callaghanP, parseStopRule, recordsToPromise, standingOf } from "./stopping.ts";

const target = 0.95;
const row = 50;
/** Callaghan's test looks back over every stretch: in a longer screening it is left to the command line. */
const mostForTest = 20_000;

/** `chao` is null where it was not made: too few includes, or no features yet. */
export function stopMethods(
  found: readonly boolean[],
  remaining: number,
  chao: Missing | null,
): StopMethod[] {
  const standing = standingOf(found, remaining);
  const none = { p: null, missing: null, high: null };
  const rule = (text: string): boolean | null =>
    standing.found === 0 ? null : (parseStopRule(text)?.stop(found, remaining) ?? null);
  const p =
    standing.found === 0 || found.length > mostForTest
      ? null
      : callaghanP(found, remaining, target);
  return [
    {
      ...none,
      name: "promise",
      stop: standing.found === 0 ? null : recordsToPromise(standing, target) === 0,
    },
    { ...none, name: "callaghan", stop: p === null ? null : p < 0.05, p },
    {
      name: "chao",
      p: null,
      stop: chao === null ? null : saysStop(standing.found, chao),
      missing: chao?.missing ?? null,
      high: chao?.high ?? null,
    },
    { ...none, name: "safe", stop: rule("safe") },
    { ...none, name: "consecutive", stop: rule(`consecutive:${row}`) },
  ];
}

/** Chao's estimate allows to stop when even the upper end of its interval leaves the recall at the target. */
export function saysStop(found: number, { high }: Missing): boolean {
  return found / (found + high) >= target;
}
