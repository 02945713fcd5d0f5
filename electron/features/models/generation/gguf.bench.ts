/**
 * `npm run bench gguf`: tokens per second of a GGUF model through the model process, beside node-llama-cpp
 * alone (its chat, the grammar made once) and our writer without the process; `node …/gguf.bench.ts FILE.gguf` for another file than the tiny one.
 */
import { join } from "node:path";
import { getLlama, LlamaChat, LlamaLogLevel } from "node-llama-cpp";
import { forkWorker } from "../fork-worker.ts";
import { openWriter, type WriteRequest } from "../llama.ts";
import { createWorkerClient } from "../worker-client.ts";

const path =
  process.argv[2] ?? join(import.meta.dirname, "..", "fixtures", "llama-tiny", "model.gguf");
const runs = 12;
const settings = {
  backend: "llama" as const,
  path,
  contextTokens: 2048,
  threads: 1,
  devices: ["cpu"],
  adapters: [],
};
const protocol = "Adults with high blood pressure in a randomised trial of yoga. ".repeat(8);
const wordsOf = (run: number): string => `${protocol} Abstract ${run}.`;
const question = (run: number): WriteRequest => ({
  messages: [{ role: "user", content: wordsOf(run) }],
  schema: {
    type: "object",
    properties: { text: { type: "string", minLength: 200, maxLength: 240 } },
    required: ["text"],
  },
  maxTokens: 300,
  temperature: 0.8,
  seed: run,
  stop: [],
});

type Measured = { tokens: number; ms: number; first: number[]; reused: number; prompt: number };

type Asked = (asked: WriteRequest) => Promise<{
  tokens: number;
  msFirst: number;
  reusedTokens: number;
  promptTokens: number;
}>;

async function measure(write: Asked): Promise<Measured> {
  await write(question(0));
  const measured: Measured = { tokens: 0, ms: 0, first: [], reused: 0, prompt: 0 };
  for (let run = 1; run <= runs; run += 1) {
    const started = performance.now();
    const answer = await write(question(run));
    measured.ms += performance.now() - started;
    measured.tokens += answer.tokens;
    measured.first.push(answer.msFirst);
    measured.reused += answer.reusedTokens;
    measured.prompt += answer.promptTokens;
  }
  return measured;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const line = (name: string, { tokens, ms, first, reused, prompt }: Measured): number => {
  const speed = (1000 * tokens) / ms;
  process.stdout.write(
    `${name} | ${speed.toFixed(1)} | ${median(first).toFixed(1)} | ${((100 * reused) / prompt).toFixed(0)} %\n`,
  );
  return speed;
};

process.stdout.write(
  "through | tokens/s | first piece, ms (median) | prompt kept from the call before\n",
);
/** The library with nothing of ours around it. */
async function openBare(): Promise<Asked> {
  const llama = await getLlama({
    build: "never",
    skipDownload: true,
    gpu: false,
    logLevel: LlamaLogLevel.error,
    maxThreads: settings.threads,
  });
  const model = await llama.loadModel({ modelPath: path });
  const context = await model.createContext({
    contextSize: { max: settings.contextTokens },
    threads: settings.threads,
  });
  const sequence = context.getSequence();
  const chat = new LlamaChat({ contextSequence: sequence });
  const grammar = await llama.createGrammarForJsonSchema(question(0).schema as never);
  return async ({ maxTokens, temperature, seed }) => {
    const before = sequence.tokenMeter.getState();
    const started = performance.now();
    let msFirst = 0;
    const text = wordsOf(seed);
    await chat.generateResponse(
      [
        { type: "user", text },
        { type: "model", response: [] },
      ],
      {
        grammar,
        maxTokens,
        temperature,
        seed,
        onTextChunk: () => (msFirst ||= performance.now() - started),
      },
    );
    const used = sequence.tokenMeter.diff(before);
    const promptTokens = model.tokenize(text, false).length;
    const reusedTokens = Math.max(0, promptTokens - used.usedInputTokens);
    return { tokens: used.usedOutputTokens, msFirst, promptTokens, reusedTokens };
  };
}

const bare = line("node-llama-cpp alone", await measure(await openBare()));
const writer = await openWriter(settings);
line("our writer, same process", await measure((asked) => writer.write(asked, () => {})));
await eightAbstracts();
await writer.release();
const worker = createWorkerClient(forkWorker);
const ours = line(
  "the model process",
  await measure(async (asked) => (await worker.write({ ...settings, question: asked })).answer),
);
process.stdout.write(`ratio ${(ours / bare).toFixed(2)} (goal 0.95)\n`);
process.stdout.write(
  `the process held at most ${((await worker.memory()) / 1048576).toFixed(0)} MB\n`,
);
worker.stop();

/**
 * Eight abstracts of one protocol, one after the other and together; by the clock, and by processor time, which a
 * busy machine does not change.
 */
async function eightAbstracts(): Promise<void> {
  const runs = Array.from({ length: 8 }, (_, at) => 100 + at);
  const ask = (run: number) => writer.write(question(run), () => {});
  async function timed(work: () => Promise<Awaited<ReturnType<typeof ask>>[]>) {
    const [started, before] = [performance.now(), process.cpuUsage()];
    const answers = await work();
    const { user, system } = process.cpuUsage(before);
    const sum = (of: (one: (typeof answers)[number]) => number): number =>
      answers.reduce((total, one) => total + of(one), 0);
    const tokens = sum((one) => one.tokens);
    return {
      clock: (1000 * tokens) / (performance.now() - started),
      processor: (1e6 * tokens) / (user + system),
      kept: sum((one) => one.reusedTokens) / sum((one) => one.promptTokens),
    };
  }
  const together = () => timed(() => Promise.all(runs.map(ask)));
  const apart = () =>
    timed(async () => {
      const answers = [];
      for (const run of runs) answers.push(await ask(run));
      return answers;
    });
  await together();
  const gains: { clock: number[]; processor: number[] } = { clock: [], processor: [] };
  for (let round = 0; round < 5; round += 1) {
    const [one, all] = [await apart(), await together()];
    gains.clock.push(all.clock / one.clock);
    gains.processor.push(all.processor / one.processor);
    process.stdout.write(
      `eight abstracts | one after the other ${one.clock.toFixed(0)} tokens/s (${one.processor.toFixed(0)} by processor time), ${(100 * one.kept).toFixed(0)} % of the prompts kept | together ${all.clock.toFixed(0)} (${all.processor.toFixed(0)}), ${(100 * all.kept).toFixed(0)} %\n`,
    );
  }
  process.stdout.write(
    `together against one after the other, median of five: ${median(gains.clock).toFixed(2)} by the clock, ${median(gains.processor).toFixed(2)} by processor time\n`,
  );
}
