/** Pixels of one DICOM frame, decoded to stored values. */
import dicomParser, { type DataSet } from "dicom-parser";
import { AppError } from "../../api/errors.ts";
import type { Voxels } from "../../api/volume.ts";
import type { DicomFile } from "./dicom.ts";
import { decoders, plainSyntaxes } from "./dicom-codecs.ts";
import { typed, unpackBits, type Decoded, type Frame } from "./frame-values.ts";

type Element = DataSet["elements"][string];

const frameLimit = 512 * 1024 * 1024;

/** Stored pixel values of one frame, interleaved as decoded. @throws badFile, unsupported */
export async function readFrame(file: DicomFile, index: number): Promise<Decoded> {
  const { frame, transferSyntax } = file;
  const bytes = frame.rows * frame.columns * frame.samples * Math.ceil(frame.bitsAllocated / 8);
  if (bytes > frameLimit)
    throw new AppError(
      "badFile",
      `"${file.name}": a frame of ${frame.columns} × ${frame.rows} would take ${bytes} bytes; at most ${frameLimit} are read.`,
    );
  const element = file.dataSet.elements["x7fe00010"];
  if (element === undefined) return floatFrame(file, index);
  const codec = decoders[transferSyntax];
  if (codec === undefined) return correctBits(plainFrame(file, element, index), frame);
  try {
    return correctBits(await codec.decode(encapsulated(file, element, index), frame), frame);
  } catch (thrown) {
    const words = thrown instanceof Error ? thrown.message : String(thrown);
    // Engines say of a stream that ends too early where in their own memory it did.
    const reason = thrown instanceof RangeError ? "The stream breaks off." : words;
    throw new AppError(
      thrown instanceof AppError ? thrown.code : "badFile",
      `"${file.name}": the ${codec.name} pixels of frame ${index + 1} cannot be decoded. ${reason}`,
      thrown instanceof AppError ? thrown.data : undefined,
    );
  }
}

/** Clears what lies outside the stored bits (overlays, padding) and extends the sign from the highest stored bit (PS3.5 8.1.1). */
function correctBits(decoded: Decoded, frame: Frame): Decoded {
  const { data } = decoded;
  if (
    frame.bitsAllocated === 1 ||
    frame.bitsAllocated > 16 ||
    data instanceof Float32Array ||
    data instanceof Float64Array
  )
    return decoded;
  const native = data.BYTES_PER_ELEMENT * 8;
  const signed = data instanceof Int8Array || data instanceof Int16Array;
  if (frame.bitsStored >= native && signed === frame.signed) return decoded;
  const bits = Math.min(frame.bitsStored, native);
  const out = frame.signed
    ? new Int16Array(data.length)
    : native === 8
      ? new Uint8Array(data.length)
      : new Uint16Array(data.length);
  const mask = 2 ** bits - 1;
  const half = 2 ** (bits - 1);
  for (let at = 0; at < data.length; at += 1) {
    const value = (data[at] as number) & mask;
    out[at] = frame.signed && value >= half ? value - mask - 1 : value;
  }
  return { ...decoded, data: out };
}

function refuseShort(file: DicomFile, element: Element, index: number, size: number): number {
  const start = element.dataOffset + index * size;
  const there =
    Math.min(file.dataSet.byteArray.length, element.dataOffset + element.length) -
    element.dataOffset;
  if ((index + 1) * size > there) {
    throw new AppError(
      "badFile",
      `"${file.name}" ends inside its pixel data: ${file.frames} frame(s) of ${file.frame.columns} × ${file.frame.rows} need ${file.frames * size} bytes, ${Math.max(0, there)} are there.`,
    );
  }
  return start;
}

function plainFrame(file: DicomFile, element: Element, index: number): Decoded {
  const { frame } = file;
  if (plainSyntaxes[file.transferSyntax] === undefined) {
    const known = [
      ...Object.values(plainSyntaxes),
      ...Object.values(decoders).map(({ name }) => name),
    ];
    throw new AppError(
      "unsupported",
      `"${file.name}": the transfer syntax ${file.transferSyntax} is not supported (supported: ${known.join(", ")}).`,
    );
  }
  const source = file.dataSet.byteArray as Uint8Array;
  const pixels = frame.rows * frame.columns;
  if (frame.bitsAllocated === 1) {
    refuseShort(file, element, 0, Math.ceil(((index + 1) * pixels) / 8));
    return {
      data: unpackBits(source.subarray(element.dataOffset), index * pixels, pixels),
      planar: false,
      isRgb: false,
    };
  }
  if (![8, 16, 32].includes(frame.bitsAllocated))
    throw new AppError(
      "unsupported",
      `"${file.name}": pixels of ${frame.bitsAllocated} bits are not supported (1, 8, 16 and 32 are).`,
    );
  const halved = frame.photometric === "YBR_FULL_422" && frame.samples === 3;
  const size = (pixels * (halved ? 2 : frame.samples) * frame.bitsAllocated) / 8;
  const start = refuseShort(file, element, index, size);
  const big = file.transferSyntax.endsWith(".1.2.2");
  // Words are swapped from an even offset on, also where pixels are bytes (OW).
  const word =
    frame.bitsAllocated / 8 === 1 ? (element.vr === "OW" ? 2 : 1) : frame.bitsAllocated / 8;
  const raw =
    big && word > 1
      ? swapped(source, element, start, size, word)
      : source.slice(start, start + size);
  const planar = (file.dataSet.uint16("x00280006") ?? 0) === 1;
  return {
    data: typed(halved ? spread422(raw, pixels) : raw, frame),
    planar: planar && !halved,
    isRgb: false,
  };
}

function swapped(
  source: Uint8Array,
  element: Element,
  start: number,
  size: number,
  word: number,
): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => {
    const offset = start - element.dataOffset + at;
    const partner = offset - (offset % word) + word - 1 - (offset % word);
    return source[element.dataOffset + partner] as number;
  });
}

/** Y1 Y2 Cb Cr to one triple per pixel (PS3.3 C.7.6.3.1.2, YBR_FULL_422). */
function spread422(raw: Uint8Array, pixels: number): Uint8Array {
  const out = new Uint8Array(pixels * 3);
  for (let at = 0; at < pixels; at += 1) {
    const pair = Math.floor(at / 2) * 4;
    out[at * 3] = raw[pair + (at % 2)] as number;
    out[at * 3 + 1] = raw[pair + 2] as number;
    out[at * 3 + 2] = raw[pair + 3] as number;
  }
  return out;
}

/** Parametric maps hold 32- or 64-bit floats under other tags. */
function floatFrame(file: DicomFile, index: number): Decoded {
  const { dataSet, frame } = file;
  const wide = dataSet.elements["x7fe00009"];
  const element = dataSet.elements["x7fe00008"] ?? wide;
  if (element === undefined)
    throw new AppError("badFile", `"${file.name}" has an image header but no pixel data.`);
  const bytesPer = wide ? 8 : 4;
  const count = frame.rows * frame.columns;
  const start = refuseShort(file, element, index, count * bytesPer);
  const view = new DataView(
    dataSet.byteArray.buffer,
    dataSet.byteArray.byteOffset + start,
    count * bytesPer,
  );
  const little = !file.transferSyntax.endsWith(".1.2.2");
  const data: Voxels = wide
    ? Float64Array.from({ length: count }, (_, at) => view.getFloat64(at * 8, little))
    : Float32Array.from({ length: count }, (_, at) => view.getFloat32(at * 4, little));
  return { data, planar: false, isRgb: false };
}

function encapsulated(file: DicomFile, element: Element, index: number): Uint8Array<ArrayBuffer> {
  const fragments = element.fragments ?? [];
  if (fragments.length === 0) throw new AppError("badFile", "There are no compressed fragments.");
  const joined = (from: number, count: number): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(
      dicomParser.readEncapsulatedPixelDataFromFragments(file.dataSet, element, from, count),
    );
  if (file.frames === 1) return joined(0, fragments.length);
  if (fragments.length === file.frames) return joined(index, 1);
  if (fragments.length < file.frames)
    throw new AppError(
      "badFile",
      `The header promises ${file.frames} frames; there are ${fragments.length} compressed fragments.`,
    );
  const table = element.basicOffsetTable ?? [];
  if (table.length > 0)
    return Uint8Array.from(dicomParser.readEncapsulatedImageFrame(file.dataSet, element, index));
  return Uint8Array.from(
    dicomParser.readEncapsulatedImageFrame(
      file.dataSet,
      element,
      index,
      dicomParser.createJPEGBasicOffsetTable(file.dataSet, element),
    ),
  );
}
