/** The table of who answers what, from the packs installed now, what they hold of memory, and the limit. */
import { packFile, type Pack } from "../pack.ts";
import type { Packs } from "../packs.ts";
import { assign, type Assigned } from "./assign.ts";

type Dependencies = {
  packs: Pick<Packs, "list">;
  /** Bytes of an opened model by its path: measured, else guessed from its file. */
  bytesOf: (path: string) => number;
  budgetBytes: () => number;
};

export function openAssignments({ packs, bytesOf, budgetBytes }: Dependencies) {
  return async (): Promise<Assigned> => {
    const installed = (await packs.list()).flatMap((one) =>
      "pack" in one && one.enabled ? [one.pack] : [],
    );
    return assign(
      installed
        .filter(({ manifest }) => manifest.expertCall !== undefined)
        .map((pack) => ({
          ...pack.manifest,
          bytes: networksOf(pack).reduce((sum, path) => sum + bytesOf(path), 0),
        })),
      budgetBytes(),
    );
  };
}

/** Every network of a pack, by path; none for packs made of rules. */
function networksOf(pack: Pack): string[] {
  return pack.manifest.files
    .filter(({ path }) => /\.(onnx|gguf)$/.test(path))
    .map(({ path }) => packFile(pack, path));
}
