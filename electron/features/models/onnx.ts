/** The only importer of onnxruntime-node. Runs in the worker process, never in the backend. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { InferenceSession, Tensor } from "onnxruntime-node";

export type TensorData = {
  type: "float32" | "int64" | "int32";
  dims: number[];
  data: Float32Array | BigInt64Array | Int32Array;
};
export type Session = {
  run: (
    feeds: Record<string, TensorData>,
  ) => Promise<{ outputs: Record<string, TensorData>; msRuntime: number }>;
  release: () => Promise<void>;
  device: string;
  tried: { device: string; failedBecause: string }[];
};

/** Execution providers by platform, best first (onnxruntime-node's README, 1.30). */
export function providersFor(platform: string, arch: string): string[] {
  if (platform === "win32") return ["dml", "cpu"];
  if (platform === "darwin") return arch === "arm64" ? ["coreml", "cpu"] : ["cpu"];
  return arch === "x64" && hasCudaLibraries() ? ["cuda", "cpu"] : ["cpu"];
}

/** The CUDA provider is a download of its own (`npm run gpu:install`); asking for it without is only noise. */
function hasCudaLibraries(): boolean {
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
  const tried: Session["tried"] = [];
  for (const device of devices) {
    try {
      const session = await runtime.InferenceSession.create(path, {
        executionProviders: [device],
        enableCpuMemArena: false,
        enableMemPattern: false,
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: "all",
        logSeverityLevel: 3,
      });
      return wrap(session, device, tried, runtime.Tensor);
    } catch (thrown) {
      tried.push({
        device,
        failedBecause: thrown instanceof Error ? thrown.message : String(thrown),
      });
    }
  }
  throw new Error(tried.map((attempt) => `${attempt.device}: ${attempt.failedBecause}`).join("; "));
}

function wrap(
  session: InferenceSession,
  device: string,
  tried: Session["tried"],
  make: typeof Tensor,
): Session {
  return {
    device,
    tried,
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
