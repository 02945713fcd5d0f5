/** An installed text pack, ready to run: its vocabulary read, its network behind the model worker. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Experts } from "../models.ts";
import type { RunNetwork } from "./tensors.ts";
import { openTextPack, vocabularyFile, type TextPack } from "./text-pack.ts";

/** @throws notFound, packInvalid, packMismatch, modelUnavailable */
export async function openInstalledTextPack(
  experts: Pick<Experts, "folderOf" | "runNetwork">,
  id: string,
  signal: AbortSignal,
): Promise<{ pack: TextPack; run: RunNetwork }> {
  const { folder, manifest } = await experts.folderOf(id);
  const pack = openTextPack(
    manifest,
    await readFile(join(folder, vocabularyFile(manifest)), "utf8"),
  );
  return { pack, run: async (feeds) => (await experts.runNetwork(id, feeds, { signal })).outputs };
}
