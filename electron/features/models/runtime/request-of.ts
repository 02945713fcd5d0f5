/** A trace name back to what opens the model: only installed, switched-on packs with the hashes they came with. */
import { basename, join } from "node:path";
import type { SettingsOf } from "../experts.ts";
import type { Packs } from "../packs.ts";
import type { SessionRequest } from "../worker-protocol.ts";

/** Undefined where the pack is gone, switched off or damaged: whoever calls it will be told. */
export async function requestOf(
  name: string,
  packs: Packs,
  settingsOf: SettingsOf,
): Promise<SessionRequest | undefined> {
  const [folder = "", file = ""] = name.split("/");
  const installed = (await packs.list()).find(
    (one) => "pack" in one && one.enabled && basename(one.pack.folder) === folder,
  );
  if (installed === undefined || !("pack" in installed)) return undefined;
  try {
    const pack = await packs.checkedPack(installed.pack.manifest.id);
    // Models that write are opened with more than their file, by the first question.
    if (pack.manifest.inference.kind === "generate") return undefined;
    return { path: join(pack.folder, file), ...settingsOf(pack.manifest.id) };
  } catch {
    return undefined;
  }
}
