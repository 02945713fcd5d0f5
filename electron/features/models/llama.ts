/** The only importer of node-llama-cpp. Runs in the worker process: GGUF files, nothing built and nothing fetched. */
import { statSync } from "node:fs";
import { AppError } from "../../api/errors.ts";
import { layersWithin, type Layers } from "./generation/card-layers.ts";
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
  /** What it may take on the graphics card; layers beyond it stay with the processor. Absent: what the card has. */
  cardBytes?: number | undefined;
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
  /** Of a GGUF model on a graphics card: how much of it is there. */
  readonly layers?: Layers;
  contextTokens: number;
  /** Answers that it writes at once, one token of each in turn; others wait. */
  atOnce: number;
  countTokens: (text: string) => number;
  write: (request: WriteRequest, onText: (piece: string) => void) => Promise<WriteAnswer>;
  release: () => Promise<void>;
};

/** @throws AppError modelUnavailable (no room), packInvalid (no GGUF file, cut, or without its tokenizer) */
export async function openWriter(settings: WriterSettings): Promise<Writer> {
  const native = await import("node-llama-cpp");
  const wanted = settings.devices[0] ?? "cpu";
  const llama = await native.getLlama({
    build: "never",
    skipDownload: true,
    gpu: wanted === "cpu" ? false : "auto",
    logLevel: native.LlamaLogLevel.error,
    maxThreads: settings.threads,
  });
  const loaded = await load().catch(async (thrown: unknown) => {
    await llama.dispose();
    throw reasonOf(thrown, settings.path, native.InsufficientMemoryError);
  });
  const { model, context } = loaded;
  const layers = { card: model.gpuLayers, all: model.fileInsights.totalLayers };
  /** Each place keeps the prompt that it read last: what the next one shares with it is not read again. */
  const places = Array.from({ length: context.totalSequences }, () => {
    const sequence = context.getSequence();
    return { sequence, chat: new native.LlamaChat({ contextSequence: sequence }), read: "" };
  });
  type Place = (typeof places)[number];
  const free = new Set(places);
  const waiting: ((place: Place) => void)[] = [];

  async function load() {
    const model = await llama.loadModel({
      modelPath: settings.path,
      ...(llama.gpu === false ? {} : { gpuLayers: { min: 0, max: await layersOnCard() } }),
    });
    const most = Math.min(settings.contextTokens, model.trainContextSize);
    const create = (sequences: number) =>
      model.createContext({
        contextSize: { max: most },
        sequences,
        threads: settings.threads,
        ...(settings.adapters.length > 0
          ? { lora: { adapters: settings.adapters.map((filePath) => ({ filePath })) } }
          : {}),
      });
    const { cpuRam, gpuVram } = await model.fileInsights.estimateContextResourceRequirementsV2({
      contextSize: most,
      modelGpuLayers: model.gpuLayers,
    });
    const wanted = placesFor(statSync(settings.path).size, cpuRam + gpuVram);
    const context = await create(wanted).catch((thrown: unknown) => {
      if (wanted > 1 && thrown instanceof native.InsufficientMemoryError) return create(1);
      throw thrown;
    });
    return { model, context };
  }

  /** As many as the room on the card holds with one context; what the card really has free is llama.cpp's to see. */
  async function layersOnCard(): Promise<number> {
    const insights = await native.GgufInsights.from(
      await native.readGgufFileInfo(settings.path),
      llama,
    );
    const contextSize = Math.min(
      settings.contextTokens,
      insights.trainContextSize ?? settings.contextTokens,
    );
    const cardBytes = settings.cardBytes ?? Number.POSITIVE_INFINITY;
    return layersWithin(insights.totalLayers, cardBytes, async (gpuLayers) => {
      const weights = await insights.estimateModelResourceRequirementsV2({ gpuLayers });
      const context = await insights.estimateContextResourceRequirementsV2({
        contextSize,
        modelGpuLayers: gpuLayers,
      });
      return weights.gpuVram + context.gpuVram;
    });
  }

  /** A free place, the one that shares most with the prompt; else the first that is free again. */
  async function placeOf(prompt: string): Promise<Place> {
    const [best] = [...free].toSorted((a, b) => shared(b.read, prompt) - shared(a.read, prompt));
    if (best === undefined) return new Promise((resolve) => void waiting.push(resolve));
    free.delete(best);
    return best;
  }
  function leave(place: Place): void {
    const next = waiting.shift();
    if (next) next(place);
    else free.add(place);
  }

  return {
    device: llama.gpu === false ? "cpu" : llama.gpu,
    // It looks for a card of any kind; where it finds none that it can use, the processor is no silent choice.
    tried:
      llama.gpu === false && wanted !== "cpu"
        ? [{ device: wanted, failedBecause: noCard(await native.getLlamaGpuTypes("supported")) }]
        : [],
    ...(llama.gpu === false ? {} : { layers }),
    contextTokens: context.contextSize,
    atOnce: places.length,
    countTokens: (text) => model.tokenize(text, false).length,
    async write(request, onText) {
      if (picturesOf(request.messages).length > 0)
        throw new AppError(
          "wrongModality",
          `${nameOf(settings.path)} is a GGUF model; those read no images here. Use a pack with a vision encoder.`,
        );
      const { schema, choices } = request;
      const grammar = choices
        ? await llama.createGrammar({ grammar: grammarOf(choices) })
        : schema && (await llama.createGrammarForJsonSchema(schema as never));
      const history = request.messages.map((message) =>
        message.role === "assistant"
          ? { type: "model" as const, response: [wordsOf(message)] }
          : { type: message.role, text: wordsOf(message) },
      );
      const prompt = request.messages.map(wordsOf).join("\n");
      const place = await placeOf(prompt);
      const before = place.sequence.tokenMeter.getState();
      const started = performance.now();
      let msFirst = 0;
      try {
        place.read = prompt;
        const { response, metadata } = await place.chat.generateResponse(
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
        const used = place.sequence.tokenMeter.diff(before);
        const promptTokens = request.messages.reduce(
          (sum, one) => sum + (one.role === "assistant" ? 0 : model.tokenize(wordsOf(one)).length),
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
      } finally {
        leave(place);
      }
    },
    release: () => llama.dispose(),
  };
}

/** GBNF, as llama.cpp reads it: JSON's escapes are its own. */
const grammarOf = (choices: readonly string[]): string =>
  `root ::= ${choices.map((choice) => JSON.stringify(choice)).join(" | ")}`;

const noCard = (supported: readonly (string | false)[]): string => {
  const kinds = supported.filter((kind) => kind !== false);
  return kinds.length === 0
    ? "llama.cpp finds no driver of a graphics card here"
    : `llama.cpp finds drivers here (${kinds.join(", ")}) and no card that it can use`;
};

const nameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

const mostPlaces = 8;
/** Of the file's size: what the places beside the first may take for their keys and values, or a little at least. */
const shareForPlaces = 0.4;
const fewBytes = 64e6;

/** Answers written at once read the weights once for all of them; each needs a context of its own. */
const placesFor = (fileBytes: number, contextBytes: number): number =>
  Math.max(
    1,
    Math.min(
      mostPlaces,
      1 + Math.floor(Math.max(fewBytes, shareForPlaces * fileBytes) / Math.max(1, contextBytes)),
    ),
  );

function shared(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

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
