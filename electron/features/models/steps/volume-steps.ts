/** A volume through a pack's pre-processing, and label maps back the same way. */
import { AppError } from "../../../api/errors.ts";
import type { PreprocessStep } from "../manifest.ts";
import { cropForeground, padMultiple } from "./foreground.ts";
import type { Changed, Grid } from "./grid.ts";
import { normalizeNonzero, scaleRange } from "./intensity.ts";
import { orient } from "./orient.ts";
import { respace } from "./spacing.ts";

/** Applies the steps in order; `undo` takes a label map on the last grid back to the first. */
export function preprocessVolume(grid: Grid, steps: readonly PreprocessStep[]): Changed {
  return steps.reduce<Changed>(
    (changed, step) => {
      const then = apply(changed.grid, step);
      return { grid: then.grid, undo: (labels) => changed.undo(then.undo(labels)) };
    },
    { grid, undo: (labels) => labels },
  );
}

function valued(grid: Grid, change: (data: Float32Array) => void): Changed {
  const data = grid.data.slice();
  change(data);
  return { grid: { ...grid, data }, undo: (labels) => labels };
}

function apply(grid: Grid, step: PreprocessStep): Changed {
  switch (step.step) {
    case "orient":
      return orient(grid, step.axes);
    case "spacing":
      return respace(grid, step.mm, step.mode);
    case "cropForeground":
      return cropForeground(grid, step);
    case "padMultiple":
      return padMultiple(grid, step.k);
    case "intensityRange":
      return valued(grid, (data) => scaleRange(data, step));
    case "normalizeNonzero":
      return valued(grid, (data) => normalizeNonzero(data, grid.channels, step.perChannel));
    case "normalize":
      return valued(grid, (data) => {
        const count = data.length / grid.channels;
        for (let at = 0; at < data.length; at += 1) {
          const channel = Math.floor(at / count);
          data[at] =
            ((data[at] as number) - (step.mean[channel] ?? step.mean[0] ?? 0)) /
            (step.std[channel] ?? step.std[0] ?? 1);
        }
      });
    default:
      throw new AppError("packInvalid", `The step "${step.step}" does not apply to volumes.`);
  }
}
