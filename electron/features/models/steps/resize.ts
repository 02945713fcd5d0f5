/** Resampling of one plane, pixel centres aligned. */

type Plane = { width: number; height: number; data: Float32Array };
type Weights = { first: Int32Array; count: Int32Array; weight: Float64Array; widest: number };

/**
 * PIL's antialiased bilinear filter: a triangle as wide as the pixels it covers, so that shrinking
 * averages instead of skipping (Pillow, `Image.resize` with `BILINEAR`).
 */
function triangleWeights(from: number, to: number): Weights {
  const ratio = from / to;
  const scale = Math.max(ratio, 1);
  const widest = Math.ceil(scale) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weight = new Float64Array(to * widest);
  for (let out = 0; out < to; out += 1) {
    const centre = (out + 0.5) * ratio;
    const low = Math.max(0, Math.trunc(centre - scale + 0.5));
    const high = Math.min(from, Math.trunc(centre + scale + 0.5));
    let sum = 0;
    for (let x = low; x < high; x += 1)
      sum += weight[out * widest + x - low] = Math.max(0, 1 - Math.abs((x - centre + 0.5) / scale));
    for (let at = 0; at < high - low; at += 1)
      weight[out * widest + at] = (weight[out * widest + at] as number) / sum;
    first[out] = low;
    count[out] = high - low;
  }
  return { first, count, weight, widest };
}

/**
 * Antialiased bilinear resize; `round` rounds after each pass as PIL does for 8-bit images, which
 * makes the result equal to it to within one grey level.
 */
export function resizeAntialiased(
  plane: Plane,
  width: number,
  height: number,
  round: boolean,
): Plane {
  const across = triangleWeights(plane.width, width);
  const down = triangleWeights(plane.height, height);
  const middle = new Float32Array(width * plane.height);
  for (let y = 0; y < plane.height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let sum = 0;
      const from = y * plane.width + (across.first[x] as number);
      for (let at = 0, n = across.count[x] as number; at < n; at += 1)
        sum +=
          (plane.data[from + at] as number) * (across.weight[x * across.widest + at] as number);
      middle[y * width + x] = round ? Math.floor(sum + 0.5) : sum;
    }
  }
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const n = down.count[y] as number;
    const top = down.first[y] as number;
    for (let x = 0; x < width; x += 1) {
      let sum = 0;
      for (let at = 0; at < n; at += 1)
        sum +=
          (middle[(top + at) * width + x] as number) *
          (down.weight[y * down.widest + at] as number);
      data[y * width + x] = round ? Math.floor(sum + 0.5) : sum;
    }
  }
  return { width, height, data };
}

/** Where each output pixel lies between two input pixels, edges repeated. */
function between(
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
