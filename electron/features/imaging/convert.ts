/** `evidesk convert-image`: what opens, to a DICOM series, DICOM SEG, NIfTI or NRRD, geometry kept. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "../../command.ts";
import { AppError } from "../../api/errors.ts";
import { segmentation } from "./convert-seg.ts";
import { writeSeries } from "./dicom-export.ts";
import { rowsOf } from "./geometry.ts";
import { sidecarPath } from "./mask-sidecar.ts";
import { attach } from "./derived/attach.ts";
import { loadImages, loadSeries, volumeOf, volumeOption } from "./load.ts";
import { writeNifti } from "./nifti.ts";
import { sidecarFor, withSidecar } from "./sidecar-files.ts";
import { writeNrrd } from "./nrrd-writer.ts";
import type { OpenedSeries } from "./open.ts";

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
    const modality = modalityOf(values["modality"]);
    const isFile = /\.(nii|nii\.gz|nrrd|dcm)$/.test(out);
    if (!isFile) await refuseFolder(out);
    const warnings: string[] = [];
    const note = (text: string): void => {
      warnings.push(text);
      context.progress(text);
    };
    const reference =
      typeof values["reference"] === "string"
        ? await loadSeries(values["reference"], context.progress)
        : undefined;
    const structures = await fromStructures(input, reference, note);
    const [series, ...further] = structures ?? [
      await withSidecar(input, await loadSeries(input, note, volumeOf(values["volume"])), note),
    ];
    if (series === undefined) throw new AppError("badInput", `"${input}" marks nothing.`);
    const { volume } = series;
    if (series.sides === "unknown")
      note(
        `${input} does not say where the patient's left is; what is written cannot say it either, whatever its header holds. Check the sides before anyone reads it.`,
      );
    if (volume.channels !== 1)
      throw new AppError(
        "unsupported",
        "Colour images are not converted; NIfTI, NRRD and DICOM series are written in grey.",
      );
    const files: string[] = [];
    if (isFile) {
      for (const [at, one] of [series, ...further].entries()) {
        const path = numbered(out, at);
        const beside = await sidecarFor(path, one);
        await write(path, bytesFor(path, one, reference, note));
        files.push(path);
        if (beside === null) continue;
        await write(sidecarPath(path), beside);
        files.push(sidecarPath(path));
      }
    } else
      for (const { name, bytes } of writeSeries(modality ? { ...volume, modality } : volume)) {
        await write(join(out, name), bytes);
        files.push(join(out, name));
      }
    return {
      shape: volume.shape,
      spacing: volume.spacing,
      affine: rowsOf(volume.affine),
      modality: modality ?? volume.modality,
      ...(series.labels
        ? { labels: [series, ...further].flatMap(({ labels = [] }) => labels) }
        : {}),
      files,
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
};

/** @throws usage for what no series of its own is written as */
function modalityOf(said: unknown): string | undefined {
  if (said === undefined) return undefined;
  const modality = String(said).toUpperCase();
  if (modality === "CT" || modality === "MR") return modality;
  throw new AppError("usage", `--modality takes CT or MR, not "${String(said)}".`, {
    valid: ["CT", "MR"],
  });
}

/** Two series in one folder are one wrong series to whoever opens it. @throws unsupported, conflict */
async function refuseFolder(out: string): Promise<void> {
  if (/\.[A-Za-z]{2,5}$/.test(out))
    throw new AppError(
      "unsupported",
      `"${out}": images are written as .nii, .nii.gz, .nrrd, .dcm (SEG) or into a folder (DICOM series).`,
    );
  const held = await readdir(out).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === "ENOENT") return [];
    if (thrown.code === "ENOTDIR")
      throw new AppError("conflict", `"${out}" is a file; name a folder for the DICOM series.`);
    throw thrown;
  });
  if (held.length > 0)
    throw new AppError(
      "conflict",
      `"${out}" holds ${held.length} ${held.length === 1 ? "file" : "files"} (${held[0]}…): a DICOM series is written into a new or empty folder, so that nothing is replaced or mixed. Nothing was written.`,
      { path: out, files: held.length },
    );
}

function bytesFor(
  path: string,
  series: OpenedSeries,
  reference: OpenedSeries | undefined,
  note: (text: string) => void,
): Uint8Array {
  if (path.endsWith(".dcm")) return segmentation(series, reference, path, note);
  if (path.endsWith(".nrrd")) return writeNrrd(series.volume);
  return writeNifti(series.volume, path.endsWith(".gz"));
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
