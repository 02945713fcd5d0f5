/** Masks to DICOM Segmentation objects (PS3.3 A.51). */
import { AppError } from "../../api/errors.ts";
import type { Mask } from "../../api/volume.ts";
import { toCielab } from "./cielab.ts";
import type { DicomFile } from "./dicom.ts";
import { patientAndStudy, placeOf, textOf } from "./dicom-export.ts";
import { labelIdNote, type Code } from "./dicom-seg.ts";
import { uid, writeDicom, type DicomElements } from "./dicom-writer.ts";
import { cross, dot, type Affine } from "./geometry.ts";

/** A label of a mask; colour as "#rrggbb". */
export type SegmentToWrite = {
  id: number;
  name: string;
  color: string;
  snomed?: { code: string; meaning: string };
  /** As another file coded it: before `snomed`, and before what the name suggests. */
  category?: Code;
  property?: Code;
  /** What made this label, where it is not what made the others. */
  maker?: Maker;
};
export type Maker = {
  algorithm: string;
  /** "" where it is not known. */
  version: string;
  /** What kind of algorithm; a network where it is not said. */
  family?: Code;
  type: "AUTOMATIC" | "SEMIAUTOMATIC" | "MANUAL";
  creator?: string;
};

const segmentationStorage = "1.2.840.10008.5.1.4.1.1.66.4";

export const code = (value: string, meaning: string, scheme = "SCT"): DicomElements => ({
  "00080100": ["SH", value],
  "00080102": ["SH", scheme],
  "00080104": ["LO", meaning],
});

/**
 * A binary Segmentation on the mask's grid: one frame per label and slice that is not empty. It refers to
 * the source slices where there are some; `patient` says whose it is where there are none. Content Qualification is RESEARCH (PS3.3 C.8.13.2.1).
 */
export function writeSegmentation(
  mask: Mask & { affine: Affine },
  labels: readonly SegmentToWrite[],
  maker: Maker,
  source: readonly DicomFile[] = [],
  patient: DicomFile | undefined = source[0],
): Uint8Array {
  const [columns, rows, depth] = mask.shape;
  const plane = rows * columns;
  const place = placeOf(mask.affine);
  const flat = source.length === 1 && source[0]?.orientation === null;
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
  const { "00200052": frameOfReference, ...whose } = patientAndStudy(patient, fresh);
  return writeDicom({
    ...whose,
    // A projection has no frame of reference; its segmentation is tied to the image itself.
    ...(flat || frameOfReference === undefined ? {} : { "00200052": frameOfReference }),
    "00080008": ["CS", ["DERIVED", "PRIMARY"]],
    "00080016": ["UI", segmentationStorage],
    "00080018": ["UI", uid(`instance ${fresh}`)],
    "00080023": ["DA", now.slice(0, 10).replaceAll("-", "")],
    "00080033": ["TM", now.slice(11, 19).replaceAll(":", "")],
    "00080060": ["CS", "SEG"],
    "0008103e": ["LO", "Segmentation, research use only"],
    "00081090": ["LO", "Evidesk"],
    ...(source.length > 0 ? { "00081115": ["SQ", [referencedSeries(source)]] as const } : {}),
    "00181000": ["LO", "none"],
    "00181020": ["LO", maker.version || "unknown"],
    "00189004": ["CS", "RESEARCH"],
    "0020000e": ["UI", fresh],
    "00200011": ["IS", 1],
    "00200013": ["IS", 1],
    // Which way rows and columns run, where no direction in the patient says it.
    ...(flat ? { "00200020": ["CS", textOf(source[0], "00200020")] as const } : {}),
    "00201040": ["LO", ""],
    "00209221": ["SQ", [{ "00209164": ["UI", dimension] }]],
    "00209222": [
      "SQ",
      [
        dimensionIndex(dimension, 0x0062000b, 0x0062000a),
        ...(flat ? [] : [dimensionIndex(dimension, 0x00200032, 0x00209113)]),
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
    "00620002": ["SQ", labels.map((label, at) => segmentItem(label, at + 1, maker))],
    "00700080": ["CS", "SEGMENTATION"],
    "00700081": ["LO", `${maker.algorithm} ${maker.version}`.trim().slice(0, 64)],
    "00700084": ["PN", maker.creator ?? ""],
    "52009229": [
      "SQ",
      [
        {
          ...(flat
            ? {}
            : { "00209116": ["SQ", [{ "00200037": ["DS", place.orientation] }]] as const }),
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
            ...(source.length > 0
              ? { "00089124": ["SQ", [derivedFrom(source, depth, k)]] as const }
              : {}),
            "00209111": [
              "SQ",
              [
                {
                  "00209157": [
                    "UL",
                    [labels.indexOf(label) + 1, ...(flat ? [] : [slices.indexOf(k) + 1])],
                  ],
                },
              ],
            ],
            ...(flat
              ? {}
              : { "00209113": ["SQ", [{ "00200032": ["DS", place.position(k)] }]] as const }),
            "0062000a": ["SQ", [{ "0062000b": ["US", labels.indexOf(label) + 1] }]],
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

export const reference = (file: DicomFile): DicomElements => ({
  "00081150": ["UI", file.sopClass || textOf(file, "00020002")],
  "00081155": ["UI", textOf(file, "00080018") || textOf(file, "00020003")],
});

function referencedSeries(source: readonly DicomFile[]): DicomElements {
  const instances = source.map(reference);
  return { "0020000e": ["UI", source[0]?.series || uid()], "0008114a": ["SQ", instances] };
}

const purpose = code("121322", "Source image for image processing operation", "DCM");

/** The image, or the frame of it, that slice `k` of a mask was drawn on. */
function derivedFrom(source: readonly DicomFile[], depth: number, k: number): DicomElements {
  const single = source.length === depth ? source[k] : source[0];
  const many = source.length !== depth && (single?.frames ?? 1) > 1;
  return {
    "00082112": [
      "SQ",
      [
        {
          ...(single ? reference(single) : {}),
          ...(many && single ? { "00081160": ["IS", frameAt(single, k)] as const } : {}),
          "0040a170": ["SQ", [purpose]],
        },
      ],
    ],
    "00089215": ["SQ", [code("113076", "Segmentation", "DCM")]],
  };
}

/** Frames count from 1; those of a multi-frame image stand in the volume by their place along the slices. */
function frameAt(file: DicomFile, k: number): number {
  const normal = file.orientation ? cross(...file.orientation) : null;
  const along = file.places.map(({ position }, at) => ({
    at,
    along: normal && position ? dot(position, normal) : at,
  }));
  return (along.toSorted((a, b) => a.along - b.along)[k]?.at ?? k) + 1;
}

const lesion = /tumou?r|lesion|nodule|mass|cancer|metasta|abnormal|oedema|edema|neoplasm/i;

const coded = ({ code: value, meaning, scheme }: Code): DicomElements =>
  code(value, meaning || value, scheme);

function segmentItem(label: SegmentToWrite, number: number, made: Maker): DicomElements {
  const maker = label.maker ?? made;
  const category = lesion.test(label.name)
    ? code("49755003", "Morphologically Abnormal Structure")
    : code("123037004", "Anatomical Structure");
  const property = label.snomed
    ? code(label.snomed.code, label.snomed.meaning)
    : code("85756007", "Tissue");
  return {
    "00620003": ["SQ", [label.category ? coded(label.category) : category]],
    "00620004": ["US", number],
    "00620005": ["LO", label.name.slice(0, 64) || `Label ${label.id}`],
    ...(label.id === number ? {} : { "00620006": ["ST", labelIdNote(label.id)] as const }),
    "00620008": ["CS", maker.type],
    ...(maker.type === "MANUAL" ? {} : algorithmOf(maker)),
    "0062000d": ["US", toCielab(label.color)],
    "0062000f": ["SQ", [label.property ? coded(label.property) : property]],
  };
}

/** Who outlined, by name and version, so that a receiver can tell a network from a hand. */
const algorithmOf = ({ algorithm, version, family }: Maker): DicomElements => ({
  // An identification must have a version: where none is known, the name alone is written.
  ...(version === ""
    ? {}
    : {
        "00620007": [
          "SQ",
          [
            {
              "0066002f": [
                "SQ",
                [family ? coded(family) : code("123110", "Artificial Intelligence", "DCM")],
              ],
              "00660031": ["LO", version.slice(0, 64)],
              "00660036": ["LO", algorithm.slice(0, 64)],
            },
          ],
        ] as const,
      }),
  "00620009": ["LO", algorithm.slice(0, 64)],
});
