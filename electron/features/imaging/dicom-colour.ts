/** Stored DICOM pixels to grey values or planar RGB: photometric interpretations, palettes, modality tables. */
import type { DataSet } from "dicom-parser";
import { AppError } from "../../api/errors.ts";
import type { Voxels } from "../../api/volume.ts";
import type { DicomFile } from "./dicom.ts";
import { ycbcrToRgb } from "./dicom-codecs.ts";
import type { Decoded } from "./frame-values.ts";

type Table = { first: number; values: Float64Array };

/** Grey as it is stored; colour as 8-bit planar RGB, channel after channel. */
export function colourOf(decoded: Decoded, file: DicomFile): { data: Voxels; channels: number } {
  const { frame, dataSet } = file;
  const plane = frame.rows * frame.columns;
  if (frame.photometric === "PALETTE COLOR")
    return { data: throughPalette(decoded.data, dataSet, plane, file.name), channels: 3 };
  if (frame.samples < 3) return { data: decoded.data, channels: 1 };
  const shift = decoded.data instanceof Uint8Array ? 1 : 2 ** Math.max(0, frame.bitsStored - 8);
  const mixed = new Uint8Array(plane * 3);
  for (let at = 0; at < plane; at += 1) {
    for (let c = 0; c < 3; c += 1)
      mixed[at * 3 + c] = Math.floor(
        (decoded.data[decoded.planar ? c * plane + at : at * frame.samples + c] as number) / shift,
      );
  }
  const rgb =
    !decoded.isRgb && frame.photometric.startsWith("YBR_FULL") ? ycbcrToRgb(mixed) : mixed;
  const out = new Uint8Array(plane * 3);
  for (let at = 0; at < plane; at += 1)
    for (let c = 0; c < 3; c += 1) out[c * plane + at] = rgb[at * 3 + c] as number;
  return { data: out, channels: 3 };
}

/** A look-up table from its descriptor (count, first value, bits) and data. */
function tableOf(dataSet: DataSet, descriptor: string, data: string): Table | null {
  const element = dataSet.elements[data];
  const count = dataSet.uint16(descriptor, 0);
  if (element === undefined || count === undefined) return null;
  const entries = count === 0 ? 65536 : count;
  const bits = dataSet.uint16(descriptor, 2) ?? 16;
  const bytesPer = element.length >= entries * 2 ? 2 : 1;
  if (element.length < entries * bytesPer) return null;
  const values = Float64Array.from({ length: entries }, (_, at) =>
    bytesPer === 2
      ? (dataSet.uint16(data, at) ?? 0)
      : (dataSet.byteArray[element.dataOffset + at] ?? 0),
  );
  const signed = dataSet.uint16("x00280103") === 1;
  const first = (signed ? dataSet.int16(descriptor, 1) : dataSet.uint16(descriptor, 1)) ?? 0;
  return { first, values: bits > 8 && bytesPer === 2 ? values : values.map((value) => value) };
}

const look = (table: Table, value: number): number =>
  table.values[Math.min(table.values.length - 1, Math.max(0, value - table.first))] as number;

function throughPalette(data: Voxels, dataSet: DataSet, plane: number, name: string): Uint8Array {
  const out = new Uint8Array(plane * 3);
  for (let c = 0; c < 3; c += 1) {
    const table = tableOf(dataSet, `x0028110${c + 1}`, `x0028120${c + 1}`);
    if (table === null)
      throw new AppError(
        "unsupported",
        `"${name}": its colour palette is segmented or missing; only plain palettes are read.`,
      );
    // Palettes of 16 bits often hold 8-bit colours in the low byte; the largest entry tells which.
    const wide = table.values.some((value) => value > 255);
    for (let at = 0; at < plane; at += 1)
      out[c * plane + at] = look(table, data[at] as number) / (wide ? 256 : 1);
  }
  return out;
}

/** The modality LUT (0028,3000), which takes the place of slope and intercept; null without one. */
export function modalityTable(dataSet: DataSet): ((data: Voxels) => Voxels) | null {
  const item = dataSet.elements["x00283000"]?.items?.[0]?.dataSet;
  const table = item ? tableOf(item, "x00283002", "x00283006") : null;
  if (table === null) return null;
  const signed = dataSet.uint16("x00280103") === 1;
  const first =
    (signed ? item?.int16("x00283002", 1) : item?.uint16("x00283002", 1)) ?? table.first;
  const placed = { ...table, first };
  return (data) => Float32Array.from(data, (value) => look(placed, value));
}
