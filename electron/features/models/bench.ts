/** Times a pack on made-up input of a usual size: the whole call, and beside it the runtime's own part. */
import { AppError } from "../../api/errors.ts";
import type { Bench } from "../../api/schemas/models.ts";
import type { Volume } from "../../api/volume.ts";
import type { Manifest } from "./manifest.ts";
import { at, benchWriter } from "./generation/bench-writer.ts";
import type { Generation } from "./generation/generation.ts";
import { createExperts } from "./experts.ts";
import type { Experts, RunOptions } from "./models.ts";
import type { Packs } from "./packs.ts";
import type { Pack } from "./pack.ts";
import { networkPath } from "./pack-info.ts";
import { createTexts, type Texts } from "./texts.ts";
import type { WorkerClient } from "./worker-client.ts";

export type BenchOptions = RunOptions & {
  worker: WorkerClient;
  packs: Packs;
  runs: number;
  /** Devices to try, in order; the timing is of the first that works. */
  devices: string[];
  threads: number;
  generation: Pick<Generation, "write">;
};
type Callers = { experts: Experts; texts: Texts; signal: AbortSignal };

/**
 * A film's or a small scan's size; for a network over windows, as much as a window and a half along each axis on the
 * grid it runs on: of a fixed size, a pack of tiny windows would take thousands of them a run.
 */
export function usualSize({ inference, preprocess }: Pick<Manifest, "inference" | "preprocess">): {
  shape: Volume["shape"];
  mm: number[];
} {
  if (inference.kind === "full" || inference.kind === "ensemble")
    return { shape: [320, 288, 1], mm: [1, 1, 1] };
  const usual: Volume["shape"] = [128, 112, 64];
  if (inference.kind !== "slidingWindow" && inference.kind !== "classPrompt")
    return { shape: usual, mm: [3, 3, 3] };
  const spacing = preprocess.find(({ step }) => step === "spacing");
  // Twice as coarse as the network's grid, so that resampling has its usual work.
  const mm = spacing?.step === "spacing" ? spacing.mm.map((one) => 2 * one) : [3, 3, 3];
  const coarser = spacing ? 2 : 1;
  const shape = usual.map((length, axis) => {
    const window = inference.roi[axis] ?? 0;
    return window > 0 ? Math.ceil((1.5 * window) / coarser) : length;
  }) as Volume["shape"];
  return { shape, mm };
}

/** A smooth image; what it shows does not change how long a network takes. */
function picture(
  channels: number,
  modality: string,
  { shape, mm }: ReturnType<typeof usualSize>,
): Volume {
  const [width, height, depth] = shape;
  const [dx = 1, dy = 1, dz = 1] = mm;
  const count = width * height * depth * channels;
  const wave = (at: number): number =>
    Math.sin((at % width) / 40) * Math.cos(Math.floor(at / width) / 50);
  const data = depth > 1 ? new Int16Array(count) : new Uint8Array(count);
  for (let at = 0; at < count; at += 1)
    data[at] = depth > 1 ? 900 * wave(at) - 100 : 128 + 100 * wave(at);
  return {
    shape,
    channels,
    spacing: [dx, dy, dz],
    affine: [-dx, 0, 0, 0, 0, -dy, 0, 0, 0, 0, dz, 0, 0, 0, 0, 1],
    data,
    modality,
    units: depth > 1 ? "HU" : "",
  };
}

/** Made up, about the length of an abstract. */
const abstract = Array.from(
  { length: 9 },
  (_, n) =>
    `In part ${n + 1} we randomly assigned ${40 + n} adults with chronic cough to inhaled budesonide or placebo for 12 weeks, and cough frequency fell by ${20 + n}%.`,
).join(" ");

/** One call of the pack as a caller would make it; undefined where the program cannot run the pack. */
function callOf(
  manifest: Manifest,
  { experts, texts, signal }: Callers,
): (() => Promise<unknown>) | undefined {
  const { id, task, inference, inputs } = manifest;
  const input = inputs[0];
  switch (inference.kind) {
    case "full":
    case "ensemble":
    case "slidingWindow":
    case "classPrompt":
    case "rules": {
      const image = picture(
        input?.channels ?? 1,
        input?.modality[0] ?? "unknown",
        usualSize(manifest),
      );
      return () => experts.runImage(id, image, { signal });
    }
    case "text":
      if (task === "embedding") return () => texts.embed(id, [abstract], { signal });
      if (task === "text-classification") return () => texts.score(id, [abstract], { signal });
      return () => texts.tag(id, abstract, { signal });
    case "generate":
      return undefined;
  }
}

/** One pack on one device order, in a model process of its own when none is busy; undefined where it cannot be timed. */
export async function benchPack(pack: Pack, options: BenchOptions): Promise<Bench | undefined> {
  const { manifest } = pack;
  if (manifest.inference.kind === "generate") return benchWriter(pack, options);
  const { worker, packs, runs, emit, signal, devices, threads } = options;
  const settingsOf = () => ({ devices, threads });
  const call = callOf(manifest, {
    experts: createExperts(packs, worker, settingsOf),
    texts: createTexts(packs, worker, settingsOf),
    signal,
  });
  if (call === undefined) return undefined;
  const path = networkPath(pack);
  worker.restartIfIdle();
  if (path !== "") await worker.release(path);
  const first = await timed(call, worker);
  const whole: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { ms, msRuntime } = await timed(call, worker);
    whole.push(ms);
    bare.push(msRuntime);
    emit?.({ done: run + 1, total: runs, label: `Timing ${manifest.title}` });
  }
  const { device, tried } = worker.useOf(path) ?? { device: "", tried: [] };
  return {
    id: manifest.id,
    loadMs: first.ms,
    p50: at(whole, 0.5),
    p95: at(whole, 0.95),
    throughput: 1000 / at(whole, 0.5),
    peakBytes: await worker.memory(),
    device,
    tried,
    ratioToRuntime: at(whole, 0.5) / at(bare, 0.5),
    at: new Date().toISOString().slice(0, 10),
  };
}

/**
 * Each device by itself, so that nothing falls back unseen; those that did not work are told with the last one's timing.
 * @throws modelFailed when none works
 */
export async function benchEachDevice(pack: Pack, options: BenchOptions): Promise<Bench[]> {
  const benches: Bench[] = [];
  const tried: Bench["tried"] = [];
  let failure: unknown;
  for (const device of options.devices) {
    try {
      const bench = await benchPack(pack, { ...options, devices: [device] });
      if (bench === undefined) return [];
      benches.push(bench);
      // Rules and servers run on no device of the runtime, so once is all there is.
      if (bench.device === "rules" || bench.device === "server") break;
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== "modelFailed") throw thrown;
      tried.push({ device, failedBecause: thrown.message });
      failure = thrown;
    }
  }
  const last = benches.at(-1);
  if (last === undefined) throw failure;
  last.tried = tried;
  return benches;
}

async function timed(
  call: () => Promise<unknown>,
  worker: WorkerClient,
): Promise<{ ms: number; msRuntime: number }> {
  const before = worker.msSpent();
  const started = performance.now();
  await call();
  return { ms: performance.now() - started, msRuntime: worker.msSpent() - before };
}
