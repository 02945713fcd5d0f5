/** Any image file or set of files to volumes, by content and never by name. */
import { AppError } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import { isDicom, readDicom, type DicomFile } from "./dicom.ts";
import { dicomVolume, groupSeries } from "./dicom-volume.ts";
import { decoders, plainSyntaxes } from "./dicom-codecs.ts";
import { isNifti, readNifti } from "./nifti.ts";
import { isJpeg, isPng, readJpeg, readPng } from "./raster.ts";

export type ImageFile = { name: string; bytes: Uint8Array };
export type OpenedSeries = {
  volume: Volume;
  format: "DICOM" | "NIfTI" | "PNG" | "JPEG";
  files: string[];
  warnings: string[];
  transferSyntax?: string;
  window?: { centre: number; width: number };
};
export type Opened = { series: OpenedSeries[]; rejected: { file: string; reason: string }[] };

/** Opens what can be opened; a file that cannot is named with its reason and the others go on. */
export async function openImages(files: readonly ImageFile[], onProgress?: (done: number, total: number) => void): Promise<Opened> {
  const opened: Opened = { series: [], rejected: [] };
  const dicom: DicomFile[] = [];
  for (const { name, bytes } of files) {
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

async function openDicomSeries(group: DicomFile[], onProgress?: (done: number, total: number) => void): Promise<OpenedSeries> {
  const { volume, warnings, files } = await dicomVolume(group, onProgress);
  const first = group[0] as DicomFile;
  const transferSyntax = first.transferSyntax;
  const syntaxName = decoders[transferSyntax]?.name ?? plainSyntaxes[transferSyntax];
  return {
    volume, format: "DICOM", files, warnings: [...warnings, ...(syntaxName === undefined ? [`Unknown transfer syntax ${transferSyntax}.`] : [])], transferSyntax,
    ...(first.window ? { window: first.window } : {}),
  };
}

function openSingle(bytes: Uint8Array, name: string): OpenedSeries | null {
  const single = (format: OpenedSeries["format"], volume: Volume): OpenedSeries => ({ volume, format, files: [name], warnings: [] });
  if (bytes.length === 0) throw new AppError("badFile", `"${name}" is empty.`);
  if (isPng(bytes)) return single("PNG", readPng(bytes, name));
  if (isJpeg(bytes)) return single("JPEG", readJpeg(bytes, name));
  if (isDicom(bytes)) return null;
  if ((bytes[0] === 0x1f && bytes[1] === 0x8b) || isNifti(bytes)) return single("NIfTI", readNifti(bytes, name));
  throw new AppError("badFile", `"${name}" is no image that can be opened (DICOM, NIfTI, PNG and JPEG can).`);
}
