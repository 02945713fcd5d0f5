/**
 * Outlines straight from a network's logits, as runs: what sigmoid, bilinear resampling and a threshold give,
 * pixel for pixel, but worked out only where the outline passes.
 */
import { notANumber } from "./not-a-number.ts";
import type { PostprocessStep } from "../manifest.ts";
import { filledRuns, largestRuns, noRuns, type Runs, type Shape } from "./components.ts";
import { between, type Plane } from "./resize.ts";

/**
 * One plane through a chain that begins with sigmoid, invert (bilinear) and threshold; undefined for other chains.
 * @param shape the image's own width and height, and 1
 * @throws modelFailed when a logit is not a number
 */
export function outline(
  logits: Plane,
  shape: Shape,
  steps: readonly PostprocessStep[],
): Runs | undefined {
  const [first, second, third, ...rest] = steps;
  if (first?.step !== "sigmoid" || second?.step !== "invert" || third?.step !== "threshold")
    return undefined;
  if (second.mode !== "bilinear" || third.value <= 0 || third.value >= 1) return undefined;
  if (!rest.every(({ step }) => tidies.has(step))) return undefined;
  return rest.reduce(
    (runs, step) => {
      if (step.step === "keepLargest")
        return largestRuns(runs, shape, step.count, step.minFraction);
      if (step.step === "removeSmall")
        return largestRuns(runs, shape, Number.POSITIVE_INFINITY, step.minFraction);
      return filledRuns(runs, shape);
    },
    reaches(logits, shape, third.value),
  );
}

const tidies = new Set<PostprocessStep["step"]>(["keepLargest", "removeSmall", "fillHoles"]);

/**
 * Where the probabilities, resampled by `resizeBilinear`, reach `threshold`. A mixture of values on one side stays on
 * that side, so probabilities are needed only where the four logits around a pixel lie on
 * both sides of the threshold, or near it.
 */
function reaches(logits: Plane, shape: Shape, threshold: number): Runs {
  const [width, height] = shape;
  const turn = Math.log(threshold / (1 - threshold));
  const rows = sidesByRow(logits, turn - 1e-4, turn + 1e-4);
  const across = between(logits.width, width);
  const down = between(logits.height, height);
  const cells = cellStarts(across.low, logits.width);
  const { data } = logits;
  const probability = (at: number): number =>
    Math.fround(1 / (1 + Math.exp(-(data[at] as number))));
  const runs = noRuns(shape);
  for (let y = 0; y < height; y += 1) {
    const v = down.part[y] as number;
    const low = down.low[y] as number;
    const high = down.high[y] as number;
    const fill = (from: number, to: number): void => {
      if (from === to) return;
      const last = runs.end.length - 1;
      if (last >= (runs.first[y] as number) && runs.end[last] === from) runs.end[last] = to;
      else {
        runs.start.push(from);
        runs.end.push(to);
      }
    };
    const column = (x: number): number =>
      probability(low * logits.width + x) * (1 - v) + probability(high * logits.width + x) * v;
    const workOut = (from: number, to: number): void => {
      for (let cell = from; cell < to; cell += 1) {
        const [left, right] = [column(cell), column(Math.min(cell + 1, logits.width - 1))];
        for (let x = cells[cell] as number; x < (cells[cell + 1] as number); x += 1) {
          const u = across.part[x] as number;
          if (Math.fround(left * (1 - u) + right * u) >= threshold) fill(x, x + 1);
        }
      }
    };
    eachSide(rows[low] as Sides, rows[high] as Sides, logits.width, (from, to, side) => {
      if (side === near) return workOut(from, to);
      // The last column's right neighbour is of another side, so what lies between is not sure.
      const sure = to === logits.width ? to : to - 1;
      if (side === above) fill(cells[from] as number, cells[sure] as number);
      return workOut(sure, to);
    });
    runs.first[y + 1] = runs.start.length;
  }
  return runs;
}

/** Where a row changes sides: column, side, column, side, …, and the row's width at the end. */
type Sides = number[];
const [below, near, above] = [0, 1, 2];

function sidesByRow({ width, height, data }: Plane, low: number, high: number): Sides[] {
  return Array.from({ length: height }, (_, y) => {
    const sides: Sides = [];
    const end = (y + 1) * width;
    for (let at = y * width; at < end;) {
      const from = at;
      const side = (data[at] as number) > high ? above : (data[at] as number) < low ? below : near;
      if (side === above) while (at < end && (data[at] as number) > high) at += 1;
      else if (side === below) while (at < end && (data[at] as number) < low) at += 1;
      else at += 1;
      if (side === near && Number.isNaN(data[from])) throw notANumber();
      sides.push(from - y * width, side);
    }
    sides.push(width);
    return sides;
  });
}

/** Stretches of columns on one side in both rows; where the two differ, or are near, the side is near. */
function eachSide(
  a: Sides,
  b: Sides,
  width: number,
  visit: (from: number, to: number, side: number) => void,
): void {
  for (let i = 0, j = 0, from = 0; from < width;) {
    const to = Math.min(a[i + 2] as number, b[j + 2] as number);
    visit(from, to, a[i + 1] === b[j + 1] ? (a[i + 1] as number) : near);
    if (a[i + 2] === to) i += 2;
    if (b[j + 2] === to) j += 2;
    from = to;
  }
}

/** For each input pixel the first of the output pixels that lie between it and the next one; their number at the end. */
function cellStarts(low: Int32Array, cells: number): Int32Array {
  const starts = new Int32Array(cells + 1).fill(low.length);
  for (let x = low.length - 1; x >= 0; x -= 1) starts[low[x] as number] = x;
  for (let cell = cells - 1; cell >= 0; cell -= 1)
    starts[cell] = Math.min(starts[cell] as number, starts[cell + 1] as number);
  return starts;
}
