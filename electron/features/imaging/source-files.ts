/** The DICOM headers and bytes that a stored series was opened from, in the series' order. */
import type { Series } from "../../api/schemas/imaging.ts";
import type { AssetStore } from "../review/assets.ts";
import { isDicom, readDicom, type DicomFile } from "./dicom.ts";
import { unzipped } from "./zip.ts";

type Entry = { name: string; bytes: Uint8Array };

/** What a stored source holds: itself, or the entries of a ZIP. */
export const entriesOf = (bytes: Uint8Array): Entry[] =>
  // Node's Buffer is a Uint8Array whose slice() is no copy; the readers need the plain kind.
  unzipped({ name: "", bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) });

/** The entry that a series names; files out of a ZIP are named "zip/entry". */
export function entryFor(entries: readonly Entry[], file: string): Entry | undefined {
  const [only] = entries;
  return entries.length === 1 && only?.name === ""
    ? only
    : entries.find(({ name }) => file.endsWith(name));
}

/** Empty for other formats, and where a source is no longer what the series names. */
export async function sourceFiles(
  series: Pick<Series, "format" | "files" | "sources" | "name">,
  assets: AssetStore,
): Promise<{ file: DicomFile; bytes: Uint8Array }[]> {
  if (series.format !== "DICOM") return [];
  const unpacked = new Map<string, Entry[]>();
  const out: { file: DicomFile; bytes: Uint8Array }[] = [];
  for (const [at, file] of series.files.entries()) {
    const id = series.sources[at];
    if (!id) return [];
    let entries = unpacked.get(id);
    if (entries === undefined) {
      const bytes = await assets.get(id);
      entries = entriesOf(bytes);
      unpacked.set(id, entries);
    }
    const found = entryFor(entries, file);
    if (found === undefined || !isDicom(found.bytes)) return [];
    out.push({ file: readDicom(found.bytes, file), bytes: found.bytes });
  }
  return out;
}
