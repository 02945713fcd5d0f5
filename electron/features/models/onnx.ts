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
 * The arena spares a network a page fault for every 4 KiB of each layer's output, run after run (a call of cxr-lungs
 * takes half the time with it), and is given back with the session, since the worker maps large blocks by themselves.
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
        enableCpuMemArena: true,
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
    run: async (feeds, into) => {
      const tensors = tensorsOf(feeds, make);
      const room = into && tensorsOf(into, make);
      const started = performance.now();
      const results = await (room ? session.run(tensors, room) : session.run(tensors));
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

function tensorsOf(named: Record<string, TensorData>, make: typeof Tensor): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(named).map(([name, { type, data, dims }]) => [
      name,
      new make(type, data as never, dims),
    ]),
  );
}

function slotOf(about: InferenceSession.ValueMetadata): Slot {
  if (!about.isTensor) return { name: about.name, type: "none", dims: [] };
  // Sizes that may change have names, or numbers below nought.
  const dims = about.shape.map((size) => (typeof size === "number" && size >= 0 ? size : -1));
  return { name: about.name, type: about.type, dims };
}
