/** How large a DICOM pixel is, and in which plane: in the patient, at the detector, or on a scanned film. */
import type { DataSet } from "dicom-parser";

/**
 * `spacing` is millimetres between row centres and between column centres, null where the file gives
 * none; `aspect` is then the height of a pixel in widths of a pixel. `plane` says where the millimetres hold.
 */
export type PixelScale = {
  spacing: [row: number, column: number] | null;
  aspect: number;
  plane: "patient" | "corrected" | "detector" | "film" | "unstated";
  /** A sentence to show beside every length of this image; absent where lengths hold in the patient. */
  note?: string;
};

/** Images that are shadows: what lies nearer to the tube is drawn larger. */
const projections = new Set(["CR", "DX", "DR", "RG", "MG", "IO", "PX", "RF", "XA"]);
/** A mammogram's magnification view reaches about 2; more is no radiograph of a patient. */
const mostMagnified = 4;

const pair = (dataSet: DataSet, tag: string): [number, number] | null => {
  const [row = 0, column = 0] = (dataSet.string(tag) ?? "").split("\\").map(Number.parseFloat);
  return row > 0 && column > 0 && Number.isFinite(row + column) ? [row, column] : null;
};
const shown = ([row, column]: [number, number]): string =>
  row === column ? `${row} mm` : `${column} × ${row} mm`;

/**
 * PS3.3 10.7.1: Pixel Spacing holds in the patient, in a projection only where it was calibrated
 * (it then differs from Imager Pixel Spacing, or says how); Imager Pixel Spacing (0018,1164) holds at the
 * detector and is divided by Estimated Radiographic Magnification Factor (0018,1114) where there is one.
 */
export function pixelScale(dataSet: DataSet, measures: DataSet, modality: string): PixelScale {
  const inPatient = pair(measures, "x00280030");
  const imager = pair(dataSet, "x00181164");
  const aspect = aspectOf(dataSet);
  if (!projections.has(modality)) {
    if (inPatient) return { spacing: inPatient, aspect: 1, plane: "patient" };
    const scanned = pair(dataSet, "x00182010");
    if (scanned) return film(scanned);
    return imager ? atDetector(dataSet, imager) : { spacing: null, aspect, plane: "unstated" };
  }
  const calibration = (dataSet.string("x00280a02") ?? "").trim();
  const differs = imager !== null && inPatient !== null && !alike(imager, inPatient);
  if (inPatient && (calibration !== "" || differs)) {
    const how = (dataSet.string("x00280a04") ?? "").trim();
    return {
      spacing: inPatient,
      aspect: 1,
      plane: "corrected",
      note: `Lengths are calibrated by the file${calibration ? ` (${calibration.toLowerCase()}${how ? `: ${how}` : ""})` : ""}; they hold at one depth in the patient only.`,
    };
  }
  if (imager) return atDetector(dataSet, imager);
  if (inPatient)
    return {
      spacing: inPatient,
      aspect: 1,
      plane: "unstated",
      note: `The file does not say where its pixel spacing of ${shown(inPatient)} holds: lengths may be those at the detector, larger than in the patient.`,
    };
  const scanned = pair(dataSet, "x00182010");
  return scanned ? film(scanned) : { spacing: null, aspect, plane: "unstated" };
}

const alike = (a: [number, number], b: [number, number]): boolean =>
  Math.abs(a[0] - b[0]) < 1e-5 * a[0] && Math.abs(a[1] - b[1]) < 1e-5 * a[1];

const film = (spacing: [number, number]): PixelScale => ({
  spacing,
  aspect: 1,
  plane: "film",
  note: "Lengths are those on the scanned film, which is larger than the patient.",
});

function atDetector(dataSet: DataSet, imager: [number, number]): PixelScale {
  const factor = Number.parseFloat(dataSet.string("x00181114") ?? "");
  if (factor >= 1 && factor <= mostMagnified)
    return {
      spacing: [imager[0] / factor, imager[1] / factor],
      aspect: 1,
      plane: "corrected",
      note: `Lengths are corrected from the detector to the patient by the file's estimated magnification of ${factor}.`,
    };
  return {
    spacing: imager,
    aspect: 1,
    plane: "detector",
    note: `Lengths are those at the detector (${shown(imager)} a pixel), larger than in the patient; the file gives ${Number.isNaN(factor) ? "no magnification" : `a magnification of ${factor}, which cannot be`}.`,
  };
}

/** Pixel Aspect Ratio (0028,0034): vertical to horizontal size. */
function aspectOf(dataSet: DataSet): number {
  const [vertical = 0, horizontal = 0] = (dataSet.string("x00280034") ?? "")
    .split("\\")
    .map(Number.parseFloat);
  const ratio = vertical / horizontal;
  return ratio > 0.1 && ratio < 10 ? ratio : 1;
}
