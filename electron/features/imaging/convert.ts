/** `evidesk convert-image`: what opens, to a DICOM series, DICOM SEG, NIfTI or NRRD, geometry kept. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "../../command.ts";
import { AppError } from "../../api/errors.ts";
import { voxelCount } from "../../api/volume.ts";
import { writeSeries } from "./dicom-export.ts";
import { writeSegmentation, type SegmentToWrite } from "./dicom-seg-writer.ts";
import { rowsOf } from "./geometry.ts";
import { labelColour } from "./label-colours.ts";
import { labelIds } from "./label-map.ts";
import { attach } from "./derived/attach.ts";
import { loadImages, loadSeries, volumeOf, volumeOption } from "./load.ts";
import { writeNifti } from "./nifti.ts";
import { writeNrrd } from "./nrrd-writer.ts";
import type { OpenedSeries } from "./open.ts";

function segmentation(
  series: OpenedSeries,
  reference: OpenedSeries | undefined,
  out: string,
): Uint8Array {
  const ids = labelIds(series.volume);
  if (ids === null || ids.length === 0)
    throw new AppError(
      "unsupported",
      `"${out}": only a label map (whole numbers 0 to 255, not all 0) becomes a DICOM SEG; give a folder to write an image as a DICOM series.`,
    );
  const { shape, affine } = series.volume;
  if (
    reference &&
    (reference.volume.shape.join() !== shape.join() ||
      reference.volume.affine.some((value, at) => Math.abs(value - (affine[at] as number)) > 0.01))
  ) {
    throw new AppError(
      "badInput",
      `The label map (${shape.join(" × ")}) does not lie on the reference's grid (${reference.volume.shape.join(" × ")}).`,
    );
  }
  const names = new Map((series.labels ?? []).map(({ id, name }) => [id, name]));
  const labels = ids.map((id, at): SegmentToWrite => ({
    id,
    name: names.get(id) || `Label ${id}`,
    color: labelColour(at),
  }));
  const data = Uint8Array.from(
    { length: voxelCount(shape) },
    (_, at) => series.volume.data[at] as number,
  );
  return writeSegmentation(
    { shape, data, affine },
    labels,
    { algorithm: "converted", version: "1", type: "MANUAL" },
    reference?.source ?? [],
  );
}

/**
 * An RT structure set drawn on the voxels of its series; structures that share voxels come as further label
 * maps. Null where `input` is none. @throws usage without the series, badInput where it was drawn on another
 */
async function fromStructures(
  input: string,
  reference: OpenedSeries | undefined,
  note: (text: string) => void,
): Promise<OpenedSeries[] | null> {
  const { series, derived } = await loadImages(input);
  const [structures] = derived;
  if (series.length > 0 || structures?.kind !== "RTSTRUCT") return null;
  if (reference === undefined)
    throw new AppError(
      "usage",
      `"${input}" is a structure set, which has no voxels of its own: name its DICOM series with --reference.`,
    );
  const { volume, dicom, format } = reference;
  const target = {
    id: "",
    shape: volume.shape,
    affine: volume.affine,
    ...(dicom ? { dicom } : {}),
  };
  const attached = await attach(structures, [target]);
  if (attached.kind !== "masks") return null;
  for (const warning of attached.warnings) note(warning);
  return attached.layers.map(({ data, labels }) => ({
    ...{ format, files: [input], warnings: [], sides: "known", sizes: reference.sizes },
    volume: { ...volume, data, channels: 1, modality: "SEG", units: "label" },
    labels: labels.map(({ id, name, color }) => ({ id, name, color })),
  }));
}

/** OUT for the first, then OUT with a number before its ending. */
const numbered = (out: string, at: number): string =>
  at === 0 ? out : out.replace(/(\.nii\.gz|\.[^./]+)$/, `-${at + 1}$1`);

export const convertImage: Command = {
  summary:
    "Convert DICOM, SEG, RT structure sets, NIfTI, NRRD, MetaImage or TIFF to DICOM, SEG, NIfTI or NRRD, geometry kept.",
  usage: "convert-image IN OUT [--reference DICOM] [--modality CT|MR] [--volume N]",
  options: {
    volume: volumeOption,
    reference: {
      type: "string",
      help: "the DICOM series that a SEG belongs to, or that a structure set was drawn on",
    },
    modality: {
      type: "string",
      help: "what a NIfTI image is, for the DICOM series written from it",
    },
  },
  async run({ positionals: [input, out], values }, context) {
    if (!input || !out) throw new AppError("usage", `Usage: evidesk ${this.usage}`);
    const reference =
      typeof values["reference"] === "string"
        ? await loadSeries(values["reference"], context.progress)
        : undefined;
    const structures = await fromStructures(input, reference, context.progress);
    const [series, ...further] = structures ?? [
      await loadSeries(input, context.progress, volumeOf(values["volume"])),
    ];
    if (series === undefined) throw new AppError("badInput", `"${input}" marks nothing.`);
    const { volume } = series;
    if (series.sides === "unknown")
      context.progress(
        `${input} does not say where the patient's left is; what is written cannot say it either, whatever its header holds. Check the sides before anyone reads it.`,
      );
    if (volume.channels !== 1)
      throw new AppError(
        "unsupported",
        "Colour images are not converted; NIfTI, NRRD and DICOM series are written in grey.",
      );
    let files = [out];
    if (/\.(nii|nii\.gz|nrrd|dcm)$/.test(out)) {
      files = [];
      for (const [at, one] of [series, ...further].entries()) {
        const path = numbered(out, at);
        await write(path, bytesFor(path, one, reference));
        files.push(path);
      }
    } else if (/\.[A-Za-z]{2,5}$/.test(out))
      throw new AppError(
        "unsupported",
        `"${out}": images are written as .nii, .nii.gz, .nrrd, .dcm (SEG) or into a folder (DICOM series).`,
      );
    else {
      const written = writeSeries(
        typeof values["modality"] === "string"
          ? { ...volume, modality: values["modality"].toUpperCase() }
          : volume,
      );
      for (const { name, bytes } of written) await write(join(out, name), bytes);
      files = written.map(({ name }) => join(out, name));
    }
    return {
      shape: volume.shape,
      spacing: volume.spacing,
      affine: rowsOf(volume.affine),
      modality: volume.modality,
      ...(series.labels
        ? { labels: [series, ...further].flatMap(({ labels = [] }) => labels) }
        : {}),
      files,
    };
  },
};

function bytesFor(
  path: string,
  series: OpenedSeries,
  reference: OpenedSeries | undefined,
): Uint8Array {
  if (path.endsWith(".dcm")) return segmentation(series, reference, path);
  if (path.endsWith(".nrrd")) return writeNrrd(series.volume);
  return writeNifti(series.volume, path.endsWith(".gz"));
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
