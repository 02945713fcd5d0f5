/** The app's calls of text generation, and the pack that stands for a server. */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HandlersFor, InputOf } from "../../../api/call.ts";
import { AppError } from "../../../api/errors.ts";
import type { generationContract } from "../../../api/schemas/generation.ts";
import { installPack } from "../install/install.ts";
import type { Manifest } from "../manifest.ts";
import type { Packs } from "../packs.ts";
import { bareManifest } from "./bare-pack.ts";
import { isLoopback, keyNameOf, type Generation } from "./generation.ts";

type Secrets = { set: (name: string, value: string | null) => Promise<void> };

export function createGenerationHandlers({
  packs,
  generation,
  secrets,
}: {
  packs: Packs;
  generation: Generation;
  secrets: Secrets;
}): HandlersFor<typeof generationContract> {
  return {
    "generation.prompts": async () =>
      (await generation.prompts()).map(({ id, version, title, names }) => ({
        id,
        version,
        title,
        names,
      })),
    "generation.addEndpoint": async (input, { signal }) => {
      if (!input.remote && !isLoopback(input.address))
        throw new AppError(
          "badInput",
          `${new URL(input.address).host} is another machine: records and papers would leave this one. Allow it by name, or use a server on this machine.`,
          { address: input.address },
        );
      const { manifest, card } = packOf(input);
      const { id } = manifest;
      const staging = await mkdtemp(join(tmpdir(), "evidesk-endpoint-"));
      try {
        await writeFile(join(staging, "card.md"), card);
        await writeFile(join(staging, "manifest.json"), JSON.stringify(manifest, null, 2));
        await installPack(staging, { packs, signal });
      } finally {
        await rm(staging, { recursive: true, force: true });
      }
      if (input.key !== undefined) await secrets.set(keyNameOf(id), input.key);
      return { id };
    },
    "generation.ask": ({ packId, prompt, values, seed }, { signal }) =>
      generation.ask(packId, prompt, values, { signal, seed }),
  };
}

type Endpoint = InputOf<(typeof generationContract)["generation.addEndpoint"]>;

/** Same model at the same address, same id. */
function packOf(endpoint: Endpoint): { manifest: Manifest; card: string } {
  const { model, remote = false, contextTokens = 32_768 } = endpoint;
  const address = endpoint.address.replace(/\/+$/, "");
  const card = `# ${model}

A model behind the server at ${address}. Evidesk does not know what it was trained on, what it was measured at, or its licence: ask whoever runs the server.

${remote ? "**This server is another machine. What is asked of it leaves this one.**" : "The server runs on this machine."}
`;
  const manifest = bareManifest({
    name: model,
    mark: createHash("sha256").update(`${model} ${endpoint.address}`).digest("hex"),
    title: `${model} at ${new URL(address).host}`,
    licence: "Unknown: as the server's owner says",
    card,
    files: [],
    inference: { kind: "generate", backend: "endpoint", address, model, contextTokens, remote },
  });
  return { manifest, card };
}
