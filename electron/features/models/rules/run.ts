/** A pack without weights: its rules on the image, labels back on the image's grid. */
import { createHash } from "node:crypto";
import { AppError } from "../../../api/errors.ts";
import type { Volume } from "../../../api/volume.ts";
import type { Unclocked } from "../models.ts";
import type { Pack } from "../pack.ts";
import { countedLabels } from "../run-planar.ts";
import { gridOf, voxelOrder } from "../steps/grid.ts";
import { preprocessVolume } from "../steps/volume-steps.ts";
import { applyRules } from "./apply.ts";

export function runRules({ manifest }: Pack, image: Volume): Unclocked {
  const { inference } = manifest;
  if (inference.kind !== "rules") throw new AppError("unsupported", `${manifest.id}: inference "${inference.kind}" is not made of rules.`);
  if (image.channels !== 1) throw new AppError("wrongModality", `${manifest.title} reads one channel; this image has ${image.channels}.`);
  const started = performance.now();
  const { grid, undo } = preprocessVolume(gridOf(image), manifest.preprocess);
  const data = voxelOrder(undo(applyRules(grid, inference.rules, inference.assign)));
  const rulesHash = createHash("sha256").update(JSON.stringify(inference)).digest("hex");
  return {
    kind: "segmentation", mask: { shape: image.shape, data }, labels: countedLabels(manifest, data),
    expert: manifest.id, version: manifest.version, sha256: rulesHash, device: "rules", msRuntime: performance.now() - started,
  };
}
