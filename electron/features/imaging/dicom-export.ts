/** Volumes to DICOM: image series slice by slice, and what every object written here has in common. */
import { AppError } from "../../api/errors.ts";
import type { Volume, Voxels } from "../../api/volume.ts";
import type { DicomFile } from "./dicom.ts";
import { uid, writeDicom, type DicomElements } from "./dicom-writer.ts";
import { apply, column, dot, flipLpsRas, length, type Affine, type Vector } from "./geometry.ts";

export type WrittenFile = { name: string; bytes: Uint8Array };
const storage: Record<string, [uid: string, modality: string]> = {
  CT: ["1.2.840.10008.5.1.4.1.1.2", "CT"],
  MR: ["1.2.840.10008.5.1.4.1.1.4", "MR"],
};
const secondaryCapture: [string, string] = ["1.2.840.10008.5.1.4.1.1.7", "OT"];

type Place = { orientation: number[]; spacing: Vector; position: (k: number) => Vector };

/** Unit directions in LPS+ of rows and columns. @throws unsupported where they are not at right angles */
export function placeOf(affine: Affine): Place {
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

export const textOf = (file: DicomFile | undefined, tag: string): string =>
  file?.dataSet.string(`x${tag}`)?.trim() ?? "";

/** Patient and study as the source has them; new ones where there is no source. */
export function patientAndStudy(source: DicomFile | undefined, fresh: string): DicomElements {
  const now = new Date().toISOString();
  return {
    "00080005": ["CS", textOf(source, "00080005") || "ISO_IR 192"],
    "00080020": ["DA", textOf(source, "00080020") || now.slice(0, 10).replaceAll("-", "")],
    "00080030": ["TM", textOf(source, "00080030") || now.slice(11, 19).replaceAll(":", "")],
    "00080050": ["SH", textOf(source, "00080050")],
    "00080090": ["PN", textOf(source, "00080090")],
    "00100010": ["PN", textOf(source, "00100010")],
    "00100020": ["LO", textOf(source, "00100020")],
    "00100030": ["DA", textOf(source, "00100030")],
    "00100040": ["CS", textOf(source, "00100040")],
    "0020000d": ["UI", source?.study || uid(`study ${fresh}`)],
    "00200010": ["SH", textOf(source, "00200010")],
    "00200052": ["UI", textOf(source, "00200052") || uid(`frame ${fresh}`)],
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

/** What each class must have though a converted image does not know it: empty (type 2), or the plainest word (type 1). */
const unknownOf: Record<string, DicomElements> = {
  OT: { "00080064": ["CS", "WSD"], "00200020": ["CS", ""] },
  CT: { "00180060": ["DS", []] },
  MR: {
    "00180020": ["CS", "RM"],
    "00180021": ["CS", "NONE"],
    "00180022": ["CS", ""],
    "00180023": ["CS", ""],
    "00180080": ["DS", []],
    "00180081": ["DS", []],
    "00180091": ["IS", ""],
  },
};

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
    "00080008": ["CS", ["DERIVED", "SECONDARY", modality === "MR" ? "OTHER" : "AXIAL"]],
    "00080016": ["UI", sopClass],
    "00080060": ["CS", modality],
    "00180050": ["DS", place.spacing[2]],
    "00185100": ["CS", ""],
    "0020000e": ["UI", fresh],
    "00200011": ["IS", 1],
    "00200012": ["IS", ""],
    "00200037": ["DS", place.orientation],
    "00200060": ["CS", ""],
    "00201040": ["LO", ""],
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
    ...unknownOf[modality],
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
