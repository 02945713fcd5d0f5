/** A pack of this machine as a generator: its files are read and run in the model process, under its memory limit. */
import type { WorkerClient } from "../worker-client.ts";
import type { WriterRequest } from "../worker-protocol.ts";
import type { Generator } from "./generator.ts";

export function createLocalGenerator(
  about: { model: string; version: string } & WriterRequest,
  worker: Pick<WorkerClient, "write" | "countTokens">,
): Generator {
  const { model, version, ...request } = about;
  return {
    model,
    version,
    contextTokens: request.contextTokens,
    countTokens: async (text, signal) =>
      (await worker.countTokens({ ...request, text }, signal)).tokens,
    async write(
      { messages, schema, choices, maxTokens, temperature, seed, stop },
      { signal, onText },
    ) {
      const question = {
        messages,
        schema,
        choices,
        maxTokens,
        temperature,
        seed,
        stop: stop ?? [],
      };
      const { answer } = await worker.write({ ...request, question }, signal, onText);
      return { text: answer.text, stopped: answer.stopped, tokens: answer.tokens };
    },
  };
}
