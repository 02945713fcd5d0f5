/** Any image file or set of files to volumes, by content and never by name. */
import { AppError } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import { isDicom, readDicom, type DicomFile } from "./dicom.ts";
import { isSegmentation, readSegmentation, segmentLabels, type SegmentLabel } from "./dicom-seg.ts";
import { dicomVolume, groupSeries } from "./dicom-volume.ts";
import { isNifti, openNifti } from "./nifti.ts";
import { isJpeg, isPng, readJpeg, readPng } from "./raster.ts";

export type ImageFile = { name: string; bytes: Uint8Array };
export type OpenedSeries = {
  volume: Volume;
  format: "DICOM" | "NIfTI" | "PNG" | "JPEG";
  files: string[];
  warnings: string[];
  transferSyntax?: string;
  window?: { centre: number; width: number };
  /** MONOCHROME1: a value and the value it is shown as add up to this. */
  inverted?: number;
  /** Names of the labels of a segmentation. */
  labels?: SegmentLabel[];
  /** Headers in the volume's order, for objects that must refer to their source. */
  source?: DicomFile[];
};
export type Opened = { series: OpenedSeries[]; rejected: { file: string; reason: string }[] };

/** Opens what can be opened; a file that cannot is named with its reason and the others go on. */
export async function openImages(
  files: readonly ImageFile[],
  onProgress?: (done: number, total: number) => void,
): Promise<Opened> {
  const opened: Opened = { series: [], rejected: [] };
  const dicom: DicomFile[] = [];
  for (const { name, bytes: given } of files) {
    // Node's Buffer is a Uint8Array whose slice() is no copy; the readers need the plain kind.
    const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
    try {
      const single = openSingle(bytes, name);
      if (single) opened.series.push(single);
      else dicom.push(readDicom(bytes, name));
    } catch (thrown) {
      opened.rejected.push({ file: name, reason: reasonOf(thrown) });
    }
  }
  for (const group of groupSeries(dicom)) {
    try {
      opened.series.push(await openDicomSeries(group, onProgress));
    } catch (thrown) {
      for (const { name } of group) opened.rejected.push({ file: name, reason: reasonOf(thrown) });
    }
  }
  return opened;
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

async function openDicomSeries(
  group: DicomFile[],
  onProgress?: (done: number, total: number) => void,
): Promise<OpenedSeries> {
  const first = group[0] as DicomFile;
  const { transferSyntax } = first;
  if (isSegmentation(first)) {
    const warnings: string[] = [];
    const volume = await readSegmentation(first, warnings);
    return {
      volume,
      format: "DICOM",
      files: [first.name],
      warnings,
      transferSyntax,
      labels: segmentLabels(first.dataSet),
      source: [first],
    };
  }
  const { volume, warnings, files, inverted } = await dicomVolume(group, onProgress);
  const named = new Map(group.map((file) => [file.name, file]));
  return {
    volume,
    format: "DICOM",
    files,
    warnings,
    transferSyntax,
    source: files.flatMap((name) => named.get(name) ?? []),
    ...(first.window ? { window: first.window } : {}),
    ...(inverted === undefined ? {} : { inverted }),
  };
}

function openSingle(bytes: Uint8Array, name: string): OpenedSeries | null {
  const single = (format: OpenedSeries["format"], volume: Volume): OpenedSeries => ({
    volume,
    format,
    files: [name],
    warnings: [],
  });
  if (bytes.length === 0) throw new AppError("badFile", `"${name}" is empty.`);
  if (isPng(bytes)) return single("PNG", readPng(bytes, name));
  if (isJpeg(bytes)) return single("JPEG", readJpeg(bytes, name));
  if ((bytes[0] === 0x1f && bytes[1] === 0x8b) || isNifti(bytes))
    return { format: "NIfTI", files: [name], ...openNifti(bytes, name) };
  if (isDicom(bytes)) return null;
  throw new AppError(
    "badFile",
    `"${name}" is no image that can be opened (DICOM, NIfTI, PNG and JPEG can).`,
  );
}
