/** Installed packs: the bundled ones and the user's, by id; checked before their first use in a run. */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError, fromErrorShape, toErrorShape, type ErrorShape } from "../../api/errors.ts";
import { packFile, packFolders, readPack, verifyPack, type Pack } from "./pack.ts";

export type InstalledPack =
  | { pack: Pack; enabled: boolean }
  | { folder: string; problem: ErrorShape };
export type Packs = ReturnType<typeof openPacks>;

/** Changes when any file of the pack is written again. Asked before every run, so without a detour over other threads. */
function stampOf(pack: Pack): string {
  const paths = ["manifest.json", ...pack.manifest.files.map(({ path }) => path)];
  return paths
    .map((path) => {
      const about = statSync(join(pack.folder, path), { throwIfNoEntry: false });
      return `${about?.size}:${about?.mtimeMs}:${about?.ino}`;
    })
    .join(" ");
}

export function openPacks(bundledFolder: string, dataFolder: string) {
  const userFolder = join(dataFolder, "packs");
  const disabledFile = join(userFolder, "disabled.json");
  const manifests = new Map<string, { mtimeMs: number; pack: Pack }>();
  /** By id: the pack as it was when its files last matched. */
  const checked = new Map<string, { pack: Pack; stamp: string }>();
  let off: { mtimeMs: number; ids: string[] } | undefined;

  function disabled(): string[] {
    const mtimeMs = statSync(disabledFile, { throwIfNoEntry: false })?.mtimeMs;
    if (mtimeMs === undefined) return [];
    if (off?.mtimeMs !== mtimeMs)
      off = { mtimeMs, ids: JSON.parse(readFileSync(disabledFile, "utf8")) };
    return off.ids;
  }

  /** Manifests are parsed again only when they are written again: every run asks. */
  async function readOnce(folder: string, bundled: boolean): Promise<Pack> {
    const mtimeMs =
      (await stat(join(folder, "manifest.json")).catch(() => undefined))?.mtimeMs ?? 0;
    const known = manifests.get(folder);
    if (known && known.mtimeMs === mtimeMs) return known.pack;
    const pack = await readPack(folder, bundled);
    manifests.set(folder, { mtimeMs, pack });
    return pack;
  }

  async function list(): Promise<InstalledPack[]> {
    const off = new Set(disabled());
    const folders = [
      ...(await packFolders(bundledFolder)).map((folder) => ({ folder, bundled: true })),
      ...(await packFolders(userFolder)).map((folder) => ({ folder, bundled: false })),
    ];
    return Promise.all(
      folders.map(async ({ folder, bundled }) => {
        try {
          const pack = await readOnce(folder, bundled);
          return { pack, enabled: !off.has(pack.manifest.id) };
        } catch (thrown) {
          return { folder, problem: toErrorShape(thrown) };
        }
      }),
    );
  }

  async function find(id: string): Promise<Pack> {
    const all = await list();
    const packs = all.flatMap((installed) => ("pack" in installed ? [installed] : []));
    const found = packs.find((installed) => installed.pack.manifest.id === id);
    if (found === undefined) {
      const broken = all.find(
        (installed) => "problem" in installed && basename(installed.folder) === id,
      );
      if (broken && "problem" in broken) throw fromErrorShape(broken.problem);
      const valid = packs.map((installed) => installed.pack.manifest.id);
      throw new AppError(
        "notFound",
        `There is no model pack "${id}". Installed: ${valid.join(", ") || "none"}.`,
        { id, valid },
      );
    }
    return found.pack;
  }

  /** The pack, its files checked against their hashes since they last changed on the disk. */
  async function checkedPack(id: string): Promise<Pack> {
    if (disabled().includes(id)) {
      await find(id);
      throw new AppError(
        "modelUnavailable",
        `The pack "${id}" is switched off: the Models page or "evidesk models enable" brings it back.`,
      );
    }
    const known = checked.get(id);
    if (known && known.stamp === stampOf(known.pack)) return known.pack;
    checked.delete(id);
    const pack = await find(id);
    const stamp = stampOf(pack);
    await verifyPack(pack);
    checked.set(id, { pack, stamp });
    return pack;
  }

  return {
    list,
    find,
    checkedPack,
    userFolder,
    fileOf: packFile,
    setEnabled: (id: string, enabled: boolean): void => {
      const rest = disabled().filter((other) => other !== id);
      mkdirSync(userFolder, { recursive: true });
      writeFileSync(`${disabledFile}.new`, JSON.stringify(enabled ? rest : [...rest, id]));
      renameSync(`${disabledFile}.new`, disabledFile);
      off = undefined;
    },
  };
}
