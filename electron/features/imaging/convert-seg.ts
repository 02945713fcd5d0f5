/** Label maps to DICOM SEG for `convert-image`: on the reference's voxels, with what made each label. Pure. */
import { AppError } from "../../api/errors.ts";
import { voxelCount } from "../../api/volume.ts";
import { placedIn, stepsBetween, type Steps } from "./derived/grid.ts";
import { writeSegmentation, type Maker, type SegmentToWrite } from "./dicom-seg-writer.ts";
import { column, length, type Affine } from "./geometry.ts";
import { labelColour } from "./label-colours.ts";
import { labelIds } from "./label-map.ts";
import type { KnownLabel } from "./mask-sidecar.ts";
import type { OpenedSeries } from "./open.ts";

/** DICOM must say what kind of thing outlined. Of the three words this one claims neither a person nor a network alone. */
const unknownMaker: Maker = {
  algorithm: "Unknown: converted from a label map",
  version: "",
  type: "SEMIAUTOMATIC",
};

export type LabelMap = { data: Uint8Array; labels: SegmentToWrite[] };

/**
 * The labels of a volume, those that its file names and found empty too; null where it is an image.
 * `note` is told what the file does not say.
 */
export function labelMapOf(series: OpenedSeries, note: (text: string) => void): LabelMap | null {
  const { volume, files, labels = [] } = series;
  const found = labelIds(volume);
  if (found === null || (found.length === 0 && labels.length === 0)) return null;
  const named = new Map(labels.map((label) => [label.id, label]));
  const ids = [...new Set([...named.keys(), ...found])].toSorted((a, b) => a - b);
  const unnamed = ids.filter((id) => !named.get(id)?.name);
  const unmade = ids.filter((id) => named.get(id)?.made === undefined);
  if (unnamed.length > 0)
    note(
      `"${files[0]}" names no label ${unnamed.join(", ")}: written as "Label ${unnamed[0]}"${unnamed.length > 1 ? " and so on" : ""}.`,
    );
  if (unmade.length > 0)
    note(
      `"${files[0]}" does not say what made label ${unmade.join(", ")}, a person or a program: a DICOM SEG will say "${unknownMaker.algorithm}" (${unknownMaker.type}).`,
    );
  return {
    data: Uint8Array.from(
      { length: voxelCount(volume.shape) },
      (_, at) => volume.data[at] as number,
    ),
    labels: ids.map((id, at) => segmentOf(named.get(id), id, at)),
  };
}

function segmentOf(label: KnownLabel | undefined, id: number, at: number): SegmentToWrite {
  const { snomed, category, property, made, algorithm, version = "", family } = label ?? {};
  const maker: Maker | undefined =
    made === "AUTOMATIC" || made === "SEMIAUTOMATIC" || made === "MANUAL"
      ? {
          algorithm: algorithm || "not named",
          version,
          type: made,
          ...(family ? { family } : {}),
        }
      : undefined;
  return {
    id,
    name: label?.name || `Label ${id}`,
    color: label?.color ?? labelColour(at),
    ...(snomed ? { snomed } : {}),
    ...(category ? { category } : {}),
    ...(property ? { property } : {}),
    maker: maker ?? unknownMaker,
  };
}

/** One step along an index of one is one step along an index of the other: no voxel of the target lies between. */
const isSameLattice = ({ steps }: Steps, shape: readonly number[]): boolean =>
  steps.every(
    (step, at) => shape[at] === 1 || step.reduce((sum, value) => sum + Math.abs(value), 0) === 1,
  );

/**
 * @param reference the DICOM series that the segmentation belongs to: axes that are turned, mirrored or cut
 * short are brought onto its voxels, none is interpolated
 * @throws unsupported for an image, badInput where the map does not lie on the reference's voxels
 */
export function segmentation(
  series: OpenedSeries,
  reference: OpenedSeries | undefined,
  out: string,
  note: (text: string) => void,
): Uint8Array {
  const map = labelMapOf(series, note);
  if (map === null)
    throw new AppError(
      "unsupported",
      `"${out}": only a label map (whole numbers 0 to 255, not all 0) becomes a DICOM SEG; give a folder to write an image as a DICOM series.`,
    );
  const { shape, affine } = series.volume;
  const general: Maker = {
    algorithm: "Converted segmentation",
    version: "",
    type: "SEMIAUTOMATIC",
  };
  if (reference === undefined) {
    const patient = series.format === "DICOM" ? series.source?.[0] : undefined;
    return writeSegmentation({ shape, affine, data: map.data }, map.labels, general, [], patient);
  }
  const { volume, source = [] } = reference;
  const steps = stepsBetween(series.volume, volume);
  if (steps === null || !isSameLattice(steps, shape))
    throw new AppError(
      "badInput",
      `The label map does not lie on the reference's voxels. Label map: ${latticeOf(shape, affine)}. Reference: ${latticeOf(volume.shape, volume.affine)}. Resample it to the reference first.`,
    );
  const data = placedIn({ shape, data: map.data }, volume, steps);
  if (data === null)
    throw new AppError(
      "badInput",
      `The label map marks places outside of the reference. Label map: ${latticeOf(shape, affine)}. Reference: ${latticeOf(volume.shape, volume.affine)}.`,
    );
  return writeSegmentation(
    { shape: volume.shape, affine: volume.affine, data },
    map.labels,
    general,
    source,
  );
}

/** Where a grid lies, in RAS+ millimetres: size, first voxel, distances and directions. */
function latticeOf(shape: readonly number[], affine: Affine): string {
  const numbers = (values: readonly number[], digits: number): string =>
    values.map((value) => Number(value.toFixed(digits)) || 0).join(", ");
  const axes = [0, 1, 2].map((axis) => column(affine, axis));
  const directions = axes.map(
    (axis) =>
      `(${numbers(
        axis.map((value) => value / (length(axis) || 1)),
        3,
      )})`,
  );
  return `${shape.join(" × ")} voxels, origin (${numbers(column(affine, 3), 2)}) mm, spacing (${numbers(axes.map(length), 4)}) mm, directions ${directions.join(" ")}`;
}
