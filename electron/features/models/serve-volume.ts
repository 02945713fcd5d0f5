/** Volumes in the worker: steps, network windows or rules, labels, and back to the image's own grid. */
import { AppError } from "../../api/errors.ts";
import type { Inference, PostprocessStep } from "./manifest.ts";
import type { Session, TensorData } from "./session.ts";
import { applyRules } from "./rules/apply.ts";
import { gridOf, sizeOf, voxelOrder, type Grid, type LabelGrid } from "./steps/grid.ts";
import { labelsFrom, tidyLabels } from "./steps/labelling.ts";
import { slidingWindow, type Predict } from "./steps/sliding-window.ts";
import { preprocessVolume } from "./steps/volume-steps.ts";
import type { VolumeRequest } from "./worker-protocol.ts";

type Labelled = { labels: LabelGrid; msRuntime: number };
type OnProgress = (done: number, total: number) => void;
type ByNetwork = {
  grid: Grid;
  steps: PostprocessStep[];
  ids: number[];
  session: Session;
  onProgress: OnProgress;
};

/** @returns one label per voxel of the image, x fastest, and the milliseconds of the network (or the rules) alone */
export async function labelVolume(
  request: VolumeRequest,
  open: () => Promise<Session>,
  onProgress: OnProgress,
): Promise<{ labels: Uint8Array; msRuntime: number }> {
  const { inference, ids } = request;
  const { grid, undo } = preprocessVolume(gridOf(request.image), request.preprocess);
  const { before, after } = splitAtInvert(request.postprocess);
  const made =
    inference.kind === "rules"
      ? byRules(grid, inference)
      : await byNetwork(inference, { grid, steps: before, ids, session: await open(), onProgress });
  return {
    labels: voxelOrder(after.reduce(tidyLabels, undo(made.labels))),
    msRuntime: made.msRuntime,
  };
}

function byRules(grid: Grid, { rules, assign }: Extract<Inference, { kind: "rules" }>): Labelled {
  const started = performance.now();
  return { labels: applyRules(grid, rules, assign), msRuntime: performance.now() - started };
}

async function byNetwork(
  inference: Extract<Inference, { kind: "slidingWindow" | "classPrompt" }>,
  run: ByNetwork,
): Promise<Labelled> {
  if (inference.kind === "classPrompt") return byClassChunks(inference, run);
  const timed = predictor(run.session, inference, run.grid.channels, {});
  const scores = await slidingWindow(run.grid, inference, timed.predict, run.onProgress);
  return { labels: labelsFrom(scores, run.steps, run.ids), msRuntime: timed.spent() };
}

/** What comes after `invert` runs on the image's own grid; label maps go back by nearest neighbour only. */
function splitAtInvert(steps: readonly PostprocessStep[]): {
  before: PostprocessStep[];
  after: PostprocessStep[];
} {
  const at = steps.findIndex(({ step }) => step === "invert");
  if (at < 0) return { before: [...steps], after: [] };
  const invert = steps[at];
  if (invert?.step === "invert" && invert.mode !== "nearest")
    throw new AppError(
      "packInvalid",
      `A volume's labels are inverted with mode "nearest", not "${invert.mode}".`,
    );
  return { before: steps.slice(0, at), after: steps.slice(at + 1) };
}

/**
 * A promptable network is asked for a few classes at a time and only the best logit and its label are
 * kept: 117 logit volumes do not fit in memory. No class above zero leaves background.
 */
async function byClassChunks(
  inference: Extract<Inference, { kind: "classPrompt" }>,
  { grid, steps, session, onProgress }: ByNetwork,
): Promise<Labelled> {
  const { classes, chunk, prompt } = inference;
  const best = new Float32Array(sizeOf(grid.size));
  const data = new Uint8Array(best.length);
  let msRuntime = 0;
  const chunks = Math.ceil(classes.length / chunk);
  for (let index = 0; index < chunks; index += 1) {
    const asked = classes.slice(index * chunk, (index + 1) * chunk);
    const classIds: TensorData = {
      type: "int64",
      dims: [asked.length, 1],
      data: BigInt64Array.from(asked, BigInt),
    };
    const timed = predictor(session, inference, grid.channels, { [prompt]: classIds });
    // One window a time: the class prompt takes the place of the batch.
    const scores = await slidingWindow(
      grid,
      { ...inference, batch: 1 },
      timed.predict,
      (done, total) => onProgress(index * total + done, chunks * total),
    );
    keepBest(scores, asked, best, data);
    msRuntime += timed.spent();
  }
  const labels: LabelGrid = { size: grid.size, channels: 1, data, affine: grid.affine };
  return { labels: steps.filter(isTidying).reduce(tidyLabels, labels), msRuntime };
}

function isTidying({ step }: PostprocessStep): boolean {
  return step === "keepLargest" || step === "removeSmall" || step === "fillHoles";
}

function keepBest(
  scores: Grid,
  asked: readonly number[],
  best: Float32Array,
  data: Uint8Array,
): void {
  const count = best.length;
  for (const [channel, id] of asked.entries()) {
    for (let at = 0; at < count; at += 1) {
      const value = scores.data[channel * count + at] as number;
      if (value <= (best[at] as number)) continue;
      best[at] = value;
      data[at] = id;
    }
  }
}

/** Feeds windows [n, channels, x, y, z]; remembers how long the runtime itself took. */
function predictor(
  session: Session,
  { input, output }: { input: string; output: string },
  channels: number,
  more: Record<string, TensorData>,
): { predict: Predict; spent: () => number } {
  let spent = 0;
  const predict: Predict = async (windows, n, roi) => {
    const { outputs, msRuntime } = await session.run({
      [input]: { type: "float32", dims: [n, channels, ...roi], data: windows },
      ...more,
    });
    spent += msRuntime;
    const answer = outputs[output];
    if (!(answer?.data instanceof Float32Array))
      throw new Error(
        `the network gave no float output "${output}" (it gave ${Object.keys(outputs).join(", ")})`,
      );
    if (answer.data.length % (n * sizeOf(roi)) !== 0)
      throw new Error(
        `the output "${output}" has the shape ${answer.dims.join(" × ")}, which is not the window ${roi.join(" × ")}`,
      );
    if (answer.data.some(Number.isNaN))
      throw new Error("the network's output holds NaN; nothing of it is used");
    return answer.data;
  };
  return { predict, spent: () => spent };
}
