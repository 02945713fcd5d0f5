/** Results that a paper gives both in a table and in words: they bear each other out, and the fuller telling is used. */
import { decimals } from "./arm-numbers.ts";
import type { Found, FoundArm } from "./found.ts";

const sides = ["intervention", "comparator"] as const;

/** The percentage that an arm's value comes to, as printed or from count and size; undefined for measures. */
function percentOf({ value, size }: FoundArm): { percent: number; exact: boolean } | undefined {
  if (value.kind === "percent") return { percent: value.percent, exact: false };
  const total = (value.kind === "count" ? value.total : null) ?? size?.size;
  if (value.kind === "count") {
    if (total !== undefined && total >= value.events && total > 0)
      return { percent: (100 * value.events) / total, exact: true };
    return value.percent === null ? undefined : { percent: value.percent, exact: false };
  }
  return value.kind === "number" && value.number >= 0 && value.number < 1 && size
    ? { percent: 100 * value.number, exact: false }
    : undefined;
}

/** Within half a unit of the last digit of the one that is printed less exactly. */
function samePercent(a: FoundArm, b: FoundArm): boolean {
  const [one, two] = [percentOf(a), percentOf(b)];
  if (!one || !two) return false;
  const digits = Math.min(
    one.exact ? 2 : decimals(one.percent),
    two.exact ? 2 : decimals(two.percent),
  );
  return Math.abs(one.percent - two.percent) <= 0.5 * 10 ** -digits + 1e-9;
}

function sameNumbers(a: FoundArm, b: FoundArm): boolean {
  const [one, two] = [a.value, b.value];
  if (one.kind === "mean" && two.kind === "mean")
    return one.mean === two.mean && (one.spread === two.spread || one.low === two.low);
  if (one.kind === "count" && two.kind === "count")
    return one.events === two.events && one.events > 0;
  return (one.kind === "percent" || two.kind === "percent") && samePercent(a, b);
}

/** A percentage gives less than a count; a value without the size of its arm less than one with it. */
function isFuller(found: Found, than: Found): boolean {
  const worth = (one: Found): number =>
    sides.reduce((sum, side) => {
      const { value, size } = one[side];
      const counted = value.kind === "count" ? 2 : 0;
      return (
        sum +
        counted +
        (size !== undefined || (value.kind === "count" && value.total !== null) ? 1 : 0)
      );
    }, 0);
  return worth(found) > worth(than);
}

/** Marks a result that is told in a table and in words; one told less fully takes the numbers of the fuller telling. */
export function toldTwice(found: Found, all: Found[]): Found {
  const alike = all.filter(
    (other) => other !== found && sides.every((side) => sameNumbers(found[side], other[side])),
  );
  const twice = Number(alike.some((other) => other.from !== found.from));
  const features = { ...found.features, twice };
  const fuller = alike.find((other) => isFuller(other, found));
  // A table's measure keeps its own place; its percentage gives way to the count beside it.
  if (!fuller || (found.from === "table" && found.intervention.value.kind !== "percent"))
    return { ...found, features };
  return { ...found, features, intervention: fuller.intervention, comparator: fuller.comparator };
}
