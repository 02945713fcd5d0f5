/** A chosen folder's files as a pack: only what its manifest names is sent. */
import { AppError } from "../../../electron/api/errors.ts";
import { putAsset } from "../../call.ts";

/** @throws packInvalid when the folder has no manifest.json at its top, or it names a file that is not there */
export async function uploadFolder(
  files: readonly File[],
): Promise<{ path: string; assetId: string }[]> {
  const inside = new Map(
    files.map((file) => [file.webkitRelativePath.split("/").slice(1).join("/"), file]),
  );
  const manifest = inside.get("manifest.json");
  if (manifest === undefined)
    throw new AppError("packInvalid", "This folder has no manifest.json at its top.");
  const wanted = new Set(["manifest.json", ...named(await manifest.text())]);
  const missing = [...wanted].filter((path) => !inside.has(path));
  if (missing.length > 0)
    throw new AppError(
      "packInvalid",
      `The folder's manifest.json names ${missing.join(", ")}, which it does not hold.`,
    );
  const uploads = [];
  for (const path of wanted) {
    const { id } = await putAsset(inside.get(path) as File);
    uploads.push({ path, assetId: id });
  }
  return uploads;
}

/** The paths in a manifest; what is wrong with it otherwise, the backend says. */
function named(text: string): string[] {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    return [];
  }
  const { card, files } = Object(manifest) as { card?: unknown; files?: unknown };
  return [card, ...(Array.isArray(files) ? files.map((file) => Object(file).path) : [])].filter(
    (path) => typeof path === "string",
  );
}
