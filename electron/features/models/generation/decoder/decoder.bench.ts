/**
 * `npm run bench decoder`: tokens per second of an ONNX decoder through the model process, beside ONNX
 * Runtime alone in the plainest loop (feeds, run, largest logit), greedy, the same prompt and count, taken
 * by turns; then held to a schema. The ratio is also given in processor time, our writer and the loop in one
 * process, since the clock on a busy machine is anybody's. `node …/decoder.bench.ts PACK` for another pack than the tiny one.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { forkWorker } from "../../fork-worker.ts";
import { packFile, readPack } from "../../pack.ts";
import { createWorkerClient } from "../../worker-client.ts";
import { writerFiles } from "../generation.ts";
import { layOut, templateOf } from "../template.ts";
import { openTokenizer } from "./tokenizer.ts";
import { openDecoder } from "./writer.ts";

const folder = process.argv[2] ?? join(import.meta.dirname, "..", "..", "fixtures", "decoder-tiny");
const pack = await readPack(folder, false);
const { inference } = pack.manifest;
if (inference.kind !== "generate" || inference.backend !== "onnx" || inference.vision)
  throw new Error(`${folder} is no plain decoder`);
const [rounds, count] = [9, 256];
const messages = [
  {
    role: "user" as const,
    content: "Adults with high blood pressure in a trial of yoga. ".repeat(8),
  },
];

const path = packFile(pack, inference.file);
const tokenizer = openTokenizer(
  readFileSync(packFile(pack, inference.tokenizer), "utf8"),
  "tokenizer",
);
const prompt = tokenizer
  .encode(layOut(messages, templateOf(inference.template)))
  .flatMap((piece) => (Array.isArray(piece) ? piece : []));

const session = await InferenceSession.create(path, {
  executionProviders: ["cpu"],
  enableCpuMemArena: false,
  enableMemPattern: false,
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
});
const caches = session.inputMetadata.filter((slot) => slot.name.startsWith("past_key_values"));

/** Milliseconds for `count` tokens with the runtime alone. */
async function bare(): Promise<number> {
  const started = performance.now();
  let feeds: Record<string, Tensor> = {};
  for (const slot of caches) {
    const [, heads, , size] = slot.isTensor ? slot.shape : [];
    feeds[slot.name] = new Tensor("float32", new Float32Array(0), [
      1,
      Number(heads),
      0,
      Number(size),
    ]);
  }
  let ids = prompt;
  let total = 0;
  for (let token = 0; token < count; token += 1) {
    const from = total;
    total += ids.length;
    const whole = (values: BigInt64Array): Tensor =>
      new Tensor("int64", values, [1, values.length]);
    feeds["input_ids"] = whole(BigInt64Array.from(ids, BigInt));
    feeds["attention_mask"] = whole(new BigInt64Array(total).fill(1n));
    feeds["position_ids"] = whole(BigInt64Array.from(ids, (_, at) => BigInt(from + at)));
    const outputs = await session.run(feeds);
    const logits = outputs["logits"] as Tensor;
    const values = logits.data as Float32Array;
    const first = values.length - (logits.dims.at(-1) as number);
    let best = first;
    for (let at = first + 1; at < values.length; at += 1)
      if ((values[at] as number) > (values[best] as number)) best = at;
    ids = [best - first];
    feeds = {};
    for (const { name } of caches)
      feeds[name] = outputs[name.replace("past_key_values", "present")] as Tensor;
  }
  return performance.now() - started;
}

const { decoder, ...rest } = filesOf();
const cpu = { devices: ["cpu"], threads: 1 };
const writer = await openDecoder({ ...rest, ...decoder, ...cpu });
const asked = { messages, maxTokens: count, temperature: 0, seed: 1, stop: [] };

function filesOf() {
  const files =
    inference.kind === "generate" && inference.backend === "onnx" && writerFiles(pack, inference);
  if (!files || files.backend !== "onnx") throw new Error("no decoder");
  return files;
}

/** Processor time of this process in ms. */
async function processor(act: () => Promise<unknown>): Promise<number> {
  // Neither pays for what the other left behind (`--expose-gc`, which `npm run bench` gives).
  globalThis.gc?.();
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const worker = createWorkerClient(forkWorker);
const request = { devices: ["cpu"], threads: 1, ...writerFiles(pack, inference) };
const schema = {
  type: "object",
  properties: { text: { type: "string", minLength: 200, maxLength: 240 } },
  required: ["text"],
  additionalProperties: false,
};

async function ours(held: boolean): Promise<{ ms: number; tokens: number; first: number }> {
  // What a call before has read would be kept: the first words differ.
  await worker.write({
    ...request,
    question: {
      messages: [{ role: "user", content: "x" }],
      maxTokens: 1,
      temperature: 0,
      seed: 1,
      stop: [],
    },
  });
  const started = performance.now();
  const { answer } = await worker.write({
    ...request,
    question: {
      messages,
      maxTokens: count,
      temperature: held ? 0.8 : 0,
      seed: 1,
      stop: [],
      ...(held ? { schema } : {}),
    },
  });
  return { ms: performance.now() - started, tokens: answer.tokens, first: answer.msFirst };
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
await bare();
await ours(false);
await writer.write(asked, () => {});
const rows = {
  bare: [] as number[],
  free: [] as number[],
  held: [] as number[],
  first: [] as number[],
  ratio: [] as number[],
  cpu: [] as number[],
};
for (let round = 0; round < rounds; round += 1) {
  let bareMs = 0;
  const bareCpu = await processor(async () => (bareMs = await bare()));
  const alone = count / bareMs;
  await writer.write(
    { ...asked, messages: [{ role: "user", content: "x" }], maxTokens: 1 },
    () => {},
  );
  const ourCpu = await processor(() => writer.write(asked, () => {}));
  rows.cpu.push(bareCpu / ourCpu);
  const free = await ours(false);
  const held = await ours(true);
  rows.bare.push(1000 * alone);
  rows.free.push((1000 * free.tokens) / free.ms);
  rows.held.push((1000 * held.tokens) / held.ms);
  rows.first.push(free.first);
  rows.ratio.push(free.tokens / free.ms / alone);
}
const line = (name: string, values: number[], digits = 0): void =>
  void process.stdout.write(
    `${name}: ${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})\n`,
  );
process.stdout.write(
  `${pack.manifest.id}, ${count} tokens after ${prompt.length}, median of ${rounds}\n`,
);
line("ONNX Runtime alone, tokens/s", rows.bare);
line("through the model process, tokens/s", rows.free);
line("held to a schema, tokens/s", rows.held);
line("first token after ms", rows.first, 1);
line("ratio to the runtime alone (goal 0.95)", rows.ratio, 2);
line("the same in processor time, one process", rows.cpu, 2);
process.stdout.write(
  `the process held at most ${((await worker.memory()) / 1048576).toFixed(0)} MB\n`,
);
worker.stop();
await writer.release();
await session.release();
