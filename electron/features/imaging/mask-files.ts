/** Masks to files, by the ending that the user chose. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../../api/errors.ts";
import type { ExpertCard, ExpertResult, Segmentation } from "../models/models.ts";
import { writeSegmentation, type SegmentToWrite } from "./dicom-seg-writer.ts";
import { writeNifti } from "./nifti.ts";
import type { OpenedSeries } from "./open.ts";
import { writeColourPng, writeLabelPng } from "./raster.ts";

/** Labels with the SNOMED codes of their pack, so that a SEG can be understood elsewhere. */
function coded(labels: Segmentation["labels"], card: ExpertCard | undefined): SegmentToWrite[] {
  return labels.map(({ id, name, color }) => {
    const snomed = card?.labels.find((label) => label.id === id)?.snomed;
    return { id, name, color, ...(snomed ? { snomed } : {}) };
  });
}

/** Whether a mask goes back as a picture, as its image came: PNG, JPEG, or a TIFF of one page. */
export function isPicture(format: OpenedSeries["format"], shape: readonly number[]): boolean {
  return format === "PNG" || format === "JPEG" || (format === "TIFF" && shape[2] === 1);
}

/** `.png` for one plane, `.nii`/`.nii.gz` on the image's grid, `.dcm` as DICOM SEG. @throws usage, unsupported */
export async function writeMask(
  series: OpenedSeries,
  result: ExpertResult & Segmentation,
  path: string,
  { palette, cards }: { palette: boolean; cards: readonly ExpertCard[] },
): Promise<void> {
  const { affine, shape } = series.volume;
  let bytes: Uint8Array;
  if (path.endsWith(".png")) {
    if (shape[2] !== 1)
      throw new AppError(
        "usage",
        "A volume's mask is written as .nii, .nii.gz or .dcm, not as .png.",
      );
    bytes = palette ? writeColourPng(result.mask, result.labels) : writeLabelPng(result.mask);
  } else if (/\.nii(\.gz)?$/.test(path)) {
    bytes = writeNifti({ ...result.mask, affine }, path.endsWith(".gz"));
  } else if (path.endsWith(".dcm")) {
    const labels = coded(
      result.labels,
      cards.find(({ id }) => id === result.expert),
    );
    bytes = writeSegmentation(
      { ...result.mask, affine },
      labels,
      { algorithm: result.expert, version: result.version, type: "AUTOMATIC" },
      series.source,
    );
  } else
    throw new AppError(
      "unsupported",
      `"${path}": masks are written as .png, .nii, .nii.gz or .dcm.`,
    );
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
