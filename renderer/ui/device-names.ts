/** Devices as people know them. */
const names: Record<string, string> = {
  cpu: "Processor",
  cuda: "NVIDIA (CUDA)",
  tensorrt: "NVIDIA (TensorRT)",
  dml: "Graphics card (DirectML)",
  coreml: "Apple (CoreML)",
  webgpu: "Graphics card (WebGPU, experimental)",
  rules: "Rules, no network",
};

export function deviceName(device: string): string {
  return names[device] ?? device;
}
