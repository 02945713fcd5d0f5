/** Generation packs by id, and the bundled prompts: what the rest of the program asks through. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../api/errors.ts";
import type { Generated } from "../../../api/schemas/generation.ts";
import type { SettingsOf } from "../experts.ts";
import type { Manifest } from "../manifest.ts";
import { packFile, type Pack } from "../pack.ts";
import type { Packs } from "../packs.ts";
import { codeOf, type ResidentWorker } from "../runtime/resident-worker.ts";
import type { WorkerClient } from "../worker-client.ts";
import type { DecoderFiles, WriterRequest } from "../worker-protocol.ts";
import { ask } from "./ask.ts";
import { createEndpoint, type Fetch } from "./endpoint.ts";
import type { Generator, Request, Written } from "./generator.ts";
import { createLocalGenerator } from "./local.ts";
import { parsePrompt, type Prompt } from "./prompt.ts";

export type Generation = {
  prompts: () => Promise<Prompt[]>;
  /** @throws AppError notFound, modelUnavailable, cancelled; what the model does wrong comes back as a failure */
  ask: (
    packId: string,
    promptId: string,
    values: Record<string, string>,
    options: { signal: AbortSignal; seed: number },
  ) => Promise<Generated>;
  /**
   * A conversation with words and pictures of the caller's own, free or held to a schema.
   * @throws AppError notFound, wrongModality (no pictures read), modelUnavailable, modelFailed (its data's
   * `kind` is one of the failures of `ask`), packInvalid, cancelled
   */
  write: (
    packId: string,
    request: Request,
    options: { signal: AbortSignal; onText?: (piece: string) => void },
  ) => Promise<Written>;
};

type Unsettled<Request> = Request extends unknown ? Omit<Request, "devices" | "threads"> : never;

type Dependencies = {
  packs: Packs;
  promptsFolder: string;
  fetch: Fetch;
  secret: (name: string) => Promise<string | undefined>;
  worker: Pick<WorkerClient, "write" | "countTokens">;
  settingsOf: SettingsOf;
  /** Hears of calls that the model process does not know of: a server's, and answers that cannot be used. */
  noteCall?: ResidentWorker["noteCall"];
};

/** A server's calls in the log, as the model process's are. */
function logged(generator: Generator, packId: string, note: Dependencies["noteCall"]): Generator {
  return {
    ...generator,
    async write(request, options) {
      const started = performance.now();
      const line = (kind: "call" | "failed", more: { why?: string } = {}): void =>
        note?.({
          kind,
          expert: packId,
          device: "server",
          hit: true,
          ms: performance.now() - started,
          ...more,
        });
      try {
        const written = await generator.write(request, options);
        line("call");
        return written;
      } catch (thrown) {
        if (!options.signal.aborted) line("failed", { why: codeOf(thrown) });
        throw thrown;
      }
    },
  };
}

export const keyNameOf = (packId: string): string => `endpoint-key ${packId}`;

/** Whether an address is this very machine. */
export function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

export function createGeneration({
  packs,
  promptsFolder,
  fetch,
  secret,
  worker,
  settingsOf,
  noteCall,
}: Dependencies): Generation {
  let read: Promise<Prompt[]> | undefined;
  const prompts = (): Promise<Prompt[]> => (read ??= readPrompts(promptsFolder));

  async function open(packId: string): Promise<Generator> {
    const pack = await packs.checkedPack(packId);
    const { manifest } = pack;
    const { inference } = manifest;
    if (inference.kind !== "generate")
      throw new AppError(
        "wrongModality",
        `${packId} is a ${manifest.task} pack; it writes no text.`,
      );
    if (inference.backend !== "endpoint")
      return createLocalGenerator(
        {
          model: manifest.id,
          version: manifest.version,
          ...settingsOf(packId),
          ...writerFiles(pack, inference),
        },
        worker,
      );
    const { address, model, contextTokens, remote } = inference;
    if (!remote && !isLoopback(address))
      throw new AppError(
        "modelUnavailable",
        `${packId} would send text to ${new URL(address).host}, another machine, and does not say so. Nothing was sent; add the server again and allow it.`,
      );
    const key = await secret(keyNameOf(packId));
    return logged(createEndpoint({ address, model, contextTokens, key }, fetch), packId, noteCall);
  }

  return {
    prompts,
    write: async (packId, request, options) => (await open(packId)).write(request, options),
    async ask(packId, promptId, values, options) {
      const known = await prompts();
      const prompt = known.find(({ id }) => id === promptId);
      if (prompt === undefined)
        throw new AppError(
          "notFound",
          `There is no prompt "${promptId}". Prompts: ${known.map(({ id }) => id).join(", ")}.`,
        );
      return ask(await open(packId), prompt, values, {
        ...options,
        onUnusable: (why) => noteCall?.({ kind: "failed", expert: packId, why }),
      });
    },
  };
}

type LocalInference = Exclude<
  Extract<Manifest["inference"], { kind: "generate" }>,
  { backend: "endpoint" }
>;

/** What the model process opens, each file by its checked path. */
export function writerFiles(pack: Pack, inference: LocalInference): Unsettled<WriterRequest> {
  const file = (name: string): string => packFile(pack, name);
  const common = { path: file(inference.file), contextTokens: inference.contextTokens };
  if (inference.backend === "llama")
    return { ...common, backend: "llama", adapters: inference.adapters.map(file) };
  const { tokenizer, config, template, bos, vision } = inference;
  const decoder: DecoderFiles = {
    tokenizer: file(tokenizer),
    config: file(config),
    template,
    bos,
    ...(vision
      ? { vision: { ...vision, encoder: file(vision.encoder), embed: file(vision.embed) } }
      : {}),
  };
  return { ...common, backend: "onnx", decoder };
}

/** The newest version of each prompt in a folder; older files stay, so that old suggestions can be read. */
export async function readPrompts(folder: string): Promise<Prompt[]> {
  const files = (await readdir(folder)).filter((name) => /\.\d+\.md$/.test(name)).toSorted();
  const all = await Promise.all(
    files.map(async (name) => parsePrompt(await readFile(join(folder, name), "utf8"), name)),
  );
  const newest = new Map<string, Prompt>();
  for (const prompt of all)
    if ((newest.get(prompt.id)?.version ?? 0) < prompt.version) newest.set(prompt.id, prompt);
  return [...newest.values()];
}
