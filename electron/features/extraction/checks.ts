/**
 * Arithmetic that reported numbers must satisfy. Each check compares two sides and says both; it
 * never changes a value. Formulae: Cochrane Handbook for Systematic Reviews of Interventions,
 * version 6, section 6.5.2 (SE, CI and SD); GRIM after Brown and Heathers (2017) for percentages.
 */
import type { Check } from "../../api/schemas/ledger.ts";

const shown = (value: number): string => String(Number(value.toPrecision(6)));

/** Events cannot outnumber people. */
export function checkEventsWithin(events: number, total: number): Check {
  const ok = Number.isInteger(events) && events >= 0 && events <= total;
  return {
    name: "n ≤ N",
    ok,
    message: ok ? `${events} of ${total}` : `${shown(events)} events among ${shown(total)} people`,
  };
}

/** A printed percentage must be what the count gives, within half a unit of its last digit. */
export function checkPercent(
  count: number,
  total: number,
  percent: number,
  decimals: number,
): Check {
  const actual = (100 * count) / total;
  const ok = total > 0 && Math.abs(actual - percent) <= 0.5 * 10 ** -decimals + 1e-9;
  return {
    name: "percent against count",
    ok,
    message: `${count}/${total} = ${shown(actual)} % against ${shown(percent)} % printed`,
  };
}

/** The arms' sizes must add up to the trial's. */
export function checkArmTotal(arms: number[], total: number): Check {
  const sum = arms.reduce((all, one) => all + one, 0);
  return {
    name: "arms add up",
    ok: sum === total,
    message: `${arms.join(" + ")} = ${sum} against ${total} in total`,
  };
}

/** SE = SD / √n, within rounding of 5 %. */
export function checkStandardError(sd: number, se: number, n: number): Check {
  const expected = sd / Math.sqrt(n);
  const ok = n > 0 && Math.abs(expected - se) <= 0.05 * Math.max(expected, se) + 1e-9;
  return {
    name: "SE against SD",
    ok,
    message: `SD ${shown(sd)} / √${n} = ${shown(expected)} against SE ${shown(se)} printed`,
  };
}

/** A mean's 95 % confidence interval has half-width z·SD/√n (z = 1.96; within 12 %, which covers t for n ≥ 12). */
export function checkConfidenceInterval(
  mean: number,
  sd: number,
  n: number,
  low: number,
  high: number,
): Check {
  const expected = (1.96 * sd) / Math.sqrt(n);
  const half = (high - low) / 2;
  const centred = Math.abs((high + low) / 2 - mean) <= 0.1 * Math.max(half, 1e-9) + 1e-9;
  const ok =
    low <= mean &&
    mean <= high &&
    centred &&
    Math.abs(expected - half) <= 0.12 * Math.max(expected, half);
  return {
    name: "CI against SD",
    ok,
    message: `half-width ${shown(half)} of ${shown(low)} to ${shown(high)} against 1.96 × ${shown(sd)} / √${n} = ${shown(expected)}`,
  };
}

/** A mean lies within its range. */
export function checkMeanInRange(mean: number, low: number, high: number): Check {
  return {
    name: "mean in range",
    ok: low <= mean && mean <= high,
    message: `mean ${shown(mean)}, range ${shown(low)} to ${shown(high)}`,
  };
}

/** A spread is never negative, and one far above a positive measure's mean is worth a look. */
export function checkSpread(mean: number, sd: number): Check {
  return {
    name: "SD plausible",
    ok: sd >= 0 && (mean <= 0 || sd < 10 * mean),
    message: `mean ${shown(mean)}, SD ${shown(sd)}`,
  };
}
