/** A bare GGUF file as a generation pack: a manifest and a card that say what is known of it, and what is not. */
import { copyFile, link, open, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError } from "../../../api/errors.ts";
import { bareManifest } from "../generation/bare-pack.ts";
import type { Manifest } from "../manifest.ts";
import { hashFile } from "../pack.ts";
import { isGguf, readGgufHeader, type GgufHeader } from "./gguf-header.ts";

/** Vocabularies make heads long; a head longer than this is no model's. */
const headBytes = 64 << 20;
/** Longer contexts take memory that most questions never need. */
const mostContext = 16_384;

async function beginning(path: string, bytes: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const buffer = new Uint8Array(Math.min(bytes, (await file.stat()).size));
    await file.read(buffer, 0, buffer.length, 0);
    return buffer;
  } finally {
    await file.close();
  }
}

export async function isGgufFile(path: string): Promise<boolean> {
  return isGguf(await beginning(path, 4));
}

/**
 * What the manifest of a bare file will say; nothing is written yet.
 * @throws AppError packInvalid for another file, or one without a tokenizer
 */
export async function ggufManifest(
  path: string,
  signal?: AbortSignal,
): Promise<{ manifest: Manifest; card: string }> {
  const header = readGgufHeader(await beginning(path, headBytes), basename(path));
  if (!header.hasTokenizer)
    throw new AppError(
      "packInvalid",
      `"${header.name}" holds no tokenizer: it is a projector or an adapter, not a model that writes.`,
    );
  const card = cardOf(header);
  const sha256 = await hashFile(path, signal);
  const manifest = bareManifest({
    name: header.name,
    mark: sha256,
    title: header.name,
    licence: header.licence || "Unknown: ask where the file came from",
    card,
    files: [{ path: "model.gguf", bytes: (await stat(path)).size, sha256 }],
    inference: {
      kind: "generate",
      backend: "llama",
      file: "model.gguf",
      contextTokens: Math.min(mostContext, Math.max(512, header.contextTokens || 4096)),
      adapters: [],
    },
  });
  return { manifest, card };
}

/** Lays the pack out in `folder`; no copy of the weights where both lie on one disk. */
export async function writeGgufPack(
  path: string,
  { manifest, card }: { manifest: Manifest; card: string },
  folder: string,
): Promise<void> {
  const target = join(folder, "model.gguf");
  await link(path, target).catch(() => copyFile(path, target));
  await writeFile(join(folder, "card.md"), card);
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest, null, 2));
}

function cardOf({ name, architecture, licence, contextTokens }: GgufHeader): string {
  return `# ${name}

A GGUF file that was added on this machine (architecture ${architecture || "not named"}, trained to read ${contextTokens || "an unknown number of"} tokens). It runs here, in the model process; nothing leaves the machine.

Licence by the file: ${licence || "not named; ask where it came from"}.

Evidesk has measured nothing on this model and does not know what it was trained on. Treat every answer as a suggestion, and measure it on your own decisions before you rely on it.
`;
}
