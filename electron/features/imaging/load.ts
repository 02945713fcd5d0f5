/** Reads image files and folders named on the command line. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { AppError } from "../../api/errors.ts";
import { openImages, type ImageFile, type OpenedSeries } from "./open.ts";

const mostFiles = 20_000;

/** A file, or every file of a folder and the folders in it, as DICOM media are laid out. */
async function filesOf(path: string): Promise<ImageFile[]> {
  const about = await stat(path).catch(() => undefined);
  if (about === undefined)
    throw new AppError("notFound", `There is no file or folder "${path}".`, { path });
  if (!about.isDirectory())
    return [{ name: basename(path), bytes: new Uint8Array(await readFile(path)) }];
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
  for (const name of names)
    files.push({ name, bytes: new Uint8Array(await readFile(join(path, name))) });
  return files;
}

/** The one series at `path`; of a folder with several, the one with most slices. @throws badFile with every reason */
export async function loadSeries(
  path: string,
  note: (text: string) => void,
): Promise<OpenedSeries> {
  const { series, rejected } = await openImages(await filesOf(path));
  for (const { file, reason } of rejected) note(`${file}: ${reason}`);
  const [first, ...others] = series.toSorted((a, b) => b.volume.shape[2] - a.volume.shape[2]);
  if (first === undefined)
    throw new AppError("badFile", rejected[0]?.reason ?? `"${path}" holds no image.`, { rejected });
  for (const warning of first.warnings) note(warning);
  if (others.length > 0)
    note(
      `"${path}" holds ${series.length} series; the one with ${first.volume.shape[2]} slices is used.`,
    );
  return first;
}
