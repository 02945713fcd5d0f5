/** Networks over windows of a volume: their outputs become labels cell by cell, so no volume of outputs is held. */
import type { Inference, PostprocessStep } from "./manifest.ts";
import type { Session, TensorData } from "./session.ts";
import { refuseNaN } from "./steps/not-a-number.ts";
import { place, sizeOf, type Grid, type LabelGrid, type Size } from "./steps/grid.ts";
import { isTidying, labelsFrom, tidyLabels } from "./steps/labelling.ts";
import { eachCell, type Cell, type Predict } from "./steps/sliding-window.ts";

export type Labelled = { labels: LabelGrid; msRuntime: number };
type OnProgress = (done: number, total: number) => void;
type Run = {
  grid: Grid;
  steps: readonly PostprocessStep[];
  onProgress: OnProgress;
  session: Session;
};
type Windows = Extract<Inference, { kind: "slidingWindow" }>;
type Prompted = Extract<Inference, { kind: "classPrompt" }>;

/** @param ids the labels' ids in channel order */
export async function byWindows(
  inference: Windows,
  { grid, steps, onProgress, session }: Run,
  ids: readonly number[],
): Promise<Labelled> {
  const labels = noLabels(grid);
  const first = steps.findIndex(isTidying);
  const [each, whole] = first < 0 ? [steps, []] : [steps.slice(0, first), steps.slice(first)];
  const timed = predictor(session, inference, grid.channels, {});
  await eachCell(
    grid,
    inference,
    timed.predict,
    ({ scores, start }) => place(labelsFrom(scores, each, ids), labels, start),
    onProgress,
  );
  return { labels: whole.reduce(tidyLabels, labels), msRuntime: timed.spent() };
}

/**
 * A promptable network is asked for a few classes at a time and only the best logit and its label are
 * kept: 117 logit volumes do not fit in memory. No class above zero leaves background.
 * @param head opens the network that turns features into logits, where the pack has one
 */
export async function byClassPrompts(
  inference: Prompted,
  run: Run,
  head: (() => Promise<Session>) | undefined,
): Promise<Labelled> {
  const made =
    inference.head && head
      ? await byFeatures(inference, inference.head, run, await head())
      : await byRepeating(inference, run);
  return { ...made, labels: run.steps.filter(isTidying).reduce(tidyLabels, made.labels) };
}

/** The whole network again for every few classes. */
async function byRepeating(inference: Prompted, { grid, session, onProgress }: Run) {
  const labels = noLabels(grid);
  const best = { ...grid, channels: 1, data: new Float32Array(sizeOf(grid.size)) };
  const groups = chunksOf(inference);
  let msRuntime = 0;
  for (const [index, asked] of groups.entries()) {
    const timed = predictor(session, inference, grid.channels, {
      [inference.prompt]: classIds(asked),
    });
    await eachCell(
      grid,
      // One window a time: the class prompt takes the place of the batch.
      { ...inference, batch: 1 },
      timed.predict,
      ({ scores, start }) => keepBest({ scores, start }, asked, best, labels),
      (done, total) => onProgress(index * total + done, groups.length * total),
    );
    msRuntime += timed.spent();
  }
  return { labels, msRuntime };
}

/**
 * The network once for all classes: its features are blended over the windows, and the head, which is linear in
 * them, gives the same logits as blending each class's would (Σ wᵢ·(e·fᵢ) / Σ wᵢ = e · (Σ wᵢ·fᵢ / Σ wᵢ)).
 */
async function byFeatures(
  inference: Prompted,
  head: NonNullable<Prompted["head"]>,
  { grid, session, onProgress }: Run,
  headSession: Session,
): Promise<Labelled> {
  const labels = noLabels(grid);
  const timed = predictor(session, inference, grid.channels, {});
  const groups = chunksOf(inference);
  let msHead = 0;
  const ask = async ({ scores, start }: Cell): Promise<void> => {
    const best = { ...scores, channels: 1, data: new Float32Array(sizeOf(scores.size)) };
    const found = noLabels(scores);
    for (const asked of groups) {
      const features: TensorData = {
        type: "float32",
        dims: [1, scores.channels, ...scores.size],
        data: scores.data,
      };
      const { outputs, msRuntime } = await headSession.run({
        [head.input]: features,
        [inference.prompt]: classIds(asked),
      });
      msHead += msRuntime;
      const data = checked(outputs, head.output, asked.length * sizeOf(scores.size));
      refuseNaN(data);
      const logits = { ...scores, channels: asked.length, data };
      keepBest({ scores: logits, start: [0, 0, 0] }, asked, best, found);
    }
    place(found, labels, start);
  };
  try {
    await eachCell(grid, { ...inference, batch: 1 }, timed.predict, ask, onProgress);
  } finally {
    await headSession.release();
  }
  return { labels, msRuntime: timed.spent() + msHead };
}

function noLabels({ size, affine }: Grid): LabelGrid {
  return { size, channels: 1, data: new Uint8Array(sizeOf(size)), affine };
}

function chunksOf({ classes, chunk }: Prompted): number[][] {
  return Array.from({ length: Math.ceil(classes.length / chunk) }, (_, index) =>
    classes.slice(index * chunk, (index + 1) * chunk),
  );
}

function classIds(asked: readonly number[]): TensorData {
  return { type: "int64", dims: [asked.length, 1], data: BigInt64Array.from(asked, BigInt) };
}

/** Where a cell's logit is higher than any before, its class becomes the voxel's label. */
function keepBest(
  { scores, start }: Cell,
  asked: readonly number[],
  best: Grid,
  labels: LabelGrid,
): void {
  const [, ny, nz] = best.size;
  const [cx, cy, cz] = scores.size;
  for (const [channel, id] of asked.entries())
    for (let i = 0; i < cx; i += 1)
      for (let j = 0; j < cy; j += 1) {
        let from = ((channel * cx + i) * cy + j) * cz;
        let to = ((i + start[0]) * ny + j + start[1]) * nz + start[2];
        for (const end = from + cz; from < end; from += 1, to += 1) {
          const value = scores.data[from] as number;
          if (value <= (best.data[to] as number)) continue;
          best.data[to] = value;
          labels.data[to] = id;
        }
      }
}

/**
 * Feeds windows [n, channels, x, y, z]; remembers how long the runtime itself took. The answer is written over by the
 * next window's, which saves a large allocation a window.
 */
function predictor(
  session: Session,
  { input, output }: { input: string; output: string },
  channels: number,
  more: Record<string, TensorData>,
): { predict: Predict; spent: () => number } {
  let spent = 0;
  let last: { n: number; room: Record<string, TensorData> } | undefined;
  const predict: Predict = async (windows, n, roi: Size) => {
    const feeds: Record<string, TensorData> = {
      [input]: { type: "float32", dims: [n, channels, ...roi], data: windows },
      ...more,
    };
    const { outputs, msRuntime } = await session.run(feeds, last?.n === n ? last.room : undefined);
    spent += msRuntime;
    const answer = checked(outputs, output, n * sizeOf(roi));
    last = { n, room: { [output]: outputs[output] as TensorData } };
    return answer;
  };
  return { predict, spent: () => spent };
}

/** One output of a run. @throws Error in the pack author's terms: no such output, or another size */
export function checked(
  outputs: Record<string, TensorData>,
  name: string,
  per: number,
): Float32Array {
  const answer = outputs[name];
  if (!(answer?.data instanceof Float32Array))
    throw new Error(
      `the network gave no float output "${name}" (it gave ${Object.keys(outputs).join(", ")})`,
    );
  const { data, dims } = answer;
  if (data.length === 0 || data.length % per !== 0)
    throw new Error(
      `the output "${name}" has the shape ${dims.join(" × ")}, which does not fit a window of ${per} voxels`,
    );
  return data;
}
