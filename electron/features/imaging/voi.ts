/** From a value to a grey: DICOM's window functions and VOI look-up tables (PS3.3 C.11.2). */
import type { DataSet } from "dicom-parser";
import type { Series } from "../../api/schemas/imaging.ts";

export type Voi = NonNullable<Series["voi"]>;
export type Window = { centre: number; width: number };

/** What the file asks for beside a linear window; absent for a plain one. */
export function voiOf(dataSet: DataSet, shown: DataSet): Voi | undefined {
  const name = (shown.string("x00281056") ?? "").trim();
  const shape = name === "SIGMOID" || name === "LINEAR_EXACT" ? name : "LINEAR";
  const item = dataSet.elements["x00283010"]?.items?.[0]?.dataSet;
  const table = item && tableOf(item, dataSet.uint16("x00280103") === 1);
  if (!table && shape === "LINEAR") return undefined;
  return { function: shape, ...(table ? { table } : {}) };
}

function tableOf(item: DataSet, signed: boolean): Voi["table"] {
  const data = item.elements["x00283006"];
  const listed = item.uint16("x00283002", 0) ?? 0;
  const entries = listed === 0 ? 65536 : listed;
  const first = (signed ? item.int16("x00283002", 1) : item.uint16("x00283002", 1)) ?? 0;
  const bits = item.uint16("x00283002", 2) ?? 16;
  if (data === undefined) return undefined;
  const bytesPer = data.length >= entries * 2 ? 2 : 1;
  if (data.length < entries * bytesPer) return undefined;
  const values = Array.from({ length: entries }, (_, at) =>
    bytesPer === 2
      ? (item.uint16("x00283006", at) ?? 0)
      : (item.byteArray[data.dataOffset + at] ?? 0),
  );
  return { first, top: 2 ** Math.min(16, Math.max(1, bits)) - 1, values };
}

/** The grey of a value, 0 (black) to 255 (white), not rounded. A table goes before a window. */
export function greyOf(value: number, window: Window, voi?: Voi): number {
  const table = voi?.table;
  if (table) {
    const at = Math.min(table.values.length - 1, Math.max(0, Math.round(value) - table.first));
    return ((table.values[at] ?? 0) / table.top) * 255;
  }
  const { centre, width } = window;
  switch (voi?.function) {
    case "SIGMOID":
      return 255 / (1 + Math.exp((-4 * (value - centre)) / width));
    case "LINEAR_EXACT":
      return clamp(((value - centre) / width + 0.5) * 255);
    default:
      if (value <= centre - 0.5 - (width - 1) / 2) return 0;
      if (value > centre - 0.5 + (width - 1) / 2) return 255;
      return ((value - (centre - 0.5)) / (width - 1) + 0.5) * 255;
  }
}

const clamp = (grey: number): number => Math.min(255, Math.max(0, grey));
