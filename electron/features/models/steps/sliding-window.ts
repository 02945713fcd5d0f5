/** Inference over windows, blended as MONAI's `sliding_window_inference` does (1.5). */
import { block, sizeOf, type Grid, type Size } from "./grid.ts";

export type WindowRule = {
  roi: Size;
  overlap: number;
  mode: "constant" | "gaussian";
  sigmaScale: number;
  cval: number;
  batch: number;
};

/** `windows` is [n, channels, …roi], z fastest; the answer is [n, outputs, …roi]. */
export type Predict = (windows: Float32Array, n: number, roi: Size) => Promise<Float32Array>;

/** Window starts along one axis: every `step`, the last moved back to end at the border. */
export function windowStarts(length: number, roi: number, overlap: number): number[] {
  if (roi >= length) return [0];
  const step = Math.max(1, Math.trunc(roi * (1 - overlap)));
  const starts = [];
  for (let start = 0; ; start += step) {
    if (start + roi >= length) return [...starts, length - roi];
    starts.push(start);
  }
}

/** Weight of each voxel of a window: one, or a separable gaussian that never falls below 0.001. */
export function importance(roi: Size, mode: WindowRule["mode"], sigmaScale: number): Float32Array {
  const weights = new Float32Array(sizeOf(roi)).fill(1);
  if (mode === "constant") return weights;
  const axes = roi.map((length) =>
    Float32Array.from({ length }, (_, at) =>
      Math.exp(-((at - (length - 1) / 2) ** 2) / (2 * (sigmaScale * length) ** 2)),
    ),
  ) as [Float32Array, Float32Array, Float32Array];
  let at = 0;
  let least = 1;
  for (const x of axes[0]) {
    for (const y of axes[1]) {
      for (const z of axes[2]) {
        weights[at] = Math.fround(x * y) * z;
        least = Math.min(least, weights[at++] as number);
      }
    }
  }
  const floor = Math.max(least, 0.001);
  return weights.map((weight) => Math.max(weight, floor));
}

/**
 * Blends the network's own output (logits or probabilities, as it gives them) over all windows:
 * Σ weight·output / Σ weight. Images smaller than the window are padded, half before, and cut back.
 */
export async function slidingWindow(
  image: Grid,
  rule: WindowRule,
  predict: Predict,
  onProgress?: (done: number, total: number) => void,
): Promise<Grid> {
  const roi = rule.roi.map((length, axis) =>
    length > 0 ? length : (image.size[axis] as number),
  ) as Size;
  const size = image.size.map((length, axis) => Math.max(length, roi[axis] as number)) as Size;
  const before = size.map((length, axis) =>
    Math.floor((length - (image.size[axis] as number)) / 2),
  ) as Size;
  const padded = block(image, before.map((n) => -n || 0) as Size, size, rule.cval);
  const starts = allStarts(size, roi, rule.overlap);
  // Equal weights need no multiplying, and how many windows cover a voxel is known beforehand.
  const weights =
    rule.mode === "constant" ? undefined : importance(roi, rule.mode, rule.sigmaScale);
  const [voxels, perWindow] = [sizeOf(size), sizeOf(roi)];
  const total = weights ? new Float32Array(voxels) : coverage(size, roi, rule.overlap);
  let sums: Float32Array | undefined;
  let outputs = 0;
  for (let first = 0; first < starts.length; first += rule.batch) {
    const group = starts.slice(first, first + rule.batch);
    const windows = new Float32Array(group.length * image.channels * perWindow);
    for (const [index, start] of group.entries())
      windows.set(block(padded, start, roi).data, index * image.channels * perWindow);
    const answer = await predict(windows, group.length, roi);
    outputs = answer.length / (group.length * perWindow);
    sums ??= new Float32Array(outputs * voxels);
    for (const [index, start] of group.entries()) {
      const own = answer.subarray(index * outputs * perWindow, (index + 1) * outputs * perWindow);
      for (let c = 0; c < outputs; c += 1)
        add(sums.subarray(c * voxels), size, own.subarray(c * perWindow), roi, start, weights);
      if (weights) add(total, size, weights, roi, start, undefined);
    }
    onProgress?.(first + group.length, starts.length);
  }
  const blended = sums ?? new Float32Array(0);
  for (let c = 0; c < outputs; c += 1) {
    for (let at = 0; at < voxels; at += 1)
      blended[c * voxels + at] = (blended[c * voxels + at] as number) / (total[at] as number);
  }
  return block(
    { size, channels: outputs, data: blended, affine: padded.affine },
    before,
    image.size,
  );
}

function allStarts(size: Size, roi: Size, overlap: number): Size[] {
  const [x, y, z] = size.map((length, axis) =>
    windowStarts(length, roi[axis] as number, overlap),
  ) as [number[], number[], number[]];
  return x.flatMap((i) => y.flatMap((j) => z.map((k): Size => [i, j, k])));
}

/** How many windows cover each voxel. */
function coverage(size: Size, roi: Size, overlap: number): Float32Array {
  const [x, y, z] = size.map((length, axis) => {
    const counts = new Float32Array(length);
    for (const start of windowStarts(length, roi[axis] as number, overlap))
      for (let at = start; at < start + (roi[axis] as number); at += 1)
        counts[at] = (counts[at] as number) + 1;
    return counts;
  }) as [Float32Array, Float32Array, Float32Array];
  const total = new Float32Array(sizeOf(size));
  let at = 0;
  for (const a of x)
    for (const b of y) for (let k = 0; k < z.length; k += 1) total[at++] = a * b * (z[k] as number);
  return total;
}

/** Adds one window's values at its place, times their weights where there are some. */
function add(
  sums: Float32Array,
  size: Size,
  values: Float32Array,
  roi: Size,
  start: Size,
  weights: Float32Array | undefined,
): void {
  const depth = roi[2];
  let from = 0;
  for (let i = 0; i < roi[0]; i += 1) {
    for (let j = 0; j < roi[1]; j += 1) {
      const to = ((i + start[0]) * size[1] + j + start[1]) * size[2] + start[2];
      if (weights)
        for (let k = 0; k < depth; k += 1)
          sums[to + k] =
            (sums[to + k] as number) + (weights[from + k] as number) * (values[from + k] as number);
      else
        for (let k = 0; k < depth; k += 1)
          sums[to + k] = (sums[to + k] as number) + (values[from + k] as number);
      from += depth;
    }
  }
}
