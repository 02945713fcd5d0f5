/** Volumes in the worker: steps, network windows or rules, labels, and back to the image's own grid. */
import { AppError } from "../../api/errors.ts";
import type { Inference, PostprocessStep } from "./manifest.ts";
import { applyRules } from "./rules/apply.ts";
import { byClicks } from "./serve-points.ts";
import { byClassPrompts, byWindows, type Labelled } from "./serve-windows.ts";
import type { Session } from "./session.ts";
import { gridOf, voxelOrder, type Grid } from "./steps/grid.ts";
import { tidyLabels } from "./steps/labelling.ts";
import { preprocessVolume } from "./steps/volume-steps.ts";
import type { VolumeRequest } from "./worker-protocol.ts";

type Sessions = { open: () => Promise<Session>; openHead: (path: string) => Promise<Session> };

/** @returns one label per voxel of the image, x fastest, and the milliseconds of the network (or the rules) alone */
export async function labelVolume(
  request: VolumeRequest,
  sessions: Sessions,
  onProgress: (done: number, total: number) => void,
): Promise<{ labels: Uint8Array; msRuntime: number }> {
  const { grid, undo } = preprocessVolume(gridOf(request.image), request.preprocess);
  const { before, after } = splitAtInvert(request.postprocess);
  const made = await inferOver(grid, before, request, sessions, onProgress);
  return {
    labels: voxelOrder(after.reduce(tidyLabels, undo(made.labels))),
    msRuntime: made.msRuntime,
  };
}

async function inferOver(
  grid: Grid,
  steps: PostprocessStep[],
  { image, inference, ids, headPath, points }: VolumeRequest,
  { open, openHead }: Sessions,
  onProgress: (done: number, total: number) => void,
): Promise<Labelled> {
  if (inference.kind === "rules") return byRules(grid, inference);
  if (points) return byClicks(grid, image.affine, points, await open(), onProgress);
  const run = { grid, steps, onProgress, session: await open() };
  if (inference.kind === "slidingWindow") return byWindows(inference, run, ids);
  return byClassPrompts(inference, run, headPath ? () => openHead(headPath) : undefined);
}

function byRules(grid: Grid, { rules, assign }: Extract<Inference, { kind: "rules" }>): Labelled {
  const started = performance.now();
  return { labels: applyRules(grid, rules, assign), msRuntime: performance.now() - started };
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
