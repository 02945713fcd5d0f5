/** How many relevant records a stretch of a screening order holds, were it drawn from an urn: distribution functions. */

/** ln n! by n, as far as it was asked for. */
const logFactorials = [0];

function logFactorial(n: number): number {
  for (let next = logFactorials.length; next <= n; next += 1)
    logFactorials.push((logFactorials[next - 1] as number) + Math.log(next));
  return logFactorials[n] as number;
}

function logChoose(n: number, k: number): number {
  return k < 0 || k > n
    ? Number.NEGATIVE_INFINITY
    : logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** P(X ≤ k) of the hypergeometric: `draws` without return from `total`, of which `good` are relevant. */
export function hypergeometricCdf(k: number, total: number, good: number, draws: number): number {
  const all = logChoose(total, draws);
  let sum = 0;
  for (let x = Math.max(0, draws - (total - good)); x <= Math.min(k, good, draws); x += 1)
    sum += Math.exp(logChoose(good, x) + logChoose(total - good, draws - x) - all);
  return Math.min(1, sum);
}

/**
 * Finds in `draws` out of `good` relevant and `bad` irrelevant records when a relevant one is `odds` times
 * as likely to be drawn next: P(X ≤ k) of Wallenius' noncentral hypergeometric. The integral
 * C(g,x) C(b,n−x) ∫₀¹ (1−t^(ω/D))^x (1−t^(1/D))^(n−x) dt, D = ω(g−x) + b − n + x (Fog, Commun. Stat.
 * 2008;37:241), by Simpson's rule over u = −ln t / D, in which the integrand has one peak.
 */
export function walleniusCdf(
  k: number,
  good: number,
  bad: number,
  draws: number,
  odds: number,
): number {
  let sum = 0;
  for (let x = Math.max(0, draws - bad); x <= Math.min(k, good, draws); x += 1) {
    const left = odds * (good - x) + bad - draws + x;
    const choices = logChoose(good, x) + logChoose(bad, draws - x);
    if (left <= 0) return 1;
    const log = (u: number): number =>
      choices +
      x * Math.log(-Math.expm1(-odds * u)) +
      (draws - x) * Math.log(-Math.expm1(-u)) -
      left * u +
      Math.log(left);
    sum += peakArea(log);
  }
  return Math.min(1, sum);
}

/** ∫ exp(log(u)) du over u > 0 for a concave `log`: in v = ln u, 22 log units down from the peak on both sides. */
function peakArea(log: (u: number) => number): number {
  const inner = (v: number): number => log(Math.exp(v)) + v;
  let low = -40;
  let high = 10;
  for (let step = 0; step < 36; step += 1) {
    const [a, b] = [low + (high - low) * 0.382, low + (high - low) * 0.618];
    if (inner(a) < inner(b)) low = a;
    else high = b;
  }
  const peak = (low + high) / 2;
  const top = inner(peak);
  let reach = 1e-3;
  while (reach < 40 && (inner(peak - reach) > top - 22 || inner(peak + reach) > top - 22))
    reach *= 1.5;
  const panels = 80;
  const width = (2 * reach) / panels;
  let sum = 0;
  for (let at = 0; at <= panels; at += 1) {
    const value = Math.exp(inner(peak - reach + at * width));
    sum += value * (at === 0 || at === panels ? 1 : at % 2 === 1 ? 4 : 2);
  }
  return Number.isFinite(sum) ? (sum * width) / 3 : 0;
}

/** P(X ≤ k) of the binomial: k finds at most of `records`, each found with probability `chance` (0 to 1). */
export function binomialCdf(k: number, records: number, chance: number): number {
  if (k >= records || chance <= 0) return 1;
  if (chance >= 1) return 0;
  const [found, missed] = [Math.log(chance), Math.log1p(-chance)];
  let sum = 0;
  for (let x = 0; x <= k; x += 1)
    sum += Math.exp(logChoose(records, x) + x * found + (records - x) * missed);
  return Math.min(1, sum);
}
