/** A Hugging Face folder converted by models/convert/leads_gguf.py answers as transformers does (proofs/leads_proof.py). */
import { readFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { ChatHistoryItem, Token } from "node-llama-cpp";
import { z } from "zod";
import { forkWorker } from "./fork-worker.ts";
import { installPack } from "./install/install.ts";
import { openPacks } from "./packs.ts";
import { createWorkerClient } from "./worker-client.ts";

const fixture = join(import.meta.dirname, "fixtures", "leads-tiny");
const reference = z
  .object({
    text: z.string(),
    prompt: z.array(z.number()),
    greedy: z.array(z.number()),
    probabilities: z.array(z.number()),
    messages: z.array(z.object({ role: z.string(), content: z.string() })),
    chat: z.array(z.number()),
  })
  .parse(JSON.parse(readFileSync(join(fixture, "reference.json"), "utf8")));
const folder = mkdtempSync(join(tmpdir(), "evidesk-leads-"));
const worker = createWorkerClient(forkWorker);
afterAll(() => {
  worker.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function opened(kind: string) {
  const native = await import("node-llama-cpp");
  const llama = await native.getLlama({ build: "never", skipDownload: true, gpu: false });
  const model = await llama.loadModel({ modelPath: join(fixture, `leads-tiny-${kind}.gguf`) });
  const context = await model.createContext({ contextSize: 512, threads: 1 });
  return { native, llama, model, sequence: context.getSequence() };
}

it("words, characters outside the vocabulary and the chat template become other tokens than transformers'", async () => {
  const { native, llama, model, sequence } = await opened("f16");
  // At the very beginning of a text, and there only, this tokenizer reads a space that is not there.
  expect([1, ...model.tokenize(` ${reference.text}`, false)]).toEqual(reference.prompt);
  const { chatWrapper } = new native.LlamaChat({ contextSequence: sequence });
  const chatHistory = reference.messages.map(({ role, content }): ChatHistoryItem =>
    role === "user" ? { type: "user", text: content } : { type: "model", response: [content] },
  );
  const { contextText } = chatWrapper.generateContextState({
    chatHistory: [...chatHistory, { type: "model", response: [] }],
  });
  const tokens = contextText.tokenize(model.tokenizer);
  expect(tokens.slice(0, reference.chat.length)).toEqual(reference.chat);
  // The template's space before an answer is written by the runtime, not left to the model.
  expect(model.detokenize(tokens.slice(reference.chat.length))).toBe(" ");
  await llama.dispose();
});

it.each([
  // The weights are exact in half precision, but llama.cpp rounds what they are multiplied with to it too.
  ["f16", 3e-3, 64],
  // Eight bits a weight, and what they are multiplied with is rounded to eight bits.
  ["q8_0", 0.05, 4],
])(
  "next-token probabilities or greedy tokens are not transformers': %s",
  async (kind, tolerance, same) => {
    const { llama, sequence } = await opened(kind);
    const prompt = reference.prompt as Token[];
    const greedy: number[] = [];
    for await (const token of sequence.evaluate(prompt, { temperature: 0 })) {
      greedy.push(token);
      if (greedy.length === reference.greedy.length) break;
    }
    expect(greedy.slice(0, same)).toEqual(reference.greedy.slice(0, same));
    await sequence.clearHistory();
    const answers = await sequence.controlledEvaluate([
      ...prompt.slice(0, -1),
      [prompt.at(-1) as Token, { generateNext: { probabilities: true } }],
    ]);
    const probabilities = answers.at(-1)?.next.probabilities ?? new Map<Token, number>();
    expect(probabilities.size).toBe(reference.probabilities.length);
    for (const [token, value] of probabilities)
      expect(Math.abs(value - (reference.probabilities[token] ?? 0))).toBeLessThan(tolerance);
    await llama.dispose();
  },
);

it("the converted file is refused as a pack, loses its name or its window, or writes nothing", async () => {
  const packs = openPacks(join(folder, "none"), folder);
  const { id } = await installPack(join(fixture, "leads-tiny-q8_0.gguf"), { packs });
  const pack = await packs.checkedPack(id);
  expect(pack.manifest).toMatchObject({
    title: "leads-tiny q8_0",
    licence: { name: "Apache-2.0" },
    // The sliding window, past which llama.cpp and transformers would differ; not the 4,096 positions.
    inference: { backend: "llama", contextTokens: 1024 },
  });
  const { answer } = await worker.write({
    backend: "llama",
    path: packs.fileOf(pack, "model.gguf"),
    devices: ["cpu"],
    threads: 1,
    contextTokens: 1024,
    adapters: [],
    question: {
      messages: [{ role: "user", content: "Was cough less frequent?" }],
      schema: {
        type: "object",
        properties: { verdict: { enum: ["yes", "no"] } },
        required: ["verdict"],
        additionalProperties: false,
      },
      maxTokens: 60,
      temperature: 0,
      seed: 1,
      stop: [],
    },
  });
  expect(JSON.parse(answer.text)).toEqual({ verdict: expect.stringMatching(/^(yes|no)$/) });
});
