/** Devices by platform: which the runtime carries there, and in which order they are tried. */

/** What this program and its runtime were built for, and whether the CUDA download is there. */
export type Platform = { platform: string; arch: string; cuda: boolean };

/** Execution providers of onnxruntime-node 1.30's builds (its README), best first; the processor is always last. */
export function devicesOf({ platform, arch }: Platform): string[] {
  if (platform === "win32") return ["dml", "webgpu", "cpu"];
  if (platform === "darwin") return arch === "arm64" ? ["coreml", "webgpu", "cpu"] : ["cpu"];
  return platform === "linux" && arch === "x64" ? ["tensorrt", "cuda", "webgpu", "cpu"] : ["cpu"];
}

/**
 * The order to try, with the processor behind whatever was chosen. By itself the program takes no WebGPU (the
 * runtime calls it experimental), no TensorRT (it builds an engine for minutes first), and no CUDA
 * where its libraries were never fetched: asking would only fail.
 */
export function deviceOrder(on: Platform, choice?: string): string[] {
  if (choice === "cpu") return ["cpu"];
  if (choice === "tensorrt") return ["tensorrt", "cuda", "cpu"];
  if (choice !== undefined) return [choice, "cpu"];
  return devicesOf(on).filter(
    (device) => device !== "webgpu" && device !== "tensorrt" && (device !== "cuda" || on.cuda),
  );
}
