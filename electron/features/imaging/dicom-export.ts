/** Volumes and masks to DICOM: image series slice by slice, and Segmentation objects (PS3.3 A.51). */
import { AppError } from "../../api/errors.ts";
import type { Mask, Volume, Voxels } from "../../api/volume.ts";
import type { DicomFile } from "./dicom.ts";
import { toCielab } from "./cielab.ts";
import { uid, writeDicom, type DicomElements } from "./dicom-writer.ts";
import { apply, column, dot, flipLpsRas, length, type Affine, type Vector } from "./geometry.ts";

export type WrittenFile = { name: string; bytes: Uint8Array };
/** A label of a mask; colour as "#rrggbb". */
export type SegmentToWrite = {
  id: number;
  name: string;
  color: string;
  snomed?: { code: string; meaning: string };
};
export type Maker = {
  algorithm: string;
  version: string;
  type: "AUTOMATIC" | "SEMIAUTOMATIC" | "MANUAL";
  creator?: string;
};

const storage: Record<string, [uid: string, modality: string]> = {
  CT: ["1.2.840.10008.5.1.4.1.1.2", "CT"],
  MR: ["1.2.840.10008.5.1.4.1.1.4", "MR"],
};
const secondaryCapture: [string, string] = ["1.2.840.10008.5.1.4.1.1.7", "OT"];

type Place = { orientation: number[]; spacing: Vector; position: (k: number) => Vector };

/** Unit directions in LPS+ of rows and columns. @throws unsupported where they are not at right angles */
function placeOf(affine: Affine): Place {
  const lps = flipLpsRas(affine);
  const unit = (axis: number): Vector => {
    const vector = column(lps, axis);
    return vector.map((value) => value / length(vector)) as Vector;
  };
  const [right, down] = [unit(0), unit(1)];
  if (Math.abs(dot(right, down)) > 1e-3)
    throw new AppError(
      "unsupported",
      "The image's rows and columns are not at right angles; DICOM cannot say that.",
    );
  return {
    orientation: [...right, ...down],
    spacing: [length(column(lps, 0)), length(column(lps, 1)), length(column(lps, 2))],
    position: (k) => apply(lps, [0, 0, k]),
  };
}

const text = (file: DicomFile | undefined, tag: string): string =>
  file?.dataSet.string(`x${tag}`)?.trim() ?? "";

/** Patient and study as the source has them; new ones where there is no source. */
function patientAndStudy(source: DicomFile | undefined, fresh: string): DicomElements {
  const now = new Date().toISOString();
  return {
    "00080005": ["CS", text(source, "00080005") || "ISO_IR 192"],
    "00080020": ["DA", text(source, "00080020") || now.slice(0, 10).replaceAll("-", "")],
    "00080030": ["TM", text(source, "00080030") || now.slice(11, 19).replaceAll(":", "")],
    "00080050": ["SH", text(source, "00080050")],
    "00080090": ["PN", text(source, "00080090")],
    "00100010": ["PN", text(source, "00100010")],
    "00100020": ["LO", text(source, "00100020")],
    "00100030": ["DA", text(source, "00100030")],
    "00100040": ["CS", text(source, "00100040")],
    "0020000d": ["UI", source?.study || uid(`study ${fresh}`)],
    "00200010": ["SH", text(source, "00200010")],
    "00200052": ["UI", text(source, "00200052") || uid(`frame ${fresh}`)],
    "00080070": ["LO", "Evidesk"],
  };
}

/** Whole numbers of 16 bits, and the slope and intercept that give the values back. */
function sixteenBits(data: Voxels): { stored: Int16Array; slope: number; intercept: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let wholeNumbers = true;
  for (const value of data) {
    if (!Number.isFinite(value))
      throw new AppError(
        "unsupported",
        "The image holds values that are no numbers; DICOM pixels cannot.",
      );
    if (value < low) low = value;
    if (value > high) high = value;
    wholeNumbers &&= Number.isInteger(value);
  }
  if (wholeNumbers && low >= -32768 && high <= 32767)
    return { stored: Int16Array.from(data), slope: 1, intercept: 0 };
  const slope = (high - low) / 65535 || 1;
  const intercept = low + 32768 * slope;
  return {
    stored: Int16Array.from(data, (value) =>
      Math.max(-32768, Math.min(32767, Math.round((value - intercept) / slope))),
    ),
    slope,
    intercept,
  };
}

/** One file per slice; CT and MR under their own class, others as secondary capture with geometry. */
export function writeSeries(volume: Volume): WrittenFile[] {
  if (volume.channels !== 1)
    throw new AppError("unsupported", "Colour images are not written as a DICOM series.");
  const [columns, rows, depth] = volume.shape;
  const place = placeOf(volume.affine);
  const { stored, slope, intercept } = sixteenBits(volume.data);
  const [sopClass, modality] = storage[volume.modality] ?? secondaryCapture;
  const fresh = uid();
  const common: DicomElements = {
    ...patientAndStudy(undefined, fresh),
    "00080008": ["CS", ["DERIVED", "SECONDARY", "AXIAL"]],
    "00080016": ["UI", sopClass],
    "00080060": ["CS", modality],
    "00080064": ["CS", "WSD"],
    "00180050": ["DS", place.spacing[2]],
    "0020000e": ["UI", fresh],
    "00200011": ["IS", 1],
    "00200037": ["DS", place.orientation],
    "00280002": ["US", 1],
    "00280004": ["CS", "MONOCHROME2"],
    "00280010": ["US", rows],
    "00280011": ["US", columns],
    "00280030": ["DS", [place.spacing[1], place.spacing[0]]],
    "00280100": ["US", 16],
    "00280101": ["US", 16],
    "00280102": ["US", 15],
    "00280103": ["US", 1],
    "00281052": ["DS", intercept],
    "00281053": ["DS", slope],
    "00281054": ["LO", modality === "CT" ? "HU" : "US"],
  };
  const plane = rows * columns * 2;
  return Array.from({ length: depth }, (_, k) => ({
    name: `${String(k + 1).padStart(4, "0")}.dcm`,
    bytes: writeDicom({
      ...common,
      "00080018": ["UI", uid(`${fresh} ${k}`)],
      "00200013": ["IS", k + 1],
      "00200032": ["DS", place.position(k)],
      "7fe00010": ["OW", new Uint8Array(stored.buffer, k * plane, plane)],
    }),
  }));
}

const code = (value: string, meaning: string, scheme = "SCT"): DicomElements => ({
  "00080100": ["SH", value],
  "00080102": ["SH", scheme],
  "00080104": ["LO", meaning],
});

/**
 * A binary Segmentation on the mask's grid: one frame per label and slice that is not empty. It refers to
 * the source slices where there are some. Content Qualification is RESEARCH (PS3.3 C.8.13.2.1).
 */
export function writeSegmentation(
  mask: Mask & { affine: Affine },
  labels: readonly SegmentToWrite[],
  maker: Maker,
  source: readonly DicomFile[] = [],
): Uint8Array {
  const [columns, rows, depth] = mask.shape;
  const plane = rows * columns;
  const place = placeOf(mask.affine);
  const frames = framesOf(mask.data, plane, depth, labels);
  if (frames.length === 0)
    throw new AppError(
      "unsupported",
      "The mask is empty: a DICOM segmentation needs at least one voxel.",
    );
  const fresh = uid();
  const dimension = uid(`dimension ${fresh}`);
  const slices = [...new Set(frames.map(({ k }) => k))].toSorted((a, b) => a - b);
  const now = new Date().toISOString();
  return writeDicom({
    ...patientAndStudy(source[0], fresh),
    "00080008": ["CS", ["DERIVED", "PRIMARY"]],
    "00080016": ["UI", "1.2.840.10008.5.1.4.1.1.66.4"],
    "00080018": ["UI", uid(`instance ${fresh}`)],
    "00080023": ["DA", now.slice(0, 10).replaceAll("-", "")],
    "00080033": ["TM", now.slice(11, 19).replaceAll(":", "")],
    "00080060": ["CS", "SEG"],
    "0008103e": ["LO", "Segmentation, research use only"],
    "00081090": ["LO", "Evidesk"],
    ...(source.length > 0 ? { "00081115": ["SQ", [referencedSeries(source)]] as const } : {}),
    "00181000": ["LO", "none"],
    "00181020": ["LO", maker.version],
    "00189004": ["CS", "RESEARCH"],
    "0020000e": ["UI", fresh],
    "00200011": ["IS", 1],
    "00200013": ["IS", 1],
    "00201040": ["LO", ""],
    "00209221": ["SQ", [{ "00209164": ["UI", dimension] }]],
    "00209222": [
      "SQ",
      [
        dimensionIndex(dimension, 0x0062000b, 0x0062000a),
        dimensionIndex(dimension, 0x00200032, 0x00209113),
      ],
    ],
    "00280002": ["US", 1],
    "00280004": ["CS", "MONOCHROME2"],
    "00280008": ["IS", frames.length],
    "00280010": ["US", rows],
    "00280011": ["US", columns],
    "00280100": ["US", 1],
    "00280101": ["US", 1],
    "00280102": ["US", 0],
    "00280103": ["US", 0],
    "00282110": ["CS", "00"],
    "00620001": ["CS", "BINARY"],
    "00620002": ["SQ", labels.map((label) => segmentItem(label, maker))],
    "00700080": ["CS", "SEGMENTATION"],
    "00700081": ["LO", `${maker.algorithm} ${maker.version}`.slice(0, 64)],
    "00700084": ["PN", maker.creator ?? ""],
    "52009229": [
      "SQ",
      [
        {
          "00209116": ["SQ", [{ "00200037": ["DS", place.orientation] }]],
          "00289110": [
            "SQ",
            [
              {
                "00180050": ["DS", place.spacing[2]],
                "00180088": ["DS", place.spacing[2]],
                "00280030": ["DS", [place.spacing[1], place.spacing[0]]],
              },
            ],
          ],
        },
      ],
    ],
    "52009230": [
      "SQ",
      frames.map(
        ({ label, k }) =>
          ({
            "00209111": [
              "SQ",
              [{ "00209157": ["UL", [labels.indexOf(label) + 1, slices.indexOf(k) + 1]] }],
            ],
            "00209113": ["SQ", [{ "00200032": ["DS", place.position(k)] }]],
            "0062000a": ["SQ", [{ "0062000b": ["US", label.id] }]],
          }) satisfies DicomElements,
      ),
    ],
    "7fe00010": ["OB", packedBits(mask.data, frames, plane)],
  });
}

type SegFrame = { label: SegmentToWrite; k: number };

function framesOf(
  data: Uint8Array,
  plane: number,
  depth: number,
  labels: readonly SegmentToWrite[],
): SegFrame[] {
  return labels.flatMap((label) =>
    Array.from({ length: depth }, (_, k) => ({ label, k })).filter(({ k }) =>
      data.subarray(k * plane, (k + 1) * plane).includes(label.id),
    ),
  );
}

/** Frames follow each other bit by bit, lowest bit first, without padding between them (PS3.5 8.1.1). */
function packedBits(data: Uint8Array, frames: readonly SegFrame[], plane: number): Uint8Array {
  const out = new Uint8Array(Math.ceil((frames.length * plane) / 8));
  let bit = 0;
  for (const { label, k } of frames) {
    for (let at = k * plane; at < (k + 1) * plane; at += 1, bit += 1)
      if (data[at] === label.id) out[bit >> 3] = (out[bit >> 3] as number) | (1 << (bit & 7));
  }
  return out;
}

const dimensionIndex = (dimension: string, pointer: number, group: number): DicomElements => ({
  "00209164": ["UI", dimension],
  "00209165": ["AT", pointer],
  "00209167": ["AT", group],
});

function referencedSeries(source: readonly DicomFile[]): DicomElements {
  const instances = source.map((file): DicomElements => ({
    "00081150": ["UI", file.sopClass || text(file, "00020002")],
    "00081155": ["UI", text(file, "00080018") || text(file, "00020003")],
  }));
  return { "0020000e": ["UI", source[0]?.series || uid()], "0008114a": ["SQ", instances] };
}

function segmentItem(label: SegmentToWrite, maker: Maker): DicomElements {
  return {
    "00620003": ["SQ", [code("123037004", "Anatomical Structure")]],
    "00620004": ["US", label.id],
    "00620005": ["LO", label.name.slice(0, 64)],
    "00620008": ["CS", maker.type],
    ...(maker.type === "MANUAL" ? {} : { "00620009": ["LO", maker.algorithm] as const }),
    "00620007": [
      "SQ",
      [
        {
          "0066002f": ["SQ", [code("123110", "Artificial Intelligence", "DCM")]],
          "00660031": ["LO", maker.version],
          "00660036": ["LO", maker.algorithm],
        },
      ],
    ],
    "0062000d": ["US", toCielab(label.color)],
    "0062000f": [
      "SQ",
      [label.snomed ? code(label.snomed.code, label.snomed.meaning) : code("85756007", "Tissue")],
    ],
  };
}
