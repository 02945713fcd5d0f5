/** Inference over windows, blended as MONAI's `sliding_window_inference` does (1.5). */
import { copyBlock, sizeOf, type Grid, type Size } from "./grid.ts";
import { refuseNaN } from "./not-a-number.ts";

export type WindowRule = {
  roi: Size;
  overlap: number;
  mode: "constant" | "gaussian";
  sigmaScale: number;
  cval: number;
  batch: number;
};

/** `windows` is [n, channels, …roi], z fastest; the answer is [n, outputs, …roi], good until the next call. */
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
 * A box of voxels that the same windows cover, blended; `start` is its place in the image. The scores are good until
 * the listener has ended: their room is used again.
 */
export type Cell = { scores: Grid; start: Size };

/**
 * Blends the network's own output (logits or probabilities, as it gives them) over all windows:
 * Σ weight·output / Σ weight. Images smaller than the window are padded, half before, and cut back.
 * Told cell by cell as soon as the last window over a cell has run, so that what is held of the
 * output at one time is only where windows overlap: a network's channels times the whole volume need not fit.
 * @throws modelFailed where a network's output holds NaN, which no sum loses
 */
export async function eachCell(
  image: Grid,
  rule: WindowRule,
  predict: Predict,
  onCell: (cell: Cell) => void | Promise<void>,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const roi = rule.roi.map((length, axis) =>
    length > 0 ? length : (image.size[axis] as number),
  ) as Size;
  const size = image.size.map((length, axis) => Math.max(length, roi[axis] as number)) as Size;
  const before = size.map((length, axis) =>
    Math.floor((length - (image.size[axis] as number)) / 2),
  ) as Size;
  const away = before.map((n) => -n || 0) as Size;
  const starts = size.map((length, axis) =>
    windowStarts(length, roi[axis] as number, rule.overlap),
  ) as [number[], number[], number[]];
  const windows = everyWindow(starts);
  // Equal weights need no multiplying: the number of windows is the weight.
  const weights =
    rule.mode === "constant" ? undefined : importance(roi, rule.mode, rule.sigmaScale);
  const cells = openCells({ image, roi, before, starts, weights });
  const perWindow = sizeOf(roi);
  const room = new Float32Array(rule.batch * image.channels * perWindow);
  for (let first = 0; first < windows.length; first += rule.batch) {
    const group = windows.slice(first, first + rule.batch);
    const input = room.subarray(0, group.length * image.channels * perWindow);
    input.fill(rule.cval);
    for (const [index, { start }] of group.entries())
      copyBlock(
        image,
        start.map((n, axis) => n + (away[axis] as number)) as Size,
        roi,
        input.subarray(index * image.channels * perWindow),
      );
    const answer = await predict(input, group.length, roi);
    const length = answer.length / group.length;
    for (const [index, { at }] of group.entries())
      for (const cell of cells.add(at, answer.subarray(index * length, (index + 1) * length))) {
        refuseNaN(cell.scores.data);
        await onCell(cell);
        cells.giveBack(cell.scores.data);
      }
    onProgress?.(first + group.length, windows.length);
  }
}

type Window = { at: Size; start: Size };

function everyWindow([x, y, z]: readonly [number[], number[], number[]]): Window[] {
  return x.flatMap((sx, i) =>
    y.flatMap((sy, j) => z.map((sz, k): Window => ({ at: [i, j, k], start: [sx, sy, sz] }))),
  );
}

/** A stretch of one axis that the windows `first` to `last` cover, and no others. */
type Stretch = { from: number; to: number; first: number; last: number };

function stretches(starts: number[], roi: number, from: number, to: number): Stretch[] {
  const cuts = [...new Set([from, to, ...starts, ...starts.map((start) => start + roi)])]
    .filter((cut) => cut >= from && cut <= to)
    .toSorted((a, b) => a - b);
  return cuts.slice(1).map((end, index) => {
    const begin = cuts[index] as number;
    return {
      from: begin,
      to: end,
      first: starts.findIndex((start) => start + roi >= end),
      last: starts.findLastIndex((start) => start <= begin),
    };
  });
}

type Partition = {
  image: Grid;
  roi: Size;
  before: Size;
  starts: [number[], number[], number[]];
  weights: Float32Array | undefined;
};

/** The cells that windows have begun and not ended. */
function openCells({ image, roi, before, starts, weights }: Partition) {
  const axes = starts.map((of, axis) => {
    const from = before[axis] as number;
    return stretches(of, roi[axis] as number, from, from + (image.size[axis] as number));
  }) as [Stretch[], Stretch[], Stretch[]];
  const over = (axis: 0 | 1 | 2, window: number) =>
    axes[axis].filter(({ first, last }) => first <= window && window <= last);
  const open = new Map<string, { sums: Float32Array; total: Float32Array | undefined }>();
  const spare: Float32Array[] = [];

  /** Room used before where it is large enough, since fresh memory costs more than what is written into it. */
  function roomFor(length: number): Float32Array {
    const found = spare.findIndex((one) => one.buffer.byteLength >= length * 4);
    const [room] = spare.splice(found, found < 0 ? 0 : 1);
    return room ? new Float32Array(room.buffer, 0, length) : new Float32Array(length);
  }

  function one(window: Size, box: [Stretch, Stretch, Stretch], answer: Float32Array) {
    const size = box.map(({ from, to }) => to - from) as Size;
    const inside = box.map(
      ({ from }, axis) => from - (starts[axis]?.[window[axis] as number] as number),
    ) as Size;
    const outputs = answer.length / sizeOf(roi);
    const voxels = sizeOf(size);
    const count = box.reduce((product, { first, last }) => product * (last - first + 1), 1);
    const key = box.map(({ from }) => from).join();
    const known = open.get(key);
    const sums = known?.sums ?? roomFor(outputs * voxels);
    const total = weights && count > 1 ? (known?.total ?? new Float32Array(voxels)) : undefined;
    const factors = count > 1 ? weights : undefined;
    if (known === undefined && factors !== undefined) sums.fill(0);
    if (known === undefined && factors === undefined)
      copyBlock({ size: roi, channels: outputs, data: answer, affine: [] }, inside, size, sums);
    else
      for (let c = 0; c < outputs; c += 1)
        add(
          sums.subarray(c * voxels),
          size,
          answer.subarray(c * sizeOf(roi)),
          roi,
          inside,
          factors,
        );
    if (total && weights) add(total, size, weights, roi, inside, undefined);
    const isLast = box.every(({ last }, axis) => last === window[axis]);
    if (!isLast) {
      open.set(key, { sums, total });
      return undefined;
    }
    open.delete(key);
    if (count > 1) divide(sums, total ?? count, voxels);
    const start = box.map(({ from }, axis) => from - (before[axis] as number)) as Size;
    return { scores: { size, channels: outputs, data: sums, affine: image.affine }, start };
  }

  return {
    /** One window's output over every cell it covers; the cells that it completes. */
    *add(window: Size, answer: Float32Array): Generator<Cell> {
      for (const x of over(0, window[0]))
        for (const y of over(1, window[1]))
          for (const z of over(2, window[2])) {
            const done = one(window, [x, y, z], answer);
            if (done) yield done;
          }
    },
    giveBack: (room: Float32Array): void => void spare.push(room),
  };
}

function divide(sums: Float32Array, total: Float32Array | number, voxels: number): void {
  if (typeof total === "number")
    for (let at = 0; at < sums.length; at += 1) sums[at] = (sums[at] as number) / total;
  else
    for (let from = 0; from < sums.length; from += voxels)
      for (let at = 0; at < voxels; at += 1)
        sums[from + at] = (sums[from + at] as number) / (total[at] as number);
}

/** Adds the part of a window that begins at `inside` and is as large as the cell, times its weights where there are some. */
function add(
  sums: Float32Array,
  size: Size,
  values: Float32Array,
  roi: Size,
  inside: Size,
  weights: Float32Array | undefined,
): void {
  const depth = size[2];
  let to = 0;
  for (let i = 0; i < size[0]; i += 1) {
    for (let j = 0; j < size[1]; j += 1) {
      const from = ((i + inside[0]) * roi[1] + j + inside[1]) * roi[2] + inside[2];
      if (weights)
        for (let k = 0; k < depth; k += 1)
          sums[to + k] =
            (sums[to + k] as number) + (weights[from + k] as number) * (values[from + k] as number);
      else
        for (let k = 0; k < depth; k += 1)
          sums[to + k] = (sums[to + k] as number) + (values[from + k] as number);
      to += depth;
    }
  }
}
