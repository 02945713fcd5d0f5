/** What an arm's value says as numbers of a result, with its size; what is worked out is marked as such. */
import { checkPercent } from "../checks.ts";
import type { CellValue } from "./cell-value.ts";
import type { Arm } from "./from-tables.ts";
import type { Size } from "./sizes.ts";

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
  computed: boolean;
  sizeSure: boolean;
};

/** A size is sure when it stands with the value, or when nothing that fits the arm nearly as well differs. */
function isSure(arm: Arm, ownTotal: number | null, size: Size | undefined, all: Size[]): boolean {
  if (ownTotal !== null || (size !== undefined && size === arm.size)) return true;
  return (
    size !== undefined &&
    all.every((other) => other.size === size.size || other.score < size.score - 0.25)
  );
}

export function armNumbers(arm: Arm, elsewhere: Size[], kind: "binary" | "continuous"): Read {
  const { value } = arm;
  const ownTotal = value.kind === "count" ? value.total : null;
  const size = ownTotal === null ? fittingSize(arm, elsewhere) : undefined;
  const n = ownTotal ?? size?.size ?? arm.implied ?? null;
  const computed = ownTotal === null && size === undefined && n !== null;
  const sizeSure = isSure(arm, ownTotal, size, elsewhere);
  if (kind === "continuous") {
    const read = continuous(value, n);
    return { ...read, size, sizeSure, computed: read.computed || computed };
  }
  if (value.kind === "count")
    return { numbers: { ...nothing, events: value.events, n }, size, computed, sizeSure };
  if (value.kind === "percent" && n !== null) {
    return {
      numbers: { ...nothing, events: Math.round((value.percent * n) / 100), n },
      size,
      sizeSure,
      computed: true,
    };
  }
  const events = value.kind === "number" && Number.isInteger(value.number) ? value.number : null;
  return { numbers: { ...nothing, events, n }, size, computed, sizeSure };
}

/** The arm's size, unless count and percentage rule it out: then the first known size that fits them. */
function fittingSize(arm: Arm, elsewhere: Size[]): Size | undefined {
  const known = [...(arm.size ? [arm.size] : []), ...elsewhere];
  const { value } = arm;
  if (value.kind !== "count" || value.percent === null || value.events === 0) return known[0];
  const { events, percent } = value;
  const fits = known.find(
    ({ size }) => checkPercent(events, size, percent, Math.min(1, decimals(percent))).ok,
  );
  return fits ?? (arm.implied === undefined ? known[0] : undefined);
}

/** SD from SE (SE·√n) and from a 95 % CI ((high − low)·√n / 3.92), Cochrane Handbook 6.5.2; medians give no mean. */
function continuous(
  value: CellValue,
  n: number | null,
): { numbers: ArmNumbers; computed: boolean } {
  if (value.kind === "number")
    return { numbers: { ...nothing, mean: value.number, n }, computed: false };
  if (value.kind !== "mean" || value.of === "iqr" || value.of === "range")
    return { numbers: { ...nothing, n }, computed: false };
  if (value.of === "se" && value.spread !== null && n !== null)
    return {
      numbers: { ...nothing, mean: value.mean, sd: rounded(value.spread * Math.sqrt(n)), n },
      computed: true,
    };
  if (value.of === "ci" && value.low !== undefined && value.high !== undefined && n !== null)
    return {
      numbers: {
        ...nothing,
        mean: value.mean,
        sd: rounded(((value.high - value.low) * Math.sqrt(n)) / 3.92),
        n,
      },
      computed: true,
    };
  return { numbers: { ...nothing, mean: value.mean, sd: value.spread, n }, computed: false };
}

const rounded = (value: number): number => Number(value.toFixed(2));
