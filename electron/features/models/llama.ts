/** The only importer of node-llama-cpp. Runs in the worker process: GGUF files, nothing built and nothing fetched. */
import { AppError } from "../../api/errors.ts";
import type { Message, Request } from "./generation/generator.ts";
import { picturesOf, wordsOf } from "./generation/template.ts";
import type { Tried } from "./session.ts";

export type WriterSettings = {
  path: string;
  /** Prompt and answer together; less where the model was trained on less. */
  contextTokens: number;
  threads: number;
  /** "cpu" alone keeps it off the graphics card. */
  devices: readonly string[];
  /** LoRA adapters beside the file. */
  adapters: readonly string[];
};
export type WriteRequest = Omit<Request, "messages" | "stop"> & {
  messages: readonly Message[];
  stop: readonly string[];
};
export type WriteAnswer = {
  text: string;
  stopped: "end" | "length";
  tokens: number;
  /** Of the prompt: all of it, and what the last call had left in memory already. */
  promptTokens: number;
  reusedTokens: number;
  msFirst: number;
  /** In the library itself: what is ours is the rest of the call. */
  msRuntime: number;
};
export type Writer = {
  readonly device: string;
  /** Devices that failed before this one. */
  readonly tried: Tried;
  contextTokens: number;
  countTokens: (text: string) => number;
  write: (request: WriteRequest, onText: (piece: string) => void) => Promise<WriteAnswer>;
  release: () => Promise<void>;
};

/** @throws AppError modelUnavailable (no room), packInvalid (no GGUF file, cut, or without its tokenizer) */
export async function openWriter(settings: WriterSettings): Promise<Writer> {
  const native = await import("node-llama-cpp");
  const llama = await native.getLlama({
    build: "never",
    skipDownload: true,
    gpu: settings.devices[0] === "cpu" ? false : "auto",
    logLevel: native.LlamaLogLevel.error,
    maxThreads: settings.threads,
  });
  const loaded = await load().catch(async (thrown: unknown) => {
    await llama.dispose();
    throw reasonOf(thrown, settings.path, native.InsufficientMemoryError);
  });
  const { model, context } = loaded;
  const sequence = context.getSequence();
  const chat = new native.LlamaChat({ contextSequence: sequence });

  async function load() {
    const model = await llama.loadModel({ modelPath: settings.path });
    const context = await model.createContext({
      contextSize: { max: Math.min(settings.contextTokens, model.trainContextSize) },
      threads: settings.threads,
      ...(settings.adapters.length > 0
        ? { lora: { adapters: settings.adapters.map((filePath) => ({ filePath })) } }
        : {}),
    });
    return { model, context };
  }

  return {
    device: llama.gpu === false ? "cpu" : llama.gpu,
    tried: [],
    contextTokens: context.contextSize,
    countTokens: (text) => model.tokenize(text, false).length,
    async write(request, onText) {
      if (picturesOf(request.messages).length > 0)
        throw new AppError(
          "wrongModality",
          `${nameOf(settings.path)} is a GGUF model; those read no images here. Use a pack with a vision encoder.`,
        );
      const { schema } = request;
      const grammar = schema && (await llama.createGrammarForJsonSchema(schema as never));
      const before = sequence.tokenMeter.getState();
      const started = performance.now();
      let msFirst = 0;
      const history = request.messages.map((message) =>
        message.role === "assistant"
          ? { type: "model" as const, response: [wordsOf(message)] }
          : { type: message.role, text: wordsOf(message) },
      );
      // What this prompt shares with the last one is not read again: the sequence keeps it.
      const { response, metadata } = await chat.generateResponse(
        [...history, { type: "model", response: [] }],
        {
          ...(grammar ? { grammar } : {}),
          maxTokens: request.maxTokens,
          temperature: request.temperature,
          seed: request.seed,
          ...(request.stop.length > 0 ? { customStopTriggers: [...request.stop] } : {}),
          onTextChunk: (piece) => {
            msFirst ||= performance.now() - started;
            onText(piece);
          },
        },
      );
      const msRuntime = performance.now() - started;
      const used = sequence.tokenMeter.diff(before);
      const promptTokens = history.reduce(
        (sum, one) => sum + model.tokenize("text" in one ? one.text : "", false).length,
        0,
      );
      return {
        text: response,
        stopped: metadata.stopReason === "maxTokens" ? "length" : "end",
        tokens: used.usedOutputTokens,
        promptTokens,
        reusedTokens: Math.max(0, promptTokens - used.usedInputTokens),
        msFirst,
        msRuntime,
      };
    },
    release: () => llama.dispose(),
  };
}

const nameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

type ErrorClass = new (...arguments_: never[]) => Error;

function reasonOf(thrown: unknown, path: string, insufficient: ErrorClass): AppError {
  const name = nameOf(path);
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof insufficient || /memory|context size.*too large|VRAM/i.test(said))
    return new AppError(
      "modelUnavailable",
      `${name} does not fit into memory (${said}). Nothing was run. Use a smaller or more strongly quantised file, or a shorter context.`,
    );
  return new AppError(
    "packInvalid",
    `${name} cannot be opened as a GGUF model: ${said}. It may be cut, of another kind, or lack its tokenizer; fetch it again.`,
  );
}
