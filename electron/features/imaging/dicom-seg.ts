/** DICOM Segmentation objects to one label volume: binary, fractional (from half upward) and label-map frames. */
import type { DataSet } from "dicom-parser";
import { AppError } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import type { DicomFile } from "./dicom.ts";
import { fromCielab } from "./cielab.ts";
import { readFrame } from "./dicom-frames.ts";
import { affineFromColumns, cross, dot, flipLpsRas, spacingOf, type Vector } from "./geometry.ts";

const segmentationStorage = "1.2.840.10008.5.1.4.1.1.66.4";
const labelmapStorage = "1.2.840.10008.5.1.4.1.1.66.7";

export function isSegmentation(file: Pick<DicomFile, "sopClass">): boolean {
  return file.sopClass === segmentationStorage || file.sopClass === labelmapStorage;
}

/** A coded concept in the scheme of its file: SCT, SRT, DCM, FMA … */
export type Code = { code: string; scheme: string; meaning: string };

export type SegmentLabel = {
  /** The label's id in a mask. */
  id: number;
  /** Segment Number: counts from 1 without gaps, so that it may differ from the id. */
  segment: number;
  name: string;
  /** As the file recommends; absent where it does not. */
  color?: string;
  snomed?: { code: string; meaning: string };
  /** How it came about: AUTOMATIC, SEMIAUTOMATIC or MANUAL. */
  made?: string;
  algorithm?: string;
  /** Of the algorithm, where the file identifies it. */
  version?: string;
  family?: Code;
  /** What kind of thing it is, and what it is: as coded, in whatever scheme. */
  category?: Code;
  property?: Code;
};

/** The first item of a code sequence; absent where it has no value. */
function codeIn(item: DataSet | undefined, tag: string): Code | undefined {
  const found = item?.elements[tag]?.items?.[0]?.dataSet;
  const [code = "", scheme = "", meaning = ""] = ["x00080100", "x00080102", "x00080104"].map(
    (one) => found?.string(one)?.trim(),
  );
  return code === "" ? undefined : { code, scheme, meaning };
}

/** What our own writer says of a segment whose label's id is not its number. */
export const labelIdNote = (id: number): string => `Label id ${id}`;

/** The segments that a segmentation names, without a label map's background. */
export function segmentLabels(dataSet: DataSet): SegmentLabel[] {
  const items = dataSet.elements["x00620002"]?.items ?? [];
  return items.flatMap(({ dataSet: item }) => {
    const segment = item?.uint16("x00620004") ?? 0;
    if (item === undefined || segment === 0) return [];
    const noted = /^Label id (\d{1,3})$/.exec((item.string("x00620006") ?? "").trim());
    const id = noted ? Number(noted[1]) : segment;
    const text = (tag: string): string => (item.string(tag) ?? "").trim();
    const lab = [0, 1, 2].map((at) => item.uint16("x0062000d", at));
    const [category, property] = [codeIn(item, "x00620003"), codeIn(item, "x0062000f")];
    const identified = item.elements["x00620007"]?.items?.[0]?.dataSet;
    const version = (identified?.string("x00660031") ?? "").trim();
    const family = codeIn(identified, "x0066002f");
    return [
      {
        id,
        segment,
        name: text("x00620005"),
        ...(lab.every((value) => value !== undefined)
          ? { color: fromCielab(lab as [number, number, number]) }
          : {}),
        ...(property?.scheme === "SCT"
          ? { snomed: { code: property.code, meaning: property.meaning } }
          : {}),
        ...(text("x00620008") ? { made: text("x00620008") } : {}),
        ...(text("x00620009") ? { algorithm: text("x00620009") } : {}),
        ...(version ? { version } : {}),
        ...(family ? { family } : {}),
        ...(category ? { category } : {}),
        ...(property ? { property } : {}),
      },
    ];
  });
}

/** One frame: the segment of each pixel, 0 where there is none. */
export type SegmentFrame = { index: number; ids: Uint16Array };

/**
 * The frames of a segmentation with the label ids of their pixels, of `only` that segment where it is given. A fractional pixel counts from
 * half of the largest value upward. @throws badFile, unsupported
 */
export async function* segmentFrames(file: DicomFile, only?: number): AsyncGenerator<SegmentFrame> {
  const fractional = file.dataSet.string("x00620001")?.trim() === "FRACTIONAL";
  const half = (file.dataSet.uint16("x0062000e") ?? 255) / 2;
  const labelmap = file.sopClass === labelmapStorage;
  const ids = new Map(segmentLabels(file.dataSet).map((label) => [label.segment, label.id]));
  for (const [index, place] of file.places.entries()) {
    const segment = place.segment ?? 1;
    if (!labelmap && only !== undefined && segment !== only) continue;
    const { data } = await readFrame(file, index);
    const pixels = new Uint16Array(file.frame.rows * file.frame.columns);
    for (let at = 0; at < pixels.length; at += 1) {
      const value = data[at] as number;
      const number = labelmap ? value : (fractional ? value >= half : value > 0) ? segment : 0;
      // A label map's background is a segment like any other, numbered 0 or named so.
      if (number !== 0 && (only === undefined || number === only))
        pixels[at] = ids.get(number) ?? number;
    }
    yield { index, ids: pixels };
  }
}

/** Drawn on a projection: its frames are pixels of that image and have no place in the patient. */
export function isFlat({
  orientation,
  places,
}: Pick<DicomFile, "orientation" | "places">): boolean {
  return orientation === null && places.every(({ position }) => position === null);
}

async function flatSegmentation(file: DicomFile, warnings: string[]): Promise<Volume> {
  const { rows, columns } = file.frame;
  const [row, column] = file.pixelSpacing ?? [1, 1];
  const data = new Uint16Array(rows * columns);
  for await (const { ids } of segmentFrames(file))
    ids.forEach((id, at) => {
      if (id > (data[at] as number)) data[at] = id;
    });
  warnings.push("The segmentation lies on a projection: left and right are not known.");
  return {
    shape: [columns, rows, 1],
    channels: 1,
    spacing: [column, row, 1],
    affine: [-column, 0, 0, 0, 0, -row, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    data: data.some((id) => id > 255) ? data : Uint8Array.from(data),
    modality: "SEG",
    units: "label",
  };
}

/**
 * Voxels hold label ids; where segments overlap, the higher number. Slices without any frame
 * (empty ones are usually left out) are zeros. @throws badFile, unsupported
 */
export async function readSegmentation(file: DicomFile, warnings: string[]): Promise<Volume> {
  const { rows, columns } = file.frame;
  const plane = rows * columns;
  if (isFlat(file)) return flatSegmentation(file, warnings);
  if (file.orientation === null || file.places.some(({ position }) => position === null))
    throw new AppError(
      "unsupported",
      `"${file.name}": the segmentation does not say where its frames lie.`,
    );
  const [right, down] = file.orientation;
  const normal = cross(right, down);
  const along = file.places.map(({ position }) => dot(position as Vector, normal));
  const unique = [...new Set(along.map((value) => value.toFixed(3)))]
    .map(Number)
    .toSorted((a, b) => a - b);
  const gaps = unique.slice(1).map((value, at) => value - (unique[at] as number));
  const step = gaps.length > 0 ? Math.min(...gaps) : (file.sliceThickness ?? 1);
  const low = unique[0] as number;
  const depth = Math.round(((unique.at(-1) as number) - low) / step) + 1;
  if (depth > 4 * unique.length + 64)
    throw new AppError(
      "badFile",
      `"${file.name}": its frames lie ${step.toFixed(3)} to ${Math.max(...gaps).toFixed(1)} mm apart; that is no volume.`,
    );
  const labels = segmentLabels(file.dataSet);
  const labelmap = file.sopClass === labelmapStorage;
  const wide = labels.some(({ id }) => id > 255) || (labelmap && file.frame.bitsAllocated > 8);
  const data = wide ? new Uint16Array(plane * depth) : new Uint8Array(plane * depth);
  let overlaps = 0;
  for await (const { index, ids } of segmentFrames(file)) {
    const base = Math.round(((along[index] as number) - low) / step) * plane;
    for (let at = 0; at < plane; at += 1) {
      const id = ids[at] as number;
      if (id === 0) continue;
      if ((data[base + at] as number) > 0) overlaps += 1;
      data[base + at] = Math.max(id, data[base + at] as number);
    }
  }
  if (overlaps > 0)
    warnings.push(`Segments overlap in ${overlaps} voxels; the higher number is shown there.`);
  const [rowSpacing, columnSpacing] = file.pixelSpacing ?? [1, 1];
  const first = file.places[along.indexOf(Math.min(...along))]?.position as Vector;
  const scale = ([x, y, z]: Vector, factor: number): Vector => [x * factor, y * factor, z * factor];
  const affine = flipLpsRas(
    affineFromColumns(
      scale(right, columnSpacing),
      scale(down, rowSpacing),
      scale(normal, step),
      first,
    ),
  );
  return {
    shape: [columns, rows, depth],
    channels: 1,
    spacing: spacingOf(affine),
    affine,
    data,
    modality: "SEG",
    units: "label",
  };
}
