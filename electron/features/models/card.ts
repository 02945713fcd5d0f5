/** A pack's card with its pictures, for the page. */
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { AppError } from "../../api/errors.ts";
import { picturesOf } from "./card-files.ts";
import type { Pack } from "./pack.ts";

const types: Record<string, string> = {
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
};
const mostBytes = 1 << 20;

/** Only pictures that the manifest lists, and no large ones. @throws packInvalid when the card is missing */
export async function readCard({ folder, manifest }: Pack) {
  const markdown = await readFile(join(folder, manifest.card), "utf8").catch(() => {
    throw new AppError("packInvalid", `${manifest.id}: its card "${manifest.card}" is missing.`);
  });
  const pictures: Record<string, string> = {};
  for (const path of picturesOf(markdown)) {
    const type = types[extname(path).toLowerCase()];
    const listed = manifest.files.find((file) => file.path === path);
    if (type === undefined || listed === undefined || listed.bytes > mostBytes) continue;
    const bytes = await readFile(join(folder, path)).catch(() => undefined);
    if (bytes) pictures[path] = `data:${type};base64,${bytes.toString("base64")}`;
  }
  return { markdown, pictures };
}
