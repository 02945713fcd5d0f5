/** What an arm's value says as numbers of a result, with its size; what is worked out is marked as such. */
import { checkPercent } from "../checks.ts";
import type { CellValue } from "./cell-value.ts";
import type { Inquiry } from "./context.ts";
import type { FoundArm } from "./found.ts";
import { asksForMedian } from "./kinds.ts";
import type { Size } from "./sizes-in-tables.ts";

export type ArmNumbers = {
  events: number | null;
  n: number | null;
  mean: number | null;
  sd: number | null;
};
export const nothing: ArmNumbers = { events: null, n: null, mean: null, sd: null };

/** Digits after the point of a number as JavaScript writes it. */
export const decimals = (value: number): number => (String(value).split(".")[1] ?? "").length;

export type Read = {
  numbers: ArmNumbers;
  size: Size | undefined;
  /** How a number was worked out that is not printed; empty when all are. */
  derived: string[];
  sizeSure: boolean;
};

/** A size is sure when it stands with the value, or when nothing that fits the arm nearly as well differs. */
function isSure(
  arm: FoundArm,
  ownTotal: number | null,
  size: Size | undefined,
  all: Size[],
): boolean {
  if (ownTotal !== null || (size !== undefined && size === arm.size)) return true;
  return (
    size !== undefined &&
    all.every((other) => other.size === size.size || other.score < size.score - 0.25)
  );
}

export function armNumbers(
  inquiry: Inquiry,
  arm: FoundArm,
  elsewhere: Size[],
  kind: "binary" | "continuous",
): Read {
  const { value } = arm;
  const ownTotal = value.kind === "count" ? value.total : null;
  const fitting = ownTotal === null ? fittingSize(arm, elsewhere) : undefined;
  // A size that is the very count is that count met again, unless everybody is said to have had it.
  const echoes = value.kind === "count" && value.percent !== 100 && fitting?.size === value.events;
  const size = echoes ? undefined : fitting;
  const n = ownTotal ?? size?.size ?? arm.implied ?? null;
  const derived =
    ownTotal === null && size === undefined && n !== null
      ? [`n = ${n}, with which the printed counts and percentages agree`]
      : size?.derived === undefined
        ? []
        : [`n = ${size.derived} = ${n}`];
  if (arm.derived !== undefined) derived.push(arm.derived);
  const sizeSure = isSure(arm, ownTotal, size, elsewhere);
  const numbers =
    kind === "continuous"
      ? continuous(inquiry, value, n, derived)
      : { ...nothing, events: eventsOf(arm, n, derived), n };
  return { numbers, size, derived, sizeSure };
}

/** Counts as printed; a percentage, or a share below 1, of the arm's size is rounded to whole people. */
function eventsOf({ value, size }: FoundArm, n: number | null, derived: string[]): number | null {
  if (value.kind === "count") return value.events;
  const share =
    value.kind === "percent"
      ? value.percent / 100
      : value.kind === "number" && value.number > 0 && value.number < 1 && size !== undefined
        ? value.number
        : undefined;
  if (share === undefined)
    return value.kind === "number" && Number.isInteger(value.number) && value.number >= 0
      ? value.number
      : null;
  if (n === null || share < 0 || share > 1) return null;
  const events = Math.round(share * n);
  derived.push(`${events} events = ${rounded(100 * share)} % of ${n}`);
  return events;
}

/** The arm's size, unless count and percentage rule it out by more than a person or two: then the first known size that fits them. */
function fittingSize(arm: FoundArm, elsewhere: Size[]): Size | undefined {
  const known = [...(arm.size ? [arm.size] : []), ...elsewhere];
  const { value } = arm;
  if (value.kind !== "count") return known[0];
  const { events, percent } = value;
  const enough = known.filter(({ size }) => size >= events);
  if (percent === null || events === 0) return enough[0];
  const first = enough[0];
  if (first && arm.implied !== undefined && Math.abs(first.size - arm.implied) <= 0.02 * first.size)
    return first;
  const fits = enough.find(
    ({ size }) => checkPercent(events, size, percent, Math.min(1, decimals(percent))).ok,
  );
  return fits ?? (arm.implied === undefined ? first : undefined);
}

/** SD from SE (SE·√n) and from a 95 % CI ((high − low)·√n / 3.92), Cochrane Handbook 6.5.2; medians give no mean. */
function continuous(
  inquiry: Inquiry,
  value: CellValue,
  n: number | null,
  derived: string[],
): ArmNumbers {
  if (value.kind === "number") return { ...nothing, mean: value.number, n };
  if (value.kind === "percent") return { ...nothing, mean: value.percent, n };
  if (value.kind !== "mean") return { ...nothing, n };
  if (value.of === "iqr" || value.of === "range") {
    if (!asksForMedian(inquiry.outcome.text)) return { ...nothing, n };
    derived.push(`${value.mean} is a median, as the outcome asks`);
    return { ...nothing, mean: value.mean, n };
  }
  const of = value.of === "unknown" ? inquiry.spread : value.of;
  if (of === "se" && value.spread !== null && n !== null) {
    const sd = rounded(value.spread * Math.sqrt(n));
    derived.push(`SD ${sd} = SE ${value.spread} × √${n}`);
    return { ...nothing, mean: value.mean, sd, n };
  }
  if (value.of === "ci" && value.low !== undefined && value.high !== undefined && n !== null) {
    const sd = rounded(((value.high - value.low) * Math.sqrt(n)) / 3.92);
    derived.push(`SD ${sd} = (${value.high} − ${value.low}) × √${n} / 3.92`);
    return { ...nothing, mean: value.mean, sd, n };
  }
  return { ...nothing, mean: value.mean, sd: value.spread, n };
}

const rounded = (value: number): number => Number(value.toFixed(2));
