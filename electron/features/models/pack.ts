/** Packs on disk: found, checked against their manifest, read. Nothing runs that was not checked first. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readFile, readdir, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { AppError } from "../../api/errors.ts";
import { parseManifest, type Manifest } from "./manifest.ts";

export type Pack = { folder: string; manifest: Manifest; bundled: boolean };

/** Reads a pack's manifest; the files are checked by `verifyPack` before each load. */
export async function readPack(folder: string, bundled: boolean): Promise<Pack> {
  const text = await readFile(join(folder, "manifest.json"), "utf8").catch(() => {
    throw new AppError("packInvalid", `"${folder}" has no manifest.json.`);
  });
  return { folder, manifest: parseManifest(text, folder), bundled };
}

/** Every folder below `folder` that holds a manifest. */
export async function packFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const candidates = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => join(folder, entry.name));
  const found = await Promise.all(
    candidates.map(async (path) =>
      (await lstat(join(path, "manifest.json")).catch(() => undefined)) ? path : undefined,
    ),
  );
  return found.filter((path) => path !== undefined);
}

/** The checked path of one of the pack's files. */
export function packFile(pack: Pack, path: string): string {
  if (!pack.manifest.files.some((file) => file.path === path)) {
    throw new AppError(
      "packInvalid",
      `${pack.manifest.id}: "${path}" is not among the manifest's files (${pack.manifest.files.map((file) => file.path).join(", ")}).`,
    );
  }
  return join(pack.folder, path);
}

/** Throws `packInvalid` or `packMismatch` unless every file is there, inside, no link, and as recorded. */
export async function verifyPack(pack: Pack): Promise<void> {
  const { id, files } = pack.manifest;
  const root = await realpath(pack.folder);
  for (const file of files) {
    const path = join(pack.folder, file.path);
    const stat = await lstat(path).catch(() => undefined);
    if (stat === undefined)
      throw new AppError("packInvalid", `${id}: the file "${file.path}" is missing.`);
    if (!stat.isFile())
      throw new AppError(
        "packInvalid",
        `${id}: "${file.path}" is a link or a folder; packs hold plain files only.`,
      );
    if (!(await realpath(path)).startsWith(root + sep))
      throw new AppError("packInvalid", `${id}: "${file.path}" lies outside the pack.`);
    if (stat.size !== file.bytes)
      throw new AppError(
        "packMismatch",
        `${id}: "${file.path}" has ${stat.size} bytes, its manifest says ${file.bytes}. Nothing was run.`,
      );
    const actual = await hashFile(path);
    if (actual !== file.sha256)
      throw new AppError(
        "packMismatch",
        `${id}: "${file.path}" does not match its recorded sha256. Nothing was run; install the pack again.`,
        { expected: file.sha256, actual },
      );
  }
}

export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, signal ? { signal } : {})) hash.update(chunk);
  return hash.digest("hex");
}
