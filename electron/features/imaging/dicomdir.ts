/** DICOMDIR: the index of a medium (PS3.3 annex F). It has no image itself; it names the files that do. */
import { isDicom, readDataSet } from "./dicom.ts";

const mediaStorageDirectory = "1.2.840.10008.1.3.10";
const mostRecords = 100_000;

/** The files that a DICOMDIR names, `/` between folders, each once; null where the bytes are no DICOMDIR. */
export function dicomDirFiles(bytes: Uint8Array, name: string): string[] | null {
  if (!isDicom(bytes) || !namesDirectory(bytes)) return null;
  const records = readDataSet(bytes, name).elements["x00041220"]?.items ?? [];
  const files = records.slice(0, mostRecords).flatMap(({ dataSet }) => {
    const parts = (dataSet?.string("x00041500") ?? "").split("\\").map((part) => part.trim());
    // A medium's index may only point into the medium.
    return parts.some((part) => part === "" || part === "." || part === ".." || /[/\0]/.test(part))
      ? []
      : [parts.join("/")];
  });
  return [...new Set(files)];
}

/** The class stands in the first elements, so a whole study is not parsed to ask whether it is an index. */
function namesDirectory(bytes: Uint8Array): boolean {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 1024));
  const at = head.indexOf(mediaStorageDirectory);
  return at >= 0 && !/[0-9.]/.test(head[at + mediaStorageDirectory.length] ?? "");
}
