/** A decoder pack as a writer, in the model process: text and pictures in, text out, held to a schema where one is given. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { AppError } from "../../../../api/errors.ts";
import type { WriteAnswer, Writer, WriteRequest } from "../../llama.ts";
import { openSession } from "../../onnx.ts";
import type { Session, TensorData, Tried } from "../../session.ts";
import type { Message } from "../generator.ts";
import { layOut, templateOf, type Template, type TemplateChoice } from "../template.ts";
import { allowedBy, chooseToken, placeAfter, randomFrom } from "./choice.ts";
import { openEye, type Eye, type EyeSettings } from "./eye.ts";
import { isOver, openChoices, openGrammar } from "./grammar.ts";
import { openNetwork, type Embed, type Row } from "./network.ts";
import { openTextStream } from "./text-stream.ts";
import { openTokenizer, type Tokenizer } from "./tokenizer.ts";

/** Paths are whole. */
export type DecoderSettings = {
  path: string;
  devices: readonly string[];
  threads: number;
  contextTokens: number;
  tokenizer: string;
  config: string;
  template: TemplateChoice;
  bos: number;
  vision?: (EyeSettings & { encoder: string; embed: string }) | undefined;
};

const someId = z.union([z.int(), z.array(z.int())]).nullish();
const idsSchema = z.looseObject({ bos_token_id: someId, eos_token_id: someId });
const configSchema = z.looseObject({ ...idsSchema.shape, text_config: idsSchema.optional() });

/** @throws AppError packInvalid (a file is missing, cut, of another kind, or does not fit the others), modelUnavailable (no room) */
export async function openDecoder(
  settings: DecoderSettings,
  open: typeof openSession = openSession,
): Promise<Writer> {
  const { vision, contextTokens } = settings;
  const tokenizer = openTokenizer(
    await textOf(settings.tokenizer, "the tokenizer"),
    basename(settings.tokenizer),
  );
  const template = templateOf(settings.template);
  const { begin, stops } = endsOf(tokenizer, template, settings.bos, {
    config: await textOf(settings.config, "the model's settings"),
    name: basename(settings.config),
  });
  const sessions: Session[] = [];
  let msSpent = 0;
  const openFile = async (path: string): Promise<Session> => {
    const session = await open(path, [...settings.devices], settings.threads).catch(
      (thrown: unknown) => {
        throw reasonOf(thrown, basename(path));
      },
    );
    sessions.push(session);
    const run: Session["run"] = async (feeds) => {
      const ran = await session.run(feeds);
      msSpent += ran.msRuntime;
      return ran;
    };
    return Object.create(session, { run: { value: run } }) as Session;
  };
  const release = async (): Promise<void> => {
    for (const session of sessions) await session.release();
  };

  async function openAll() {
    const session = await openFile(settings.path);
    const network = openNetwork(session, basename(settings.path));
    if (network.fromEmbeddings !== (vision !== undefined))
      throw new AppError(
        "packInvalid",
        network.fromEmbeddings
          ? `"${basename(settings.path)}" takes inputs_embeds, and the manifest has no "vision" with what makes them.`
          : `"${basename(settings.path)}" takes input_ids: it cannot be given images, and the manifest has a "vision".`,
      );
    const eye = vision && openEye(await openFile(vision.encoder), vision, basename(vision.encoder));
    const embedder = vision && (await openFile(vision.embed));
    return { session, network, eye, embed: embedOf(embedder, eye) };
  }
  const { session, network, eye, embed } = await openAll().catch(async (thrown: unknown) => {
    await release();
    throw thrown;
  });

  /** What a conversation is for the decoder: tokens, and the rows of its pictures where they stand. */
  async function rowsOf(messages: readonly Message[]): Promise<Row[]> {
    const rows: Row[] = [];
    for (const piece of tokenizer.encode(layOut(messages, template))) {
      if (Array.isArray(piece)) rows.push(...piece);
      else if (eye) rows.push(...(await eye.look(piece.image)));
      else
        throw new AppError(
          "wrongModality",
          `${basename(settings.path)} reads no images: its pack has no vision encoder.`,
        );
    }
    // As many as the checkpoint was trained with, whatever the template or the tokenizer would add.
    const first = rows.findIndex((row) => row !== begin);
    return [
      ...Array.from({ length: settings.bos }, () => begin as Row),
      ...rows.slice(Math.max(first, 0)),
    ];
  }

  async function write(
    request: WriteRequest,
    onText: (piece: string) => void,
  ): Promise<WriteAnswer> {
    const started = performance.now();
    const spentBefore = msSpent;
    const { schema, choices } = request;
    const grammar = choices ? openChoices(choices) : schema && openGrammar(schema);
    const rows = await rowsOf(request.messages);
    if (rows.length + request.maxTokens > contextTokens)
      throw new AppError(
        "modelFailed",
        `The question takes ${rows.length} tokens and its answer up to ${request.maxTokens}; the model reads ${contextTokens}.`,
        { kind: "contextOverflow" },
      );
    const reusedTokens = network.keepPrefix(rows);
    const random = randomFrom(request.seed);
    const stream = openTextStream(request.stop, tokenizer.dropsFirstBlank, onText);
    let place = grammar?.start;
    let logits = await network.read(rows.slice(reusedTokens), embed);
    if (logits.length <= Math.max(...stops))
      throw new AppError(
        "packInvalid",
        `The decoder knows ${logits.length} tokens, its tokenizer ${tokenizer.size}.`,
      );
    let msFirst = 0;
    let tokens = 0;
    let stopped: WriteAnswer["stopped"] = "length";
    while (tokens < request.maxTokens) {
      const held = grammar && place ? { grammar, place } : undefined;
      const token = chooseToken(logits, allowedBy(tokenizer, stops, held), {
        temperature: request.temperature,
        random,
      });
      msFirst ||= performance.now() - started;
      tokens += 1;
      const bytes = tokenizer.bytesOf(token);
      if (held) place = placeAfter(held.grammar, held.place, bytes) ?? held.place;
      if (stops.has(token) || stream.push(bytes) || (held && place && isOver(place))) {
        stopped = "end";
        break;
      }
      if (tokens < request.maxTokens) logits = await network.read([token], embed);
    }
    const text = stream.end();
    const msRuntime = msSpent - spentBefore;
    return { text, stopped, tokens, promptTokens: rows.length, reusedTokens, msFirst, msRuntime };
  }

  return {
    get device() {
      return session.device;
    },
    get tried(): Tried {
      return sessions.flatMap(({ tried }) => tried);
    },
    contextTokens,
    atOnce: 1,
    countTokens: (text) =>
      tokenizer
        .encode([{ text, trusted: false }])
        .reduce((sum, one) => sum + (Array.isArray(one) ? one.length : 0), 0),
    write,
    release,
  };
}

async function textOf(path: string, what: string): Promise<string> {
  return readFile(path, "utf8").catch((thrown: unknown) => {
    const why = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
    throw new AppError(
      "packInvalid",
      `"${basename(path)}", ${what}, cannot be read (${why}). Install the pack again.`,
    );
  });
}

/** The beginning token, and the tokens that end an answer. */
function endsOf(
  tokenizer: Tokenizer,
  template: Template,
  bos: number,
  { config, name }: { config: string; name: string },
): { begin: number | undefined; stops: ReadonlySet<number> } {
  let json: unknown;
  try {
    json = JSON.parse(config);
  } catch {
    json = undefined;
  }
  const read = configSchema.safeParse(json);
  if (!read.success)
    throw new AppError("packInvalid", `"${name}" is not a model's config.json; it may be cut.`);
  const { text_config: words } = read.data;
  const ends = [read.data.eos_token_id ?? words?.eos_token_id ?? []].flat();
  const [begin] = [read.data.bos_token_id ?? words?.bos_token_id ?? []].flat();
  if (bos > 0 && begin === undefined)
    throw new AppError(
      "packInvalid",
      `"${name}" names no beginning token; the manifest wants ${bos}.`,
    );
  const stops = new Set(ends);
  for (const token of [...template.stop, ...template.special]) {
    const id = tokenizer.idOf(token);
    if (id === undefined)
      throw new AppError(
        "packInvalid",
        `The pack's template uses "${token}", which its tokenizer does not know: it is another model's template.`,
      );
    if (template.stop.includes(token)) stops.add(id);
  }
  return { begin, stops };
}

function embedOf(embedder: Session | undefined, eye: Eye | undefined): Embed {
  if (!embedder || !eye)
    return () => Promise.reject(new Error("a decoder that takes tokens was asked for embeddings"));
  return async (rows) => {
    const tokens = rows.filter((row) => row >= 0);
    const { outputs } = await embedder.run({
      input_ids: {
        type: "int64",
        dims: [1, Math.max(1, tokens.length)],
        data: BigInt64Array.from(tokens.length > 0 ? tokens : [0], BigInt),
      },
    });
    const made = outputs["inputs_embeds"] as TensorData;
    if (tokens.length === rows.length) return made;
    const width = made.dims.at(-1) as number;
    const data =
      made.type === "float16"
        ? new Float16Array(rows.length * width)
        : new Float32Array(rows.length * width);
    let token = 0;
    for (const [at, row] of rows.entries()) {
      const from = row >= 0 ? width * token++ : 0;
      const values = row >= 0 ? made.data.subarray(from, from + width) : eye.rowOf(row);
      data.set(values as never, at * width);
    }
    return { type: made.type, dims: [1, rows.length, width], data };
  };
}

function reasonOf(thrown: unknown, name: string): AppError {
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  if (/memory|alloc/i.test(said))
    return new AppError(
      "modelUnavailable",
      `${name} does not fit into memory (${said}). Nothing was run. Use a smaller or more strongly quantised pack.`,
    );
  return new AppError(
    "packInvalid",
    `${name} cannot be opened as an ONNX model: ${said}. It may be cut or of another kind; install the pack again.`,
  );
}
