/** Times a planar pack on one synthetic film: the whole call, and beside it the runtime's own part. */
import type { Bench } from "../../api/schemas/models.ts";
import type { Volume } from "../../api/volume.ts";
import type { Experts, RunOptions } from "./models.ts";
import { packFile, type Pack } from "./pack.ts";
import type { WorkerClient } from "./worker-client.ts";

type Options = RunOptions & { experts: Experts; worker: WorkerClient; runs: number };

/** A smooth 8-bit image of a film's usual size; what it shows does not change how long a network takes. */
function film(channels: number, modality: string): Volume {
  const [width, height] = [320, 288];
  const data = Uint8Array.from({ length: width * height * channels }, (_, at) => 128 + 100 * Math.sin((at % width) / 40) * Math.cos(Math.floor(at / width) / 50));
  return { shape: [width, height, 1], channels, spacing: [1, 1, 1], affine: [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], data, modality, units: "" };
}

export async function benchImagePack(pack: Pack, { experts, worker, runs, signal, emit }: Options): Promise<Bench> {
  const { manifest } = pack;
  const { inference } = manifest;
  const input = manifest.inputs[0];
  const image = film(input?.channels ?? 1, input?.modality[0] ?? "unknown");
  if (inference.kind === "full") await worker.release(packFile(pack, inference.file));
  const started = performance.now();
  const first = await experts.runImage(manifest.id, image, { signal });
  const loadMs = performance.now() - started;
  const whole: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const result = await experts.runImage(manifest.id, image, { signal });
    whole.push(result.ms);
    bare.push(result.msRuntime);
    emit?.({ done: run + 1, total: runs, label: `Timing ${manifest.title}` });
  }
  const at = (values: number[], share: number): number => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
  return {
    id: manifest.id, loadMs, p50: at(whole, 0.5), p95: at(whole, 0.95), throughput: 1000 / at(whole, 0.5), peakBytes: await worker.memory(),
    device: first.device, ratioToRuntime: at(whole, 0.5) / at(bare, 0.5), at: new Date().toISOString().slice(0, 10),
  };
}
