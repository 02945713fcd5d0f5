/** Mean 0 and standard deviation 1; all 0 when every score is the same. `left`: rows that do not count for either. */
export function standardised(
  scores: Float64Array | readonly number[],
  left?: Uint8Array,
): Float64Array {
  let [count, sum, squares] = [0, 0, 0];
  for (let row = 0; row < scores.length; row += 1) {
    if (left !== undefined && left[row] === 1) continue;
    const value = scores[row] as number;
    count += 1;
    sum += value;
    squares += value * value;
  }
  const mean = count === 0 ? 0 : sum / count;
  const variance = count === 0 ? 0 : Math.max(0, squares / count - mean * mean);
  const deviation = variance < 1e-18 ? 1 : Math.sqrt(variance);
  const result = new Float64Array(scores.length);
  for (let row = 0; row < result.length; row += 1)
    result[row] = ((scores[row] as number) - mean) / deviation;
  return result;
}
