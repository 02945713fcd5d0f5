/** Times a model that writes on made-up abstracts that share their beginning, each answer held to a schema. */
import type { Bench } from "../../../api/schemas/models.ts";
import type { BenchOptions } from "../bench.ts";
import { packFile, type Pack } from "../pack.ts";
import { writerFiles } from "./generation.ts";
import type { Generator, Request } from "./generator.ts";
import { createLocalGenerator } from "./local.ts";

/** About 240 signs, so that answers of different models are about as long. */
const schema = {
  type: "object",
  properties: { text: { type: "string", minLength: 200, maxLength: 240 } },
  required: ["text"],
  additionalProperties: false,
};
const protocol = "Adults with high blood pressure in a randomised trial of yoga. ".repeat(8);
const question = (run: number): Request => ({
  messages: [{ role: "user", content: `${protocol} Abstract ${run}.` }],
  schema,
  maxTokens: 400,
  temperature: 0.8,
  seed: run,
});

type Timed = { ms: number; first: number; tokens: number; runtime: number };

/** @throws AppError as `Generation.write` does */
export async function benchWriter(pack: Pack, options: BenchOptions): Promise<Bench> {
  const { worker, generation, runs, emit, signal, devices, threads } = options;
  const { id, title, version, inference } = pack.manifest;
  if (inference.kind !== "generate") throw new Error(`${id} writes nothing`);
  const isLocal = inference.backend !== "endpoint";
  const path = isLocal ? packFile(pack, inference.file) : "";
  if (isLocal) {
    worker.restartIfIdle();
    await worker.release(path);
  }
  const write: Generator["write"] = isLocal
    ? createLocalGenerator(
        { model: id, version, devices, threads, ...writerFiles(pack, inference) },
        worker,
      ).write
    : (...asked) => generation.write(id, ...asked);

  async function timed(run: number): Promise<Timed> {
    const before = worker.msSpent();
    const started = performance.now();
    let first = 0;
    const { tokens } = await write(question(run), {
      signal,
      onText: () => (first ||= performance.now() - started),
    });
    const ms = performance.now() - started;
    return { ms, first, tokens, runtime: worker.msSpent() - before };
  }
  const opening = await timed(0);
  const measured: Timed[] = [];
  for (let run = 1; run <= runs; run += 1) {
    measured.push(await timed(run));
    emit?.({ done: run, total: runs, label: `Timing ${title}` });
  }
  const sum = (of: (one: Timed) => number): number =>
    measured.reduce((total, one) => total + of(one), 0);
  const whole = measured.map(({ ms }) => ms);
  const { device, tried } = worker.useOf(path) ?? { device: "server", tried: [] };
  const msWhole = sum(({ ms }) => ms);
  return {
    id,
    loadMs: opening.ms,
    p50: at(whole, 0.5),
    p95: at(whole, 0.95),
    throughput: (1000 * runs) / msWhole,
    peakBytes: isLocal ? await worker.memory() : 0,
    device,
    tried,
    // A server's own time is not known here.
    ratioToRuntime: isLocal ? msWhole / sum(({ runtime }) => runtime) : 1,
    writes: {
      tokensPerSecond: (1000 * sum(({ tokens }) => tokens)) / msWhole,
      firstMs: at(
        measured.map(({ first }) => first),
        0.5,
      ),
    },
    at: new Date().toISOString().slice(0, 10),
  };
}

/** The value below which a share of them lies. */
export function at(values: number[], share: number): number {
  return (
    values.toSorted((a, b) => a - b)[
      Math.min(values.length - 1, Math.floor(share * values.length))
    ] ?? 0
  );
}
