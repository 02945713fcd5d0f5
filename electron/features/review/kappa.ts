/**
 * Agreement beyond chance, of a square table of counts. Pure.
 *
 * Cohen's kappa: Cohen, Educ Psychol Meas 1960;20:37. Its large-sample interval: Fleiss, Cohen and
 * Everitt, Psychol Bull 1969;72:323, in the simple form sqrt(po (1 - po) / n) / (1 - pe). PABAK, the
 * kappa at even prevalence and no bias: Byrt, Bishop and Carlin, J Clin Epidemiol 1993;46:423; with k
 * categories (k po - 1) / (k - 1).
 */
import type { Agreement } from "../../api/schemas/team.ts";

const normal95 = 1.959964;

/** `table`: rows are one person's categories, columns the other's; `n` is the sum of all counts. */
export function measuresOf(
  table: number[][],
  n: number,
): Pick<Agreement, "agreement" | "kappa" | "kappaInterval" | "pabak"> {
  if (n === 0) return { agreement: null, kappa: null, kappaInterval: null, pabak: null };
  const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);
  const observed = sum(table.map((row, index) => row[index] ?? 0)) / n;
  const rows = table.map((row) => sum(row) / n);
  const columns = table.map((_, index) => sum(table.map((row) => row[index] ?? 0)) / n);
  const expected = sum(rows.map((share, index) => share * (columns[index] ?? 0)));
  // One category alone leaves nothing to agree on beyond it.
  const pabak = table.length < 2 ? null : (table.length * observed - 1) / (table.length - 1);
  if (expected >= 1) return { agreement: observed, kappa: null, kappaInterval: null, pabak };
  const kappa = (observed - expected) / (1 - expected);
  const half = (normal95 * Math.sqrt((observed * (1 - observed)) / n)) / (1 - expected);
  const kappaInterval = { low: Math.max(-1, kappa - half), high: Math.min(1, kappa + half) };
  return { agreement: observed, kappa, kappaInterval, pabak };
}
