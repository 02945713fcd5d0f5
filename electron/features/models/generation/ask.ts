/** One question to a generator by a versioned prompt: filled, checked for room, written, read strictly. */
import { AppError } from "../../../api/errors.ts";
import { failureKinds, type Generated } from "../../../api/schemas/generation.ts";
import { readAnswer, type FailureKind } from "./answer.ts";
import type { Generator } from "./generator.ts";
import { fillPrompt, type Prompt } from "./prompt.ts";

/**
 * Never throws for what the model did: a failure comes back as one, with its kind and what was
 * written, and can be asked again. Cancelling and programming errors are thrown.
 */
export async function ask(
  generator: Generator,
  prompt: Prompt,
  values: Record<string, string>,
  options: {
    signal: AbortSignal;
    seed: number;
    onText?: (piece: string) => void;
    /** Hears of an answer that was written and cannot be used, and of a question too long to be asked. */
    onUnusable?: (failure: FailureKind) => void;
  },
): Promise<Generated> {
  const { signal, seed, onText, onUnusable } = options;
  const content = fillPrompt(prompt, values);
  const told = {
    prompt: `${prompt.id}@${prompt.version}`,
    model: generator.model,
    version: generator.version,
    seed,
  };
  const failed = (
    failure: FailureKind,
    message: string,
    { text = "", tokens = 0 }: { text?: string; tokens?: number } = {},
  ): Generated => ({ ok: false, failure, message, ...told, text, tokens });
  try {
    const needed = (await generator.countTokens(content, signal)) + prompt.maxTokens;
    if (needed > generator.contextTokens) {
      onUnusable?.("contextOverflow");
      return failed(
        "contextOverflow",
        `The question takes ${needed} tokens with its answer; ${generator.model} reads ${generator.contextTokens}.`,
      );
    }
    const { text, stopped, tokens } = await generator.write(
      {
        messages: [{ role: "user", content }],
        schema: prompt.schema,
        maxTokens: prompt.maxTokens,
        temperature: prompt.temperature,
        seed,
      },
      { signal, ...(onText ? { onText } : {}) },
    );
    const answer = readAnswer(text, prompt.schema, stopped);
    if (answer.ok) return { ok: true, value: answer.value, ...told, text, tokens };
    onUnusable?.(answer.failure.kind);
    return failed(answer.failure.kind, answer.failure.message, { text, tokens });
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof AppError) || !["modelFailed", "modelUnavailable"].includes(thrown.code))
      throw thrown;
    const { kind, text } = Object(thrown.data) as { kind?: unknown; text?: string };
    const failure = failureKinds.find((known) => known === kind) ?? "unavailable";
    return failed(failure, thrown.message, text === undefined ? {} : { text });
  }
}
