/** GGUF models: the numbers are PyTorch's, answers keep to their schema, and what is broken says so. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { promptsFolder } from "../../places.ts";
import { forkWorker } from "./fork-worker.ts";
import { createGeneration } from "./generation/generation.ts";
import { openWriter } from "./llama.ts";
import { installPack } from "./install/install.ts";
import { openPacks } from "./packs.ts";
import { createWorkerClient } from "./worker-client.ts";

const fixture = join(import.meta.dirname, "fixtures", "llama-tiny");
const file = join(fixture, "model.gguf");
const reference = JSON.parse(readFileSync(join(fixture, "reference.json"), "utf8")) as {
  text: string;
  prompt: number[];
  greedy: number[];
  probabilities: number[];
};

describe("the runtime on a tiny Llama (fixtures/llama-tiny/make.py)", () => {
  it("tokenises, and gives PyTorch's probabilities and its 64 greedy tokens", async () => {
    const { getLlama } = await import("node-llama-cpp");
    const llama = await getLlama({ build: "never", skipDownload: true, gpu: false });
    const model = await llama.loadModel({ modelPath: file });
    const context = await model.createContext({ contextSize: 512, threads: 1 });
    const sequence = context.getSequence();
    const prompt = reference.prompt as Parameters<typeof sequence.evaluate>[0] & number[];
    expect([1, ...model.tokenize(reference.text, false)]).toEqual(reference.prompt);
    const greedy: number[] = [];
    for await (const token of sequence.evaluate(prompt, { temperature: 0 })) {
      greedy.push(token);
      if (greedy.length === reference.greedy.length) break;
    }
    expect(greedy).toEqual(reference.greedy);
    await sequence.clearHistory();
    const last = prompt.at(-1);
    const answers = await sequence.controlledEvaluate([
      ...prompt.slice(0, -1),
      [last as never, { generateNext: { probabilities: true } }],
    ]);
    const probabilities = answers.at(-1)?.next.probabilities ?? new Map<number, number>();
    expect(probabilities.size).toBe(reference.probabilities.length);
    // The cache of keys and values is in half precision.
    for (const [token, value] of probabilities)
      expect(Math.abs(value - (reference.probabilities[token] ?? 0))).toBeLessThan(5e-4);
    await llama.dispose();
  });
});

it("a card that was asked for and is not there gives way to the processor without a word", async () => {
  const { getLlama } = await import("node-llama-cpp");
  const llama = await getLlama({ build: "never", skipDownload: true, gpu: "auto" });
  const hasCard = llama.gpu !== false;
  await llama.dispose();
  if (hasCard) return;
  const writer = await openWriter({
    ...{ path: file, contextTokens: 512, threads: 1, adapters: [] },
    devices: ["cuda", "cpu"],
  });
  expect(writer.device).toBe("cpu");
  expect(writer.layers).toBeUndefined();
  expect(writer.tried).toEqual([
    { device: "cuda", failedBecause: expect.stringMatching(/llama\.cpp finds/) },
  ]);
  await writer.release();
});

describe("a GGUF pack through the model process", () => {
  const folder = mkdtempSync(join(tmpdir(), "evidesk-gguf-"));
  const worker = createWorkerClient(forkWorker);
  afterAll(() => {
    worker.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const request = {
    backend: "llama" as const,
    path: file,
    devices: ["cpu"],
    threads: 1,
    contextTokens: 1024,
    adapters: [],
  };
  const question = (content: string, maxTokens = 200) => ({
    messages: [{ role: "user" as const, content }],
    schema: {
      type: "object",
      properties: { verdict: { enum: ["yes", "no"] }, sure: { type: "boolean" } },
      required: ["verdict", "sure"],
      additionalProperties: false,
    },
    maxTokens,
    temperature: 0,
    seed: 1,
    stop: [],
  });

  it("writes what keeps to the schema, piece by piece, the same each time", async () => {
    const pieces: string[] = [];
    const first = await worker.write(
      { ...request, question: question("Adults?") },
      undefined,
      (piece) => pieces.push(piece),
    );
    expect(JSON.parse(first.answer.text)).toEqual({
      verdict: expect.stringMatching(/^(yes|no)$/),
      sure: expect.any(Boolean),
    });
    expect(pieces.join("")).toBe(first.answer.text);
    const again = await worker.write({ ...request, question: question("Adults?") });
    expect(again.answer.text).toBe(first.answer.text);
  });

  it("does not read a shared beginning twice", async () => {
    const protocol =
      "Criterion: adults with high blood pressure in a randomised trial of yoga. ".repeat(5);
    await worker.write({ ...request, question: question(`${protocol} First abstract.`) });
    const { answer } = await worker.write({
      ...request,
      question: question(`${protocol} Second one.`),
    });
    expect(answer.reusedTokens).toBeGreaterThan(answer.promptTokens * 0.8);
  });

  it("writes several answers at once, each its own, and none is lost among them", async () => {
    const ask = async (name: string): Promise<string> => {
      const asked = { ...question(`Adults called ${name}?`, 60), schema: undefined };
      return (await worker.write({ ...request, question: asked })).answer.text;
    };
    const names = ["Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal", "Ida", "Jo", "Kim"];
    const alone: string[] = [];
    for (const name of names) alone.push(await ask(name));
    const together = await Promise.all(names.map(ask));
    // Sums of a batch differ in their last bits: most answers are the same words, all are answers.
    expect(together.filter((text, at) => text === alone[at]).length).toBeGreaterThan(6);
    expect(together.every((text) => text.length > 0)).toBe(true);
    // Both were under way at once: pieces of two answers come in turns.
    const order: number[] = [];
    await Promise.all(
      [0, 1].map((at) =>
        worker.write(
          { ...request, question: { ...question(`Turn ${at}`, 40), schema: undefined } },
          undefined,
          () => order.push(at),
        ),
      ),
    );
    expect(new Set(order.slice(0, order.lastIndexOf(0))).size).toBe(2);
  });

  it("asked with another adapter meanwhile, ends what it writes before it is opened anew", async () => {
    const plain = { ...question("Adults?", 30), schema: undefined };
    const adapter = join(fixture, "adapter.gguf");
    const [one, two, three] = await Promise.all(
      [[], [adapter], []].map((adapters) =>
        worker.write({ ...request, adapters, question: plain }),
      ),
    );
    expect(one?.answer.text).toBe(three?.answer.text);
    expect(two?.answer.text).not.toBe(one?.answer.text);
  });

  it("says when the token limit cut the answer", async () => {
    const { answer } = await worker.write({ ...request, question: question("Adults?", 3) });
    expect(answer.stopped).toBe("length");
  });

  it("names a cut file and a file of another kind, and goes on working", async () => {
    const cut = join(folder, "cut.gguf");
    writeFileSync(cut, readFileSync(file).subarray(0, 200_000));
    const other = join(folder, "other.gguf");
    writeFileSync(other, "no model");
    for (const path of [cut, other])
      await expect(
        worker.write({ ...request, path, question: question("x") }),
      ).rejects.toMatchObject({
        code: "packInvalid",
        message: expect.stringContaining("cannot be opened as a GGUF model"),
      });
    await worker.write({ ...request, question: question("still here?") });
  });

  it("cancels in the middle of an answer, and the next one is written by a new process", async () => {
    const controller = new AbortController();
    const long = {
      ...question("Write"),
      schema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
      maxTokens: 900,
      temperature: 1.5,
    };
    await expect(
      worker.write({ ...request, question: long }, controller.signal, () => controller.abort()),
    ).rejects.toMatchObject({ code: "cancelled" });
    expect(
      (await worker.write({ ...request, question: question("x") })).answer.tokens,
    ).toBeGreaterThan(0);
  });

  it("is added as a bare file, and answers a bundled prompt: counted, written, read strictly", async () => {
    const packs = openPacks(join(folder, "none"), folder);
    const { id } = await installPack(file, { packs });
    expect(await packs.find(id)).toMatchObject({
      manifest: {
        title: "llama-tiny",
        licence: { name: expect.stringContaining("Unknown") },
        inference: { backend: "llama", contextTokens: 2048 },
      },
    });
    const generation = createGeneration({
      packs,
      promptsFolder,
      fetch: () => Promise.reject(new Error("nothing is sent")),
      secret: async () => undefined,
      worker,
      settingsOf: () => ({ devices: ["cpu"], threads: 1 }),
    });
    const prompt = (await generation.prompts()).find((one) => one.id === "pico");
    const values = Object.fromEntries(
      (prompt?.names ?? []).map((name) => [name, "yoga for adults"]),
    );
    const signal = new AbortController().signal;
    const told = await generation.ask(id, "pico", values, { signal, seed: 3 });
    expect(told).toMatchObject({ model: id, version: "1.0.0", seed: 3 });
    // Random weights write nonsense, but only in the prompt's shape, or until the limit cuts it.
    expect(told.ok ? "written" : told.failure).toMatch(/^(written|cutOff|wrongShape)$/);
    expect(told.text.length).toBeGreaterThan(0);
    const long = Object.fromEntries(
      (prompt?.names ?? []).map((name) => [name, "yoga for adults ".repeat(2000)]),
    );
    expect(await generation.ask(id, "pico", long, { signal, seed: 3 })).toMatchObject({
      ok: false,
      failure: "contextOverflow",
    });
  });

  it("refuses a head that is cut or holds no tokenizer, before anything is installed", async () => {
    const packs = openPacks(join(folder, "none"), join(folder, "empty"));
    const cut = join(folder, "head.gguf");
    writeFileSync(cut, readFileSync(file).subarray(0, 900));
    await expect(installPack(cut, { packs })).rejects.toMatchObject({
      code: "packInvalid",
      message: expect.stringContaining("cut"),
    });
    expect(await packs.list()).toEqual([]);
  });
});

describe("a LoRA adapter (fixtures/llama-tiny/make.py)", () => {
  const adapter = join(fixture, "adapter.gguf");
  it("changes nothing, or gives other tokens than PyTorch with the adapter in its weights", async () => {
    const { getLlama } = await import("node-llama-cpp");
    const llama = await getLlama({ build: "never", skipDownload: true, gpu: false });
    const model = await llama.loadModel({ modelPath: file });
    const lora = { adapters: [{ filePath: adapter }] };
    const context = await model.createContext({ contextSize: 512, threads: 1, lora });
    const { greedy: expected } = JSON.parse(
      readFileSync(join(fixture, "adapter.json"), "utf8"),
    ) as { greedy: number[] };
    const greedy: number[] = [];
    const sequence = context.getSequence();
    for await (const token of sequence.evaluate(reference.prompt as never, { temperature: 0 })) {
      greedy.push(token);
      if (greedy.length === expected.length) break;
    }
    expect(greedy).toEqual(expected);
    expect(greedy).not.toEqual(reference.greedy);
    await llama.dispose();
  });

  it("is left out by the model process, or a file that is none is taken", async () => {
    const worker = createWorkerClient(forkWorker);
    const ask = async (adapters: string[]): Promise<string> => {
      const settings = { path: file, devices: ["cpu"], threads: 1, contextTokens: 1024, adapters };
      const messages = [{ role: "user" as const, content: "Adults?" }];
      const question = { messages, maxTokens: 40, temperature: 0, seed: 1, stop: [] };
      return (await worker.write({ backend: "llama", ...settings, question })).answer.text;
    };
    const [plain, adapted, again] = [await ask([]), await ask([adapter]), await ask([adapter])];
    expect(adapted).not.toBe(plain);
    expect(again).toBe(adapted);
    await expect(ask([join(fixture, "reference.json")])).rejects.toMatchObject({
      code: "packInvalid",
    });
    worker.stop();
  });
});
