/** Headers of DICOM files, parsed with dicom-parser: what pixels there are and where they lie in the patient. */
import { inflateRawSync } from "node:zlib";
import dicomParser, { type DataSet } from "dicom-parser";
import { AppError } from "../../api/errors.ts";
import type { Frame } from "./frame-values.ts";
import { pixelScale, type PixelScale } from "./dicom-scale.ts";
import type { Vector } from "./geometry.ts";
import { voiOf, type Voi } from "./voi.ts";

/** Where one frame lies; null where the file does not say. */
export type FramePlace = { position: Vector | null; segment: number | null };

export type DicomFile = {
  name: string;
  dataSet: DataSet;
  transferSyntax: string;
  modality: string;
  sopClass: string;
  study: string;
  series: string;
  instance: number;
  frames: number;
  frame: Frame;
  slope: number;
  intercept: number;
  units: string;
  window: { centre: number; width: number } | null;
  voi?: Voi;
  orientation: [Vector, Vector] | null;
  /** Patient Orientation of a projection: where rows and columns run to, as letters ("L", "F"). */
  patientOrientation: [string, string] | null;
  position: Vector | null;
  places: FramePlace[];
  pixelSpacing: [number, number] | null;
  /** Where the pixel spacing holds, and the shape of a pixel without one. */
  scale: PixelScale;
  sliceThickness: number | null;
  /** Millimetres between the frames of a multi-frame object that gives no position per frame. */
  frameStep: number | null;
};

const unpackedLimit = 1 << 30;

export function isDicom(bytes: Uint8Array): boolean {
  return hasPreamble(bytes) || bareSyntax(bytes) !== null;
}

const hasPreamble = (bytes: Uint8Array): boolean =>
  bytes.length > 132 &&
  bytes[128] === 0x44 &&
  bytes[129] === 0x49 &&
  bytes[130] === 0x43 &&
  bytes[131] === 0x4d;

/** A data set without the Part 10 wrapping starts with group 0002 or 0008; its transfer syntax shows in the first element. */
function bareSyntax(bytes: Uint8Array): string | null {
  if (bytes.length < 32) return null;
  const [a, b, c, d] = bytes as unknown as [number, number, number, number];
  const explicit = /^(UL|UI|CS|SH|LO|DA|TM|OB|SQ)$/.test(
    String.fromCharCode(bytes[4] as number, bytes[5] as number),
  );
  if (a === 2 && b === 0 && d === 0 && explicit) return "meta";
  if (a === 8 && b === 0 && d === 0 && c <= 0x70) {
    if (explicit) return "1.2.840.10008.1.2.1";
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
    return length <= 128 && c <= 0x18 ? "1.2.840.10008.1.2" : null;
  }
  return a === 0 && b === 8 && c === 0 && d <= 0x70 && explicit ? "1.2.840.10008.1.2.2" : null;
}

const numbers = (dataSet: DataSet, tag: string): number[] => {
  const text = dataSet.string(tag);
  return text === undefined
    ? []
    : text
        .split("\\")
        .map((part) => Number.parseFloat(part))
        .filter((value) => Number.isFinite(value));
};
const whole = (dataSet: DataSet, tag: string, otherwise: number): number =>
  Number.parseInt(dataSet.string(tag) ?? "", 10) || otherwise;
const itemOf = (dataSet: DataSet | undefined, sequence: string, index = 0): DataSet | undefined =>
  dataSet?.elements[sequence]?.items?.[index]?.dataSet;

/** Enhanced objects keep geometry in functional groups, shared or per frame; classic ones at the top. */
function functional(dataSet: DataSet, sequence: string, frame = 0): DataSet | undefined {
  return (
    itemOf(itemOf(dataSet, "x52009230", frame), sequence) ??
    itemOf(itemOf(dataSet, "x52009229"), sequence)
  );
}

const inflater = (whole: Uint8Array, position: number): Uint8Array => {
  const unpacked = inflateRawSync(whole.subarray(position), { maxOutputLength: unpackedLimit });
  const joined = new Uint8Array(position + unpacked.length);
  joined.set(whole.subarray(0, position));
  joined.set(unpacked, position);
  return joined;
};

/** All elements of a file, with or without the Part 10 wrapping. @throws badFile */
export function readDataSet(bytes: Uint8Array, name: string): DataSet {
  try {
    if (hasPreamble(bytes)) return dicomParser.parseDicom(bytes, { inflater } as never);
    const bare = bareSyntax(bytes);
    if (bare !== "meta")
      return dicomParser.parseDicom(bytes, { TransferSyntaxUID: bare ?? "", inflater } as never);
    const wrapped = new Uint8Array(132 + bytes.length);
    wrapped.set([0x44, 0x49, 0x43, 0x4d], 128);
    wrapped.set(bytes, 132);
    return dicomParser.parseDicom(wrapped, { inflater } as never);
  } catch (thrown) {
    throw new AppError(
      "badFile",
      `"${name}" cannot be read as DICOM: ${reasonOf(thrown, bytes.length)}.`,
    );
  }
}

/** dicom-parser throws what it has read so far beside its own words; the last element shows which length is wrong. */
function reasonOf(thrown: unknown, size: number): string {
  if (
    typeof thrown === "object" &&
    thrown !== null &&
    "dataSet" in thrown &&
    "exception" in thrown
  ) {
    const elements = (thrown.dataSet as DataSet | undefined)?.elements ?? {};
    const wrong = Object.values(elements).find(
      (element) => element.dataOffset + element.length > size,
    );
    if (wrong)
      return `the element ${wrong.tag.slice(1, 5)},${wrong.tag.slice(5)} promises ${wrong.length} bytes at ${wrong.dataOffset}, the file ends after ${size}`;
    return `it breaks off or a length is wrong (${textOf(thrown.exception)}; the file has ${size} bytes)`;
  }
  return `${textOf(thrown)} (the file has ${size} bytes)`;
}

const textOf = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown))
    .replace(/^dicomParser[.:]\w+:?\s*/, "")
    .slice(0, 160);

/** Reads a file's header. @throws badFile where the file breaks off or holds no image. */
export function readDicom(bytes: Uint8Array, name: string): DicomFile {
  return readDicomFrom(readDataSet(bytes, name), name);
}

/** The header of an image whose elements are read already. @throws badFile */
export function readDicomFrom(dataSet: DataSet, name: string): DicomFile {
  try {
    return describe(dataSet, name);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError(
      "badFile",
      `"${name}" cannot be read as DICOM: an element of its header is broken (${textOf(thrown)}).`,
    );
  }
}

function describe(dataSet: DataSet, name: string): DicomFile {
  const modality = (dataSet.string("x00080060") ?? "").trim();
  const rows = dataSet.uint16("x00280010") ?? 0;
  const columns = dataSet.uint16("x00280011") ?? 0;
  if (dataSet.elements["x00041220"])
    throw new AppError(
      "badFile",
      `"${name}" is a DICOMDIR, a table of other files: open the folder that holds them.`,
    );
  if (rows === 0 || columns === 0)
    throw new AppError(
      "badFile",
      `"${name}" is DICOM (${modality || "no modality"}) but holds no image.`,
    );
  const frames = Math.max(1, whole(dataSet, "x00280008", 1));
  const measures = functional(dataSet, "x00289110") ?? dataSet;
  const scaling = functional(dataSet, "x00289145") ?? dataSet;
  const shown = functional(dataSet, "x00289132") ?? dataSet;
  const orientation = numbers(functional(dataSet, "x00209116") ?? dataSet, "x00200037");
  const bitsAllocated = dataSet.uint16("x00280100") ?? 8;
  const bitsStored = dataSet.uint16("x00280101") || bitsAllocated;
  const [centre] = numbers(shown, "x00281050");
  const [width] = numbers(shown, "x00281051");
  const places = placesOf(dataSet, frames);
  const dose = numbers(dataSet, "x3004000e")[0];
  const voi = voiOf(dataSet, shown);
  const scale = pixelScale(dataSet, measures, modality);
  return {
    name,
    dataSet,
    modality,
    frames,
    places,
    transferSyntax: dataSet.string("x00020010")?.trim() ?? "1.2.840.10008.1.2",
    sopClass: dataSet.string("x00080016") ?? "",
    study: dataSet.string("x0020000d") ?? "",
    series: dataSet.string("x0020000e") ?? "",
    instance: whole(dataSet, "x00200013", 0),
    frame: {
      rows,
      columns,
      samples: dataSet.uint16("x00280002") || 1,
      bitsAllocated,
      bitsStored,
      highBit: dataSet.uint16("x00280102") ?? bitsStored - 1,
      signed: dataSet.uint16("x00280103") === 1,
      photometric: (dataSet.string("x00280004") ?? "MONOCHROME2").trim(),
    },
    slope: dose ?? numbers(scaling, "x00281053")[0] ?? 1,
    intercept: dose === undefined ? (numbers(scaling, "x00281052")[0] ?? 0) : 0,
    units:
      dose === undefined ? unitsOf(dataSet, modality) : (dataSet.string("x30040002") ?? "").trim(),
    window: centre !== undefined && width !== undefined && width > 0 ? { centre, width } : null,
    ...(voi ? { voi } : {}),
    orientation:
      orientation.length === 6
        ? [orientation.slice(0, 3) as Vector, orientation.slice(3, 6) as Vector]
        : null,
    patientOrientation: lettersOf(dataSet.string("x00200020") ?? ""),
    position: places[0]?.position ?? null,
    pixelSpacing: scale.spacing,
    scale,
    sliceThickness: positive(numbers(measures, "x00180050")[0]),
    frameStep: frameStepOf(dataSet, measures),
  };
}

/** PS3.3 C.7.6.1.1.1: up to three of A, P, R, L, H and F, for the row's and the column's direction. */
function lettersOf(text: string): [string, string] | null {
  const [row = "", column = ""] = text.split("\\").map((part) => part.trim().toUpperCase());
  return /^[APRLHF]{1,3}$/.test(row) && /^[APRLHF]{1,3}$/.test(column) ? [row, column] : null;
}

const positive = (value: number | undefined): number | null =>
  value !== undefined && value > 0 ? value : null;

function unitsOf(dataSet: DataSet, modality: string): string {
  const named = (dataSet.string("x00541001") ?? dataSet.string("x00281054") ?? "").trim();
  // "US" is DICOM's word for unspecified.
  return modality === "CT" ? "HU" : named === "US" ? "" : named;
}

function frameStepOf(dataSet: DataSet, measures: DataSet): number | null {
  const [first, second] = numbers(dataSet, "x3004000c");
  if (first !== undefined && second !== undefined && second !== first) return second - first;
  return positive(numbers(measures, "x00180088")[0]);
}

function placesOf(dataSet: DataSet, frames: number): FramePlace[] {
  const listed = dataSet.elements["x52009230"]?.items?.length ?? 0;
  const top = numbers(dataSet, "x00200032");
  if (listed === 0) return [{ position: top.length === 3 ? (top as Vector) : null, segment: null }];
  return Array.from({ length: Math.min(frames, listed) }, (_, index) => {
    const position = numbers(functional(dataSet, "x00209113", index) ?? dataSet, "x00200032");
    const segment = functional(dataSet, "x0062000a", index)?.uint16("x0062000b");
    return {
      position: position.length === 3 ? (position as Vector) : null,
      segment: segment ?? null,
    };
  });
}
