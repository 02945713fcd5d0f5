/** The only importer of onnxruntime-node. Runs in the worker process, never in the backend. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { openOnFirst, type Opened, type Session, type Slot, type TensorData } from "./session.ts";

/** The CUDA provider is a download of its own (`npm run gpu:install`). */
export function hasCudaLibraries(): boolean {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json")),
    "bin",
    "napi-v6",
    "linux",
    "x64",
  );
  return existsSync(join(folder, "libonnxruntime_providers_cuda.so"));
}

/**
 * Opens a model on the first of `devices` that works; what failed and why is kept.
 * The arena and memory patterns are off: a released session then gives its memory back.
 */
export async function openSession(
  path: string,
  devices: string[],
  threads: number,
): Promise<Session> {
  const runtime = await import("onnxruntime-node");
  return openOnFirst(devices, async (device) =>
    wrap(
      await runtime.InferenceSession.create(path, {
        executionProviders: [device],
        enableCpuMemArena: false,
        enableMemPattern: false,
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: "all",
        logSeverityLevel: 3,
      }),
      runtime.Tensor,
    ),
  );
}

function wrap(session: InferenceSession, make: typeof Tensor): Opened {
  return {
    inputs: session.inputMetadata.map(slotOf),
    outputs: session.outputMetadata.map(slotOf),
    run: async (feeds) => {
      const tensors = Object.fromEntries(
        Object.entries(feeds).map(([name, { type, data, dims }]) => [
          name,
          new make(type, data as never, dims),
        ]),
      );
      const started = performance.now();
      const results = await session.run(tensors);
      const msRuntime = performance.now() - started;
      const outputs: Record<string, TensorData> = {};
      for (const [name, tensor] of Object.entries(results)) {
        outputs[name] = {
          type: tensor.type as TensorData["type"],
          dims: [...tensor.dims],
          data: tensor.data as Float32Array,
        };
      }
      return { outputs, msRuntime };
    },
    release: () => session.release(),
  };
}

function slotOf(about: InferenceSession.ValueMetadata): Slot {
  if (!about.isTensor) return { name: about.name, type: "none", dims: [] };
  // Sizes that may change have names, or numbers below nought.
  const dims = about.shape.map((size) => (typeof size === "number" && size >= 0 ? size : -1));
  return { name: about.name, type: about.type, dims };
}
