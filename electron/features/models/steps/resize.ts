/** Resampling of one plane, pixel centres aligned. */

export type Plane = { width: number; height: number; data: Float32Array };
/** `taps` weights for each output pixel, for the input pixels from `first` on. */
export type Weights = { first: Int32Array; weight: Float64Array; taps: number };

/** Pillow's filters by name: how far they reach in input pixels, and their value there. */
const filters = {
  bilinear: { reach: 1, value: (x: number): number => Math.max(0, 1 - Math.abs(x)) },
  /** Keys' cubic with a = -0.5. */
  bicubic: {
    reach: 2,
    value: (x: number): number => {
      const d = Math.abs(x);
      if (d >= 2) return 0;
      return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : ((2.5 - 0.5 * d) * d - 4) * d + 2;
    },
  },
};
export type Filter = keyof typeof filters;

/**
 * PIL's antialiased filters: as wide as the pixels they cover, so that shrinking averages instead of
 * skipping (Pillow, `Image.resize` with `BILINEAR` or `BICUBIC`).
 */
function filterWeights(from: number, to: number, { reach, value }: (typeof filters)[Filter]) {
  const ratio = from / to;
  const scale = Math.max(ratio, 1);
  const support = reach * scale;
  const lowOf = (centre: number): number => Math.max(0, Math.trunc(centre - support + 0.5));
  const highOf = (centre: number): number => Math.min(from, Math.trunc(centre + support + 0.5));
  let taps = 1;
  for (let out = 0; out < to; out += 1)
    taps = Math.max(taps, highOf((out + 0.5) * ratio) - lowOf((out + 0.5) * ratio));
  const first = new Int32Array(to);
  const weight = new Float64Array(to * taps);
  for (let out = 0; out < to; out += 1) {
    const centre = (out + 0.5) * ratio;
    const [low, high] = [lowOf(centre), highOf(centre)];
    // Every pixel reads the same number of inputs, at the right edge some of them with weight nought.
    const start = Math.min(low, from - taps);
    const at = out * taps - start;
    let sum = 0;
    for (let x = low; x < high; x += 1) sum += weight[at + x] = value((x - centre + 0.5) / scale);
    for (let x = low; x < high; x += 1) weight[at + x] = (weight[at + x] as number) / sum;
    first[out] = start;
  }
  return { first, weight, taps };
}

const weightsOf = new Map<string, Weights>();

/** The slices of one image, and the films of one machine, share their sizes. */
export function weightsFor(from: number, to: number, filter: Filter = "bilinear"): Weights {
  const key = `${from} ${to} ${filter}`;
  const known = weightsOf.get(key);
  if (known) return known;
  if (weightsOf.size >= 32) weightsOf.clear();
  const made = filterWeights(from, to, filters[filter]);
  weightsOf.set(key, made);
  return made;
}

/** Antialiased bilinear resize of values of any range. */
export function resizeAntialiased(plane: Plane, width: number, height: number): Plane {
  const middle = new Float32Array(width * plane.height);
  acrossRows(plane, middle, weightsFor(plane.width, width));
  const data = new Float32Array(width * height);
  downColumns(middle, data, width, weightsFor(plane.height, height));
  return { width, height, data };
}

function acrossRows(
  { width, height, data }: Plane,
  middle: Float32Array,
  { first, weight, taps }: Weights,
): void {
  const out = first.length;
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    for (let x = 0, w = 0; x < out; x += 1) {
      let sum = 0;
      let from = row + (first[x] as number);
      for (const end = w + taps; w < end; w += 1, from += 1)
        sum += (data[from] as number) * (weight[w] as number);
      middle[y * out + x] = sum;
    }
  }
}

/** Row by row, so that memory is read in order. */
function downColumns(
  middle: Float32Array,
  data: Float32Array,
  width: number,
  { first, weight, taps }: Weights,
): void {
  const line = new Float64Array(width);
  for (let y = 0; y < first.length; y += 1) {
    line.fill(0);
    for (let at = 0; at < taps; at += 1) {
      const share = weight[y * taps + at] as number;
      if (share === 0) continue;
      const from = ((first[y] as number) + at) * width;
      for (let x = 0; x < width; x += 1)
        line[x] = (line[x] as number) + (middle[from + x] as number) * share;
    }
    data.set(line, y * width);
  }
}

/** Where each output pixel lies between two input pixels, edges repeated. */
export function between(
  from: number,
  to: number,
): { low: Int32Array; high: Int32Array; part: Float64Array } {
  const [low, high, part] = [new Int32Array(to), new Int32Array(to), new Float64Array(to)];
  for (let at = 0; at < to; at += 1) {
    const where = Math.min(Math.max(((at + 0.5) * from) / to - 0.5, 0), from - 1);
    low[at] = Math.floor(where);
    high[at] = Math.min(Math.floor(where) + 1, from - 1);
    part[at] = where - Math.floor(where);
  }
  return { low, high, part };
}

/** Plain bilinear, edges repeated: for probability maps, which are smooth already. */
export function resizeBilinear(plane: Plane, width: number, height: number): Plane {
  const data = new Float32Array(width * height);
  const across = between(plane.width, width);
  const down = between(plane.height, height);
  const line = new Float64Array(plane.width);
  for (let y = 0; y < height; y += 1) {
    const v = down.part[y] as number;
    const upper = (down.low[y] as number) * plane.width;
    const lower = (down.high[y] as number) * plane.width;
    for (let x = 0; x < plane.width; x += 1)
      line[x] = (plane.data[upper + x] as number) * (1 - v) + (plane.data[lower + x] as number) * v;
    for (let x = 0; x < width; x += 1) {
      const u = across.part[x] as number;
      data[y * width + x] =
        (line[across.low[x] as number] as number) * (1 - u) +
        (line[across.high[x] as number] as number) * u;
    }
  }
  return { width, height, data };
}

export function resizeNearest(plane: Plane, width: number, height: number): Plane {
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const row =
      Math.min(plane.height - 1, Math.floor(((y + 0.5) * plane.height) / height)) * plane.width;
    for (let x = 0; x < width; x += 1)
      data[y * width + x] = plane.data[
        row + Math.min(plane.width - 1, Math.floor(((x + 0.5) * plane.width) / width))
      ] as number;
  }
  return { width, height, data };
}
