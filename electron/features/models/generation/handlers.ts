/** The app's calls of text generation, and the pack that stands for a server. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HandlersFor, InputOf } from "../../../api/call.ts";
import { AppError } from "../../../api/errors.ts";
import type { generationContract } from "../../../api/schemas/generation.ts";
import { installPack } from "../install/install.ts";
import type { Manifest } from "../manifest.ts";
import type { Packs } from "../packs.ts";
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
      const id = idOf(input.model, input.address);
      const staging = await mkdtemp(join(tmpdir(), "evidesk-endpoint-"));
      try {
        await writePack(staging, id, input);
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

/** Same model at the same address, same id; the id is a plain name. */
function idOf(model: string, address: string): string {
  const name = model
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  const mark = createHash("sha256").update(`${model} ${address}`).digest("hex").slice(0, 6);
  return `${name || "model"}-${mark}`;
}

type Endpoint = InputOf<(typeof generationContract)["generation.addEndpoint"]>;

async function writePack(folder: string, id: string, endpoint: Endpoint): Promise<void> {
  const { model, remote = false, contextTokens = 32_768 } = endpoint;
  const address = endpoint.address.replace(/\/+$/, "");
  const card = `# ${model}

A model behind the server at ${address}. Evidesk does not know what it was trained on, what it was measured at, or its licence: ask whoever runs the server.

${remote ? "**This server is another machine. What is asked of it leaves this one.**" : "The server runs on this machine."}
`;
  const manifest: Manifest = {
    format: "evidesk-pack/1",
    id,
    version: "1.0.0",
    title: `${model} at ${new URL(address).host}`,
    task: "generation",
    licence: {
      name: "Unknown: as the server's owner says",
      commercialUse: false,
      clinicalUse: false,
      researchOnly: true,
      attribution: [],
    },
    intendedUse:
      "Writes suggestions by the bundled prompts, each checked against the text it was given.",
    notForDiagnosis: true,
    files: [
      {
        path: "card.md",
        bytes: Buffer.byteLength(card),
        sha256: createHash("sha256").update(card).digest("hex"),
      },
    ],
    inputs: [{ name: "prompt", modality: ["text"], channels: 1, dtype: "string" }],
    preprocess: [],
    inference: { kind: "generate", backend: "endpoint", address, model, contextTokens, remote },
    postprocess: [],
    labels: [],
    card: "card.md",
    figures: [],
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "card.md"), card);
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest, null, 2));
}
