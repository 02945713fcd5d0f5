/** Measures of a screening order, priors left out of every count. */

export type Metrics = {
  wss95: number;
  wss100: number;
  recall10: number;
  recall: Record<string, number>;
  /** Mean number of records screened when a relevant one is found (average time to discovery). */
  atd: number;
  erf10: number;
  loss: number;
  k95: number;
  k100: number;
};

/**
 * `found[i]` tells whether the i-th screened record is relevant. WSS@r = 1 − k/N − (1 − r), with k the
 * records screened until ceil(r P) are found (Cohen et al., JAMIA 2006); loss is the area between the
 * curve and the best one, relative to best minus worst (ASReview insights); ERF is the recall at 10 %
 * minus what a random order would have found.
 */
export function measureOrder(found: readonly boolean[]): Metrics {
  const n = found.length;
  const positions = found.flatMap((relevant, index) => (relevant ? [index + 1] : []));
  const p = positions.length;
  const recallAt = (screened: number): number =>
    p === 0 ? 1 : positions.filter((at) => at <= screened).length / p;
  const screenedTo = (share: number): number =>
    p === 0 ? 0 : (positions[Math.ceil(share * p - 1e-9) - 1] ?? n);
  const k95 = screenedTo(0.95);
  const k100 = screenedTo(1);
  const area = positions.reduce((sum, at) => sum + (n - at + 1), 0);
  const best = n * p - (p * (p - 1)) / 2;
  const worst = (p * (p + 1)) / 2;
  const tenth = Math.floor(0.1 * n);
  return {
    wss95: n === 0 ? 0 : 1 - k95 / n - 0.05,
    wss100: n === 0 ? 0 : 1 - k100 / n,
    recall10: recallAt(tenth),
    recall: Object.fromEntries(
      [10, 20, 50, 100, 200, 500, 1000].map((k) => [String(k), recallAt(k)]),
    ),
    atd: p === 0 ? 0 : positions.reduce((sum, at) => sum + at, 0) / p,
    erf10: p === 0 ? 0 : recallAt(tenth) - Math.round(0.1 * p) / p,
    loss: best === worst ? 0 : (best - area) / (best - worst),
    k95,
    k100,
  };
}
