/** Slice positions and directions of a DICOM series to one affine, and what is odd about them. */
import type { DicomFile } from "./dicom.ts";
import {
  affineFromColumns,
  cross,
  dot,
  flipLpsRas,
  length,
  subtract,
  type Affine,
  type Vector,
} from "./geometry.ts";

/**
 * What stands between a stack of slices and a box of voxels. `uneven`: the gaps differ, so that neither
 * distances across slices nor volumes hold; `missing`: slices that are likely absent; `tilt`: degrees by
 * which the stack is sheared (gantry tilt), which a viewer of boxes cannot draw across slices.
 */
export type StackFaults = { uneven: boolean; missing: number; tilt: number };

type Placed = { file: DicomFile; position: Vector | null };

const scale = ([x, y, z]: Vector, factor: number): Vector => [x * factor, y * factor, z * factor];

/**
 * Index (column, row, slice) to RAS+ millimetres from Image Position and Image Orientation (Patient)
 * (PS3.3 C.7.6.2.1.1). The slice step is the mean of the real positions, so a tilted gantry stays sheared.
 */
export function seriesAffine(
  slices: readonly Placed[],
  warnings: string[],
): { affine: Affine; faults?: StackFaults } {
  const { file, position } = slices[0] as Placed;
  const [rowSpacing, columnSpacing] = file.pixelSpacing ?? [file.scale.aspect, 1];
  if (file.pixelSpacing === null)
    warnings.push("The file gives no pixel spacing: sizes in millimetres are not known.");
  if (Math.abs(rowSpacing / columnSpacing - 1) > 0.01)
    warnings.push(
      file.pixelSpacing === null
        ? `The pixels are not square: ${rowSpacing.toFixed(3)} times as high as wide.`
        : `The pixels are not square: ${columnSpacing} × ${rowSpacing} mm.`,
    );
  if (file.scale.note) warnings.push(file.scale.note);
  const thick = file.frameStep ?? file.sliceThickness ?? 1;
  const origin = position ?? file.position;
  if (file.orientation === null || origin === null) {
    return {
      affine: flipLpsRas(
        affineFromColumns(
          [columnSpacing, 0, 0],
          [0, rowSpacing, 0],
          [0, 0, Math.abs(thick)],
          origin ?? [0, 0, 0],
        ),
      ),
    };
  }
  const [right, down] = file.orientation;
  const normal = cross(right, down);
  if (Math.abs(length(normal) - 1) > 0.01)
    warnings.push("The image's row and column directions are not at right angles.");
  const known = slices.map((slice) => slice.position).filter((one): one is Vector => one !== null);
  const measured =
    slices.length > 1 && known.length === slices.length ? stepOf(known, normal, warnings) : null;
  const step =
    measured?.step ??
    scale(normal, slices.length > 1 ? thick : (file.sliceThickness ?? Math.abs(thick)));
  return {
    affine: flipLpsRas(
      affineFromColumns(scale(right, columnSpacing), scale(down, rowSpacing), step, origin),
    ),
    ...(measured?.faults ? { faults: measured.faults } : {}),
  };
}

function stepOf(
  positions: readonly Vector[],
  normal: Vector,
  warnings: string[],
): { step: Vector; faults?: StackFaults } {
  const sizes = positions
    .slice(1)
    .map((position, at) => Math.abs(dot(subtract(position, positions[at] as Vector), normal)));
  const median = sizes.toSorted((a, b) => a - b)[Math.floor(sizes.length / 2)] as number;
  const uneven = sizes.filter((size) => Math.abs(size - median) > 0.01 * median + 0.01);
  const flat = median < 1e-3;
  const missing = flat
    ? 0
    : uneven.reduce((sum, size) => sum + Math.max(0, Math.round(size / median) - 1), 0);
  if (flat) warnings.push("Slices lie at the same position: the series is no volume.");
  else if (uneven.length > 0)
    warnings.push(
      `${uneven.length} of ${sizes.length} slice gaps differ from ${median.toFixed(2)} mm${missing > 0 ? `: about ${missing} slice(s) are missing` : ": the slices are unevenly spaced"}. Distances across slices are not reliable.`,
    );
  const step = scale(
    subtract(positions.at(-1) as Vector, positions[0] as Vector),
    1 / (positions.length - 1),
  );
  const shear = Math.acos(Math.min(1, Math.abs(dot(step, normal)) / (length(step) || 1)));
  const tilt = flat || shear <= 0.01 ? 0 : (shear * 180) / Math.PI;
  if (tilt > 0) warnings.push(`The slices are sheared by ${tilt.toFixed(1)}° (gantry tilt).`);
  const faulty = flat || uneven.length > 0 || tilt > 0;
  return {
    step: length(step) > 1e-6 ? step : normal,
    ...(faulty ? { faults: { uneven: flat || uneven.length > 0, missing, tilt } } : {}),
  };
}
