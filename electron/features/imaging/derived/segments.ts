/** The masks of a DICOM segmentation on the grid of the series that it was drawn on. */
import { AppError } from "../../../api/errors.ts";
import type { DicomFile } from "../dicom.ts";
import { isFlat, segmentFrames, segmentLabels, type SegmentLabel } from "../dicom-seg.ts";
import { affineFromColumns, cross, flipLpsRas, type Affine, type Vector } from "../geometry.ts";
import { labelColour } from "../label-colours.ts";
import { placeIn, stepsBetween, type Grid, type Steps } from "./grid.ts";
import { layered, type Layer, type Structure } from "./layers.ts";

const scale = ([x, y, z]: Vector, factor: number): Vector => [x * factor, y * factor, z * factor];

const same: Steps = {
  origin: [0, 0, 0],
  steps: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
};

function frameAffine(file: DicomFile, index: number): Affine | null {
  const position = file.places[index]?.position;
  if (file.orientation === null || file.pixelSpacing === null || !position) return null;
  const [right, down] = file.orientation;
  const [row, column] = file.pixelSpacing;
  return flipLpsRas(
    affineFromColumns(scale(right, column), scale(down, row), cross(right, down), position),
  );
}

/**
 * @throws badInput where a frame is not made of the series' voxels, or marks places outside of it
 * @throws unsupported, badFile as reading does
 */
export async function segmentationLayers(file: DicomFile, grid: Grid): Promise<Layer[]> {
  const { rows, columns } = file.frame;
  const places = file.places.map((_, index): Steps => {
    // On a projection the series was found by the image's own UID, and pixels are pixels.
    if (isFlat(file) && grid.shape.join() === [columns, rows, 1].join()) return same;
    const affine = frameAffine(file, index);
    const steps = affine && stepsBetween({ shape: [columns, rows, 1], affine }, grid);
    if (steps) return steps;
    throw new AppError(
      "badInput",
      `"${file.name}": its frame ${index + 1} (${columns} × ${rows} pixels) does not lie on the voxels of the series (${grid.shape.join(" × ")}). It is a mask of another grid and is not shown.`,
    );
  });
  const structure = (label: SegmentLabel, order: number): Structure => ({
    label: {
      id: label.id,
      name: label.name || `Segment ${label.id}`,
      color: label.color ?? labelColour(order),
      ...(label.snomed ? { snomed: label.snomed } : {}),
    },
    voxels: async (mark) => {
      for await (const { index, ids } of segmentFrames(file, label.segment)) {
        const steps = places[index] as Steps;
        for (let at = 0; at < ids.length; at += 1) {
          if (ids[at] === 0) continue;
          const place = placeIn(grid, steps, [at % columns, Math.floor(at / columns), 0]);
          if (place < 0)
            throw new AppError(
              "badInput",
              `"${file.name}": "${label.name}" marks places outside of the series. It is not shown.`,
            );
          mark(place);
        }
      }
    },
  });
  return layered(segmentLabels(file.dataSet).map(structure), grid);
}
