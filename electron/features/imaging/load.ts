/** Reads image files and folders named on the command line. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { AppError } from "../../api/errors.ts";
import { dicomDirFiles } from "./dicomdir.ts";
import {
  dataFiles,
  openImages,
  refuseLarge,
  type ImageFile,
  type Opened,
  type OpenedSeries,
} from "./open.ts";
import { unzipped } from "./zip.ts";

const mostFiles = 20_000;

/** One file with those it cannot do without: the entries of a ZIP, a header's data, what a DICOMDIR names. */
async function fileWithParts(path: string): Promise<ImageFile[]> {
  const name = basename(path);
  refuseLarge(path, (await stat(path)).size);
  const bytes = new Uint8Array(await readFile(path));
  const parts = dicomDirFiles(bytes, name) ?? dataFiles(bytes, name).map((one) => basename(one));
  const files: ImageFile[] = unzipped({ name, bytes });
  for (const part of parts.slice(0, mostFiles)) {
    const found = await readFile(join(dirname(path), part)).catch(() => undefined);
    // One that is not there is told by what opens the header or the index.
    if (found) files.push({ name: part, bytes: new Uint8Array(found) });
  }
  return files;
}

/** A file, or every file of a folder and the folders in it, as DICOM media are laid out. */
async function filesOf(path: string): Promise<ImageFile[]> {
  const about = await stat(path).catch(() => undefined);
  if (about === undefined)
    throw new AppError("notFound", `There is no file or folder "${path}".`, { path });
  if (!about.isDirectory()) return fileWithParts(path);
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .toSorted();
  if (names.length > mostFiles)
    throw new AppError(
      "badInput",
      `"${path}" holds ${names.length} files; at most ${mostFiles} are read at once.`,
      { path },
    );
  const files: ImageFile[] = [];
  for (const name of names) {
    refuseLarge(name, (await stat(join(path, name))).size);
    files.push({ name, bytes: new Uint8Array(await readFile(join(path, name))) });
  }
  return files;
}

/** Every image, and what was made on images, in a file or folder. */
export async function loadImages(path: string, volume = 1): Promise<Opened> {
  return openImages(await filesOf(path), undefined, { volume });
}

/** The `--volume` of commands that read one image. @throws usage for what is no number from 1 on */
export function volumeOf(value: unknown): number {
  const volume = Number(value ?? 1);
  if (Number.isInteger(volume) && volume >= 1) return volume;
  throw new AppError("usage", `--volume takes a number from 1 on, not "${String(value)}".`);
}
export const volumeOption = {
  type: "string",
  help: "which volume of a four-dimensional NIfTI, NRRD or MetaImage file, counted from 1 (1)",
} as const;

/** The one series at `path`; of a folder with several, the one with most slices. @throws badFile with every reason */
export async function loadSeries(
  path: string,
  note: (text: string) => void,
  volume = 1,
): Promise<OpenedSeries> {
  const { series, derived, rejected } = await loadImages(path, volume);
  for (const { file, reason } of rejected) note(`${file}: ${reason}`);
  const [first, ...others] = series.toSorted((a, b) => b.volume.shape[2] - a.volume.shape[2]);
  if (first === undefined) {
    const [other] = derived;
    const reason = other
      ? `"${other.name}" is a DICOM ${other.kind}, which has no image of its own.`
      : `"${path}" holds no image.`;
    throw new AppError("badFile", rejected[0]?.reason ?? reason, { rejected });
  }
  for (const warning of first.warnings) note(warning);
  if (others.length > 0)
    note(
      `"${path}" holds ${series.length} series; the one with ${first.volume.shape[2]} slices is used.`,
    );
  return first;
}
