/** A ZIP of a study is its files; entries are bounded so that a small file cannot fill the memory. */
import { unzipSync } from "fflate";
import { AppError } from "../../api/errors.ts";

const mostEntries = 5000;
const mostBytes = 4 * 1024 ** 3;
/** Deflate packs at most 1032 to 1. */
const mostGain = 1032;

/** The file itself where it is no ZIP; else its entries, named `zip/entry`. @throws badFile for a broken or oversized ZIP */
export function unzipped<File extends { name: string; bytes: Uint8Array }>(
  file: File,
): { name: string; bytes: Uint8Array }[] {
  const { name: zip, bytes: packed } = file;
  if (!(packed[0] === 0x50 && packed[1] === 0x4b && packed[2] === 0x03)) return [file];
  let entries = 0;
  let total = 0;
  try {
    const content = unzipSync(packed, {
      filter: ({ name, originalSize, size }) => {
        entries += 1;
        total += originalSize;
        if (entries > mostEntries || total > mostBytes || originalSize > size * mostGain + 64)
          throw new AppError(
            "badFile",
            `"${zip}" unpacks to more than ${mostEntries} files, ${mostBytes} bytes or ${mostGain} times its size.`,
          );
        return !name.endsWith("/");
      },
    });
    return Object.entries(content).map(([name, bytes]) => ({ name: `${zip}/${name}`, bytes }));
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError(
      "badFile",
      `"${zip}" cannot be read as ZIP: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
    );
  }
}
