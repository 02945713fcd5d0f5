/**
 * Brings a pack into the data folder: from a folder, a zip or a hub address. Everything is checked in a
 * staging folder first; one rename makes it installed, so a failure leaves nothing behind.
 */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import {
  copyFile,
  link,
  lstat,
  mkdir,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import type { z } from "zod";
import { AppError } from "../../../api/errors.ts";
import type { progressSchema } from "../../../api/schemas/ledger.ts";
import { parseManifest, type Manifest } from "../manifest.ts";
import { isInside } from "../manifest-steps.ts";
import { readPack, verifyPack } from "../pack.ts";
import type { Packs } from "../packs.ts";
import { checkNetworks } from "./check-networks.ts";
import { download } from "./download.ts";
import { ggufManifest, isGgufFile, writeGgufPack } from "./gguf-pack.ts";
import { openClock } from "./time-left.ts";
import { extract, openZip, type Zip, type ZipEntry } from "./zip.ts";

type Progress = z.infer<typeof progressSchema>;
export type InstallOptions = {
  packs: Packs;
  signal?: AbortSignal;
  emit?: (progress: Progress) => void;
  token?: string | undefined;
  /** Bytes free where the packs lie; the system's own answer when absent. */
  freeBytes?: (folder: string) => Promise<number>;
  patience?: number;
};

const manifestBytes = 4 << 20;
/** Left free on the disk whatever is installed. */
const reserveBytes = 256 << 20;

/** @param source a folder, a `.zip` file, or an https address of a `manifest.json` or a zip */
export async function installPack(source: string, options: InstallOptions): Promise<Manifest> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source)) return fromAddress(addressOf(source), options);
  const about = await stat(source).catch(() => undefined);
  if (about === undefined)
    throw new AppError("notFound", `There is no file or folder "${source}".`, { source });
  if (about.isDirectory()) return fromFolder(source, options);
  return (await isGgufFile(source)) ? fromGguf(source, options) : fromZip(source, options);
}

async function fromGguf(source: string, options: InstallOptions): Promise<Manifest> {
  options.emit?.({ done: 0, total: 1, label: "Reading the model file" });
  const about = await ggufManifest(source, options.signal);
  await admit(about.manifest, options);
  return stage(options, async (folder) => {
    await writeGgufPack(source, about, folder);
    return about.manifest;
  });
}

/**
 * A folder's files that the page uploaded: laid out under their names and installed as a folder is.
 * @throws badInput for a name that leads out of the folder
 */
export async function installUploaded(
  files: readonly { path: string; assetId: string }[],
  assets: { path: (assetId: string) => string },
  options: InstallOptions,
): Promise<Manifest> {
  const folder = join(options.packs.userFolder, `.staging-${randomUUID()}`);
  try {
    for (const { path, assetId } of files) {
      if (!isInside(path))
        throw new AppError("badInput", `"${path}" is no path inside a pack's folder.`, { path });
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true });
      // No copy where the two lie on one disk: weights are large.
      await link(assets.path(assetId), target).catch(() => copyFile(assets.path(assetId), target));
    }
    return await fromFolder(folder, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Fills a staging folder, checks it as any pack is checked, and puts it in place. */
async function stage(
  { packs }: InstallOptions,
  fill: (folder: string) => Promise<Manifest>,
): Promise<Manifest> {
  const folder = join(packs.userFolder, `.staging-${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  try {
    const manifest = await fill(folder);
    const pack = await readPack(folder, false);
    await verifyPack(pack);
    await checkNetworks(pack);
    await rename(folder, join(packs.userFolder, manifest.id));
    return manifest;
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  }
}

/** Refuses a card that no hash holds to what it says, what is there already, and what does not fit on the disk. */
async function admit(
  manifest: Manifest,
  { packs, freeBytes = systemFree }: InstallOptions,
): Promise<void> {
  if (!manifest.files.some(({ path }) => path === manifest.card))
    throw new AppError(
      "packInvalid",
      `${manifest.id}: card: "${manifest.card}" is not among files; it needs its bytes and sha256 there. Nothing was installed.`,
      { path: manifest.card },
    );
  const folder = join(packs.userFolder, manifest.id);
  const installed = await packs.list();
  const same = installed.find((one) => "pack" in one && one.pack.manifest.id === manifest.id);
  if (same && "pack" in same) {
    const { version } = same.pack.manifest;
    throw new AppError(
      "conflict",
      `The pack "${manifest.id}" ${version} is ${same.pack.bundled ? "part of the program" : "installed"} already${same.pack.bundled ? "" : "; remove it first"}.`,
      { id: manifest.id, version },
    );
  }
  if (existsSync(folder))
    throw new AppError("conflict", `A broken pack lies at "${folder}"; remove it first.`, {
      id: manifest.id,
    });
  const needed = manifest.files.reduce((sum, file) => sum + file.bytes, 0) + reserveBytes;
  const free = await freeBytes(packs.userFolder);
  if (free < needed)
    throw new AppError(
      "diskFull",
      `${manifest.title} needs ${mib(needed)} MiB on the disk, ${mib(free)} MiB are free. Nothing was installed.`,
      { needed, free },
    );
}

const mib = (bytes: number): number => Math.ceil(bytes / (1 << 20));

async function systemFree(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const wantedFiles = (manifest: Manifest): string[] => [
  "manifest.json",
  ...manifest.files.map(({ path }) => path),
];

async function fromFolder(source: string, options: InstallOptions): Promise<Manifest> {
  const { manifest } = await readPack(source, false);
  await admit(manifest, options);
  const root = await realpath(source);
  return stage(options, async (folder) => {
    for (const path of wantedFiles(manifest)) {
      options.signal?.throwIfAborted();
      const from = join(source, path);
      const about = await lstat(from).catch(() => undefined);
      if (about === undefined)
        throw new AppError(
          "packInvalid",
          `${manifest.id}: the file "${path}" is missing. Nothing was installed.`,
        );
      if (!about.isFile() || !(await realpath(from)).startsWith(root + sep))
        throw new AppError(
          "packInvalid",
          `${manifest.id}: "${path}" is a link or lies outside the pack; packs hold plain files only. Nothing was installed.`,
        );
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await copyFile(from, join(folder, path));
    }
    return manifest;
  });
}

async function fromZip(path: string, options: InstallOptions): Promise<Manifest> {
  const zip = await openZip(path);
  try {
    return await stage(options, (folder) => unpack(zip, folder, options));
  } finally {
    await zip.close();
  }
}

/** The manifest first, then only the files it lists; it may lie in one folder at the top. */
async function unpack(zip: Zip, folder: string, options: InstallOptions): Promise<Manifest> {
  const found = zip.entries.filter(({ path }) => /^([^/]+\/)?manifest\.json$/.test(path));
  const [head] = found;
  if (head === undefined || found.length > 1)
    throw new AppError(
      "packInvalid",
      `The zip holds ${found.length} manifest.json at its top; one is needed. Nothing was installed.`,
    );
  if (head.bytes > manifestBytes)
    throw new AppError(
      "packInvalid",
      `The zip's manifest.json has ${head.bytes} bytes; at most ${manifestBytes} are read. Nothing was installed.`,
    );
  const root = head.path.slice(0, -"manifest.json".length);
  await extract(zip, head, join(folder, "manifest.json"), options.signal);
  const manifest = parseManifest(await readFile(join(folder, "manifest.json"), "utf8"), "The zip");
  await admit(manifest, options);
  const paths = wantedFiles(manifest).filter((path) => path !== "manifest.json");
  for (const [index, path] of paths.entries()) {
    const entry = zip.entries.find((one) => one.path === root + path);
    if (entry === undefined)
      throw new AppError(
        "packInvalid",
        `${manifest.id}: the zip has no "${path}". Nothing was installed.`,
      );
    refuseSize(manifest, path, entry);
    options.emit?.({ done: index, total: paths.length, label: `Unpacking ${path}` });
    await extract(zip, entry, join(folder, path), options.signal);
  }
  return manifest;
}

function refuseSize(manifest: Manifest, path: string, { bytes }: ZipEntry): void {
  const expected = manifest.files.find((file) => file.path === path)?.bytes;
  if (bytes === expected) return;
  throw new AppError(
    "packMismatch",
    `${manifest.id}: "${path}" has ${bytes} bytes in the zip, its manifest says ${expected}. Nothing was installed.`,
    { path, bytes, expected },
  );
}

/** Only encrypted transport, save to this machine itself. */
function addressOf(source: string): URL {
  const url = URL.parse(source);
  if (url === null || url.hostname === "")
    throw new AppError("badInput", `"${source}" is no address: it names no machine.`, { source });
  const isHere = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && isHere)) return url;
  throw new AppError(
    "badInput",
    `"${url.href}" is not https; models are fetched over https only.`,
    {
      source,
    },
  );
}

/**
 * Files are fetched to `.downloads/<sha256>` and stay there when a try fails, so the next one goes on
 * where it stopped.
 */
async function fromAddress(url: URL, options: InstallOptions): Promise<Manifest> {
  const address = url.href;
  const downloads = join(options.packs.userFolder, ".downloads");
  const { token, signal, patience } = options;
  const common = { token, signal, ...(patience === undefined ? {} : { patience }) };
  if (url.pathname.endsWith(".zip")) {
    const free = await (options.freeBytes ?? systemFree)(options.packs.userFolder);
    const target = join(downloads, `${encodeURIComponent(address).slice(-120)}`);
    await download({
      ...common,
      url: address,
      target,
      bytes: Math.max(0, free - reserveBytes),
      onProgress: (done) =>
        options.emit?.({ done, total: 0, label: `Fetching ${url.host}`, unit: "bytes" }),
    });
    try {
      return await fromZip(target, options);
    } finally {
      await rm(target, { force: true });
    }
  }
  if (!url.pathname.endsWith("/manifest.json"))
    throw new AppError(
      "badInput",
      `"${address}" is no pack address: it ends in manifest.json or .zip.`,
    );
  const head = join(downloads, `manifest-${randomUUID()}.json`);
  await download({ ...common, url: address, target: head, bytes: manifestBytes });
  const text = await readFile(head, "utf8").finally(() => rm(head, { force: true }));
  const manifest = parseManifest(text, url.host);
  await admit(manifest, options);
  return stage(options, async (folder) => {
    const total = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    const clock = openClock();
    let before = 0;
    const beside = (path: string): string => new URL(path, url).href + url.search;
    for (const file of manifest.files) {
      const kept = join(downloads, file.sha256);
      await download({
        ...common,
        url: beside(file.path),
        target: kept,
        bytes: file.bytes,
        sha256: file.sha256,
        onProgress: (part) => {
          const done = before + part;
          const secondsLeft = clock(done, total);
          options.emit?.({
            done,
            total,
            label: `Fetching ${file.path}`,
            unit: "bytes",
            ...(secondsLeft === undefined ? {} : { secondsLeft }),
          });
        },
      });
      before += file.bytes;
      await mkdir(dirname(join(folder, file.path)), { recursive: true });
      await rename(kept, join(folder, file.path));
    }
    await writeFile(join(folder, "manifest.json"), text);
    return manifest;
  });
}

/** Takes an installed pack away, and what failed tries left. @throws conflict for a bundled pack */
export async function removePack(id: string, packs: Packs): Promise<void> {
  const installed = await packs.list();
  const found = installed.find((one) =>
    "pack" in one ? one.pack.manifest.id === id : one.folder === join(packs.userFolder, id),
  );
  if (found === undefined) await packs.find(id);
  if (found && "pack" in found && found.pack.bundled)
    throw new AppError(
      "conflict",
      `"${id}" is part of the program; it can be switched off, not removed.`,
    );
  await rm(
    join(
      packs.userFolder,
      found && "pack" in found ? (found.pack.folder.split(sep).at(-1) ?? id) : id,
    ),
    { recursive: true },
  );
  for (const name of await readdir(packs.userFolder))
    if (name.startsWith(".staging-"))
      await rm(join(packs.userFolder, name), { recursive: true, force: true });
}
