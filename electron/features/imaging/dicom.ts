/** DICOM Part 10 files: parsed with dicom-parser, frames decoded, series put in geometric order. */
import { inflateRawSync } from "node:zlib";
import dicomParser, { type DataSet } from "dicom-parser";
import { AppError } from "../../api/errors.ts";
import { decoders, plainSyntaxes, typed, type Decoded, type Frame } from "./dicom-codecs.ts";
import type { Vector } from "./geometry.ts";

export type DicomFile = {
  name: string;
  bytes: Uint8Array;
  dataSet: DataSet;
  transferSyntax: string;
  modality: string;
  sopClass: string;
  study: string;
  series: string;
  instance: number;
  frames: number;
  frame: Frame;
  photometric: string;
  slope: number;
  intercept: number;
  window: { centre: number; width: number } | null;
  orientation: [Vector, Vector] | null;
  position: Vector | null;
  pixelSpacing: [number, number] | null;
  sliceThickness: number | null;
};

export function isDicom(bytes: Uint8Array): boolean {
  return bytes.length > 132 && bytes[128] === 0x44 && bytes[129] === 0x49 && bytes[130] === 0x43 && bytes[131] === 0x4d;
}

const numbers = (dataSet: DataSet, tag: string): number[] => (dataSet.string(tag) ?? "").split("\\").map((text) => Number.parseFloat(text)).filter((value) => Number.isFinite(value));

/** Enhanced objects keep geometry in functional groups; classic ones at the top. */
function functional(dataSet: DataSet, sequence: string): DataSet | undefined {
  for (const group of ["x52009229", "x52009230"]) {
    const found = dataSet.elements[group]?.items?.[0]?.dataSet?.elements[sequence]?.items?.[0]?.dataSet;
    if (found) return found;
  }
  return undefined;
}

function parse(bytes: Uint8Array, name: string): DataSet {
  try {
    const inflater = (whole: Uint8Array, position: number): Uint8Array => {
      const unpacked = inflateRawSync(whole.subarray(position), { maxOutputLength: 1 << 30 });
      const joined = new Uint8Array(position + unpacked.length);
      joined.set(whole.subarray(0, position));
      joined.set(unpacked, position);
      return joined;
    };
    return dicomParser.parseDicom(bytes, { inflater } as never);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : typeof thrown === "object" && thrown !== null && "exception" in thrown ? String(thrown.exception) : String(thrown);
    throw new AppError("badFile", `"${name}" cannot be read as DICOM: ${reason.slice(0, 200)}.`);
  }
}

/** Reads a file's header. @throws badFile where the file breaks off or holds no image. */
export function readDicom(bytes: Uint8Array, name: string): DicomFile {
  const dataSet = parse(bytes, name);
  const transferSyntax = dataSet.string("x00020010") ?? "1.2.840.10008.1.2";
  const rows = dataSet.uint16("x00280010") ?? 0;
  const columns = dataSet.uint16("x00280011") ?? 0;
  if (rows === 0 || columns === 0) throw new AppError("badFile", `"${name}" is DICOM (${dataSet.string("x00080060") ?? "no modality"}) but holds no image.`);
  const planePosition = functional(dataSet, "x00209113") ?? dataSet;
  const planeOrientation = functional(dataSet, "x00209116") ?? dataSet;
  const measures = functional(dataSet, "x00289110") ?? dataSet;
  const scaling = functional(dataSet, "x00289145") ?? dataSet;
  const orientation = numbers(planeOrientation, "x00200037");
  const position = numbers(planePosition, "x00200032");
  const spacing = numbers(measures, "x00280030");
  const imager = numbers(dataSet, "x00181164");
  const [centre] = numbers(dataSet, "x00281050");
  const [width] = numbers(dataSet, "x00281051");
  return {
    name, bytes, dataSet, transferSyntax,
    modality: (dataSet.string("x00080060") ?? "").trim(),
    sopClass: dataSet.string("x00080016") ?? "",
    study: dataSet.string("x0020000d") ?? "",
    series: dataSet.string("x0020000e") ?? "",
    instance: Number.parseInt(dataSet.string("x00200013") ?? "0", 10) || 0,
    frames: Math.max(1, Number.parseInt(dataSet.string("x00280008") ?? "1", 10) || 1),
    frame: { rows, columns, samples: dataSet.uint16("x00280002") ?? 1, bitsAllocated: dataSet.uint16("x00280100") ?? 8, signed: dataSet.uint16("x00280103") === 1 },
    photometric: (dataSet.string("x00280004") ?? "MONOCHROME2").trim(),
    slope: numbers(scaling, "x00281053")[0] ?? 1,
    intercept: numbers(scaling, "x00281052")[0] ?? 0,
    window: centre !== undefined && width !== undefined ? { centre, width } : null,
    orientation: orientation.length === 6 ? [orientation.slice(0, 3) as Vector, orientation.slice(3, 6) as Vector] : null,
    position: position.length === 3 ? (position as Vector) : null,
    pixelSpacing: spacing.length === 2 ? (spacing as [number, number]) : imager.length === 2 ? (imager as [number, number]) : null,
    sliceThickness: numbers(measures, "x00180050")[0] ?? null,
  };
}

/** Stored pixel values of one frame, interleaved as decoded. @throws badFile, unsupported */
export async function readFrame(file: DicomFile, index: number): Promise<Decoded> {
  const element = file.dataSet.elements["x7fe00010"];
  if (element === undefined) throw new AppError("badFile", `"${file.name}" has an image header but no pixel data.`);
  const { frame, transferSyntax } = file;
  const codec = decoders[transferSyntax];
  if (codec) {
    try {
      return await codec.decode(encapsulated(file, element, index), frame);
    } catch (thrown) {
      if (thrown instanceof AppError) throw thrown;
      throw new AppError("badFile", `"${file.name}": the ${codec.name} pixels cannot be decoded (${thrown instanceof Error ? thrown.message : String(thrown)}).`);
    }
  }
  if (plainSyntaxes[transferSyntax] === undefined) {
    const known = [...Object.values(plainSyntaxes), ...Object.values(decoders).map(({ name }) => name)];
    throw new AppError("unsupported", `"${file.name}": the transfer syntax ${transferSyntax} is not supported (supported: ${known.join(", ")}).`);
  }
  return plainFrame(file, element, index);
}

function plainFrame(file: DicomFile, element: { dataOffset: number; length: number }, index: number): Decoded {
  const { frame } = file;
  const bytesPerValue = frame.bitsAllocated > 8 ? Math.ceil(frame.bitsAllocated / 8) : 1;
  if (bytesPerValue > 2 || frame.bitsAllocated === 1) throw new AppError("unsupported", `"${file.name}": pixels of ${frame.bitsAllocated} bits are not supported (8 and 16 are).`);
  const size = frame.rows * frame.columns * frame.samples * bytesPerValue;
  const start = element.dataOffset + index * size;
  const source = file.dataSet.byteArray as Uint8Array;
  if (start + size > source.length || (index + 1) * size > element.length) {
    throw new AppError("badFile", `"${file.name}" ends inside its pixel data: frame ${index + 1} of ${frame.columns} × ${frame.rows} needs ${size} bytes, ${Math.max(0, Math.min(source.length, element.dataOffset + element.length) - start)} are there.`);
  }
  const raw = source.slice(start, start + size);
  if (file.transferSyntax.endsWith(".1.2.2") && bytesPerValue === 2) for (let at = 0; at < size; at += 2) [raw[at], raw[at + 1]] = [raw[at + 1] as number, raw[at] as number];
  return { data: typed(raw, frame), planar: (file.dataSet.uint16("x00280006") ?? 0) === 1, isRgb: false };
}

type Element = DataSet["elements"][string];

function encapsulated(file: DicomFile, element: Element, index: number): Uint8Array {
  try {
    const table = element.basicOffsetTable ?? [];
    if (table.length > 0) return Uint8Array.from(dicomParser.readEncapsulatedImageFrame(file.dataSet, element, index));
    const fragments = element.fragments ?? [];
    if (file.frames === 1) return Uint8Array.from(dicomParser.readEncapsulatedPixelDataFromFragments(file.dataSet, element, 0, fragments.length));
    if (fragments.length === file.frames) return Uint8Array.from(dicomParser.readEncapsulatedPixelDataFromFragments(file.dataSet, element, index, 1));
    return Uint8Array.from(dicomParser.readEncapsulatedImageFrame(file.dataSet, element, index, dicomParser.createJPEGBasicOffsetTable(file.dataSet, element)));
  } catch (thrown) {
    throw new AppError("badFile", `"${file.name}": the compressed pixels of frame ${index + 1} are broken (${thrown instanceof Error ? thrown.message : String(thrown)}).`);
  }
}
