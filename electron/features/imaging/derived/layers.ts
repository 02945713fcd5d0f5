/** Structures on one grid; those that share voxels go to further label maps, so that none covers another. */
import { AppError } from "../../../api/errors.ts";
import { voxelCount } from "../../../api/volume.ts";
import type { Grid } from "./grid.ts";

export type StructureLabel = {
  id: number;
  name: string;
  color: string;
  snomed?: { code: string; meaning: string };
};
export type Layer = { data: Uint8Array; labels: StructureLabel[] };

/** Calls `mark` with the place of every voxel of a structure; may be asked for more than once. */
export type Structure = {
  label: StructureLabel;
  voxels: (mark: (at: number) => void) => void | Promise<void>;
};

const mostLayers = 32;

/** @throws unsupported for ids over 255 or more than 32 structures over each other */
export async function layered(
  structures: readonly Structure[],
  grid: Pick<Grid, "shape">,
): Promise<Layer[]> {
  const layers: Layer[] = [];
  for (const { label, voxels } of structures) {
    if (label.id < 1 || label.id > 255)
      throw new AppError(
        "unsupported",
        `The structure "${label.name}" has the number ${label.id}; 1 to 255 are read.`,
      );
    let free: Layer | undefined;
    for (const layer of layers) {
      let taken = layer.labels.some(({ id }) => id === label.id);
      if (!taken)
        await voxels((at) => {
          taken ||= layer.data[at] !== 0;
        });
      if (!taken) {
        free = layer;
        break;
      }
    }
    if (free === undefined) {
      if (layers.length === mostLayers)
        throw new AppError(
          "unsupported",
          `More than ${mostLayers} structures lie over each other; they are not shown.`,
        );
      free = { data: new Uint8Array(voxelCount([...grid.shape])), labels: [] };
      layers.push(free);
    }
    const { data, labels } = free;
    await voxels((at) => {
      data[at] = label.id;
    });
    labels.push(label);
  }
  return layers;
}
