/** Values, not places: ranges and z-scores over channel-first data. */

export type RangeRule = { aMin: number; aMax: number; bMin: number; bMax: number; clip: boolean };

/** Maps aMin … aMax to bMin … bMax, in place (MONAI's ScaleIntensityRange). */
export function scaleRange(data: Float32Array, { aMin, aMax, bMin, bMax, clip }: RangeRule): void {
  const [low, high] = [Math.min(bMin, bMax), Math.max(bMin, bMax)];
  for (let at = 0; at < data.length; at += 1) {
    const mapped = (((data[at] as number) - aMin) / (aMax - aMin)) * (bMax - bMin) + bMin;
    data[at] = clip ? Math.min(Math.max(mapped, low), high) : mapped;
  }
}

/** Smaller values are taken for zero: what linear resampling leaves where the exact result is 0. */
const nothing = 1e-6;

/**
 * z-score over non-zero voxels, in place; zeros stay zero (MONAI's NormalizeIntensity with
 * `nonzero`): population standard deviation, a divisor of 1 where there is no spread.
 */
export function normalizeNonzero(data: Float32Array, channels: number, perChannel: boolean): void {
  const parts = perChannel ? channels : 1;
  const length = data.length / parts;
  for (let part = 0; part < parts; part += 1)
    zScore(data.subarray(part * length, (part + 1) * length));
}

function zScore(values: Float32Array): void {
  let count = 0;
  let sum = 0;
  for (const value of values) {
    if (Math.abs(value) < nothing) continue;
    count += 1;
    sum += value;
  }
  if (count === 0) return;
  const mean = sum / count;
  let squares = 0;
  for (const value of values) if (Math.abs(value) >= nothing) squares += (value - mean) ** 2;
  const spread = Math.sqrt(squares / count);
  const divisor = spread === 0 ? 1 : spread;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as number;
    values[at] = Math.abs(value) < nothing ? 0 : (value - mean) / divisor;
  }
}
