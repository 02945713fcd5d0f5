/** A pair of numbers that may be the asked result, with what speaks for and against it. */
import type { CellValue } from "./cell-value.ts";
import type { Size } from "./sizes-in-tables.ts";

export type FoundArm = {
  value: CellValue;
  size: Size | undefined;
  /** The size with which the counts and percentages around agree. */
  implied?: number | undefined;
  quote: string;
  near: number;
  /** How the value was worked out, when it is not the printed one. */
  derived?: string;
};

/** What the ranking weighs, by name; a sign that does not apply is absent and counts nothing. */
export type Features = Record<string, number>;

export type Found = {
  intervention: FoundArm;
  comparator: FoundArm;
  features: Features;
  armScore: number;
  outcomeScore: number;
  /** Whether every telling word of the outcome stands beside the numbers. */
  outcomeNamed: boolean;
  /** Whether it is plain which number is whose: its own column or row, or words that bind it to the arm. */
  bound: boolean;
  from: "table" | "sentence";
  /** The words beside the numbers that say what they are. */
  about: string;
};

/** The form of a pair: whole results (mean with spread, count with total or share) say more than bare numbers. */
export function formOf(one: CellValue, two: CellValue): Features {
  const full = (value: CellValue): boolean =>
    value.kind === "mean"
      ? value.spread !== null
      : value.kind === "count" && (value.total !== null || value.percent !== null);
  return {
    [`is_${one.kind}`]: 1,
    median: Number(one.kind === "mean" && (one.of === "iqr" || one.of === "range")),
    full: Number(full(one) && full(two)),
    lone: Number(one.kind === "count" && !full(one)),
  };
}
