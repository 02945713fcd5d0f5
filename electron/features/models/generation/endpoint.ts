/**
 * An OpenAI-compatible endpoint (vLLM, llama.cpp's server, Ollama): chat completions streamed as
 * server-sent events, the answer constrained by `response_format` to the prompt's JSON schema.
 * Format: https://platform.openai.com/docs/api-reference/chat/streaming
 */
import { encode as encodePng } from "fast-png";
import { z } from "zod";
import { AppError } from "../../../api/errors.ts";
import type { Generator, Part, Request, Written } from "./generator.ts";

export type EndpointSettings = {
  /** Up to and with the version, as in http://127.0.0.1:8000/v1. */
  address: string;
  model: string;
  contextTokens: number;
  key?: string | undefined;
  /** Longest silence between two pieces of an answer, in ms. */
  silenceMs?: number;
};
export type Fetch = (url: string, options: RequestInit) => Promise<Response>;

const pieceSchema = z.looseObject({
  choices: z.array(
    z.looseObject({
      delta: z.looseObject({ content: z.string().nullish() }).optional(),
      finish_reason: z.string().nullish(),
    }),
  ),
  usage: z.looseObject({ completion_tokens: z.int() }).nullish(),
});
const tokensSchema = z.union([
  z.looseObject({ count: z.int() }).transform(({ count }) => count),
  z.looseObject({ tokens: z.array(z.unknown()) }).transform(({ tokens }) => tokens.length),
]);

/** Tokens of English text are about four characters; counted low so that too much is never sent. */
const charactersPerToken = 3;

export function createEndpoint(settings: EndpointSettings, fetch: Fetch): Generator {
  const { address, model, contextTokens, key, silenceMs = 120_000 } = settings;
  const headers = {
    "content-type": "application/json",
    ...(key ? { authorization: `Bearer ${key}` } : {}),
  };
  const post = (url: string, body: unknown, signal: AbortSignal): Promise<Response> =>
    fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal }).catch(
      (thrown: unknown) => {
        signal.throwIfAborted();
        const why = thrown instanceof Error ? thrown.message : "";
        throw new AppError(
          "modelUnavailable",
          `The model server at ${address} did not answer (${why}). Start it, or choose another model.`,
        );
      },
    );

  return {
    model,
    version: address,
    contextTokens,
    async countTokens(text, signal) {
      // vLLM and llama.cpp count with the model's own tokenizer, beside the API; others do not.
      const root = address.replace(/\/v1\/?$/, "");
      const answer = await post(`${root}/tokenize`, { model, prompt: text, content: text }, signal);
      const counted = answer.ok
        ? tokensSchema.safeParse(await answer.json().catch(() => undefined))
        : undefined;
      return counted?.success ? counted.data : Math.ceil(text.length / charactersPerToken);
    },
    async write(request, { signal, onText }) {
      const silence = new AbortController();
      const both = AbortSignal.any([signal, silence.signal]);
      let timer = setTimeout(() => silence.abort(), silenceMs);
      try {
        const answer = await post(`${address}/chat/completions`, bodyOf(model, request), both);
        if (!answer.ok) throw await refusal(answer, address, model);
        return await readPieces(answer, (piece) => {
          clearTimeout(timer);
          timer = setTimeout(() => silence.abort(), silenceMs);
          onText?.(piece);
        });
      } catch (thrown) {
        signal.throwIfAborted();
        if (silence.signal.aborted)
          throw new AppError(
            "modelFailed",
            `${model} at ${address} was silent for ${Math.round(silenceMs / 1000)} s and was given up.`,
            { kind: "timeout" },
          );
        throw thrown;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function bodyOf(model: string, request: Request): unknown {
  return {
    model,
    messages: request.messages.map(({ role, content }) => ({
      role,
      content: typeof content === "string" ? content : content.map(contentPart),
    })),
    max_tokens: request.maxTokens,
    temperature: request.temperature,
    seed: request.seed,
    ...(request.stop ? { stop: request.stop } : {}),
    stream: true,
    stream_options: { include_usage: true },
    // vLLM's own; other servers pass it over, and the strict reading of the answer stays.
    ...(request.choices ? { structured_outputs: { choice: request.choices } } : {}),
    ...(request.schema
      ? {
          response_format: {
            type: "json_schema",
            json_schema: { name: "answer", strict: true, schema: request.schema },
          },
        }
      : {}),
  };
}

/** Images travel as PNG within the message. */
function contentPart(part: Part): unknown {
  if ("text" in part) return { type: "text", text: part.text };
  const png = Buffer.from(encodePng(part.image)).toString("base64");
  return { type: "image_url", image_url: { url: `data:image/png;base64,${png}` } };
}

async function refusal(answer: Response, address: string, model: string): Promise<AppError> {
  const said = (await answer.text().catch(() => "")).slice(0, 300);
  const tooLong = /context|maximum.*length|too long|exceed/i.test(said) && answer.status === 400;
  return new AppError(
    answer.status >= 500 || answer.status === 429 ? "modelUnavailable" : "modelFailed",
    `${model} at ${address} answered ${answer.status}: ${said || answer.statusText}`,
    { kind: tooLong ? "contextOverflow" : "unavailable", status: answer.status },
  );
}

/** Server-sent events to text. A stream that ends before its finish reason was cut. */
async function readPieces(answer: Response, onText: (piece: string) => void): Promise<Written> {
  const decoder = new TextDecoder();
  let rest = "";
  let text = "";
  let tokens = 0;
  let finished: string | null = null;
  const take = (line: string): void => {
    if (!line.startsWith("data:")) return;
    const data = line.slice(5).trim();
    if (data === "" || data === "[DONE]") return;
    const piece = parsePiece(data);
    tokens = piece.usage?.completion_tokens ?? tokens;
    const [choice] = piece.choices;
    finished = choice?.finish_reason ?? finished;
    const content = choice?.delta?.content ?? "";
    if (content === "") return;
    text += content;
    onText(content);
  };
  try {
    for await (const chunk of answer.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
    }
  } catch (thrown) {
    if (thrown instanceof AppError || (thrown instanceof Error && thrown.name === "AbortError"))
      throw thrown;
    finished = null;
  }
  if (finished === null)
    throw new AppError("modelFailed", "The answer was cut off: the line to the model broke.", {
      kind: "cutOff",
      text,
    });
  return { text, stopped: finished === "length" ? "length" : "end", tokens };
}

function parsePiece(data: string): z.infer<typeof pieceSchema> {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    json = undefined;
  }
  const piece = pieceSchema.safeParse(json);
  if (piece.success) return piece.data;
  throw new AppError(
    "modelFailed",
    `The model server sent what is no chat completion: ${data.slice(0, 160)}`,
  );
}
