/** Measurements as a table for a spreadsheet. */
import type { Study } from "../../../api/schemas/imaging.ts";
import type { Measurement } from "../../../api/schemas/reading.ts";
import { toCsv } from "../../export/sheets.ts";

const header = "image,slice,kind,label,name,value,unit,plane,by,at,id".split(",");

/** One line a value; slices count from 1 as on the screen; `plane` says where millimetres do not hold in the patient. */
export function measurementCsv(
  measurements: readonly Measurement[],
  images: Study["images"],
): string {
  const rows = measurements.flatMap((measurement) => {
    const series = images.find(({ id }) => id === measurement.seriesId);
    return measurement.values.map(({ name, value, unit }) => [
      ...[series?.name ?? "", String(measurement.slice + 1), measurement.kind, measurement.label],
      ...[name, String(value), unit, series?.scale?.plane ?? ""],
      ...[measurement.by, measurement.at, measurement.id],
    ]);
  });
  return toCsv([header, ...rows]);
}
