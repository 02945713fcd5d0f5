/** What the backend and the model worker say to each other. Structured clone carries the arrays. */
import type { TensorData } from "./onnx.ts";

export type WorkerRequest =
  | { id: number; kind: "run"; path: string; devices: string[]; threads: number; feeds: Record<string, TensorData> }
  | { id: number; kind: "release"; path: string }
  | { id: number; kind: "memory" };

export type WorkerReply =
  | { kind: "ready" }
  | { id: number; kind: "done"; outputs: Record<string, TensorData>; msRuntime: number; msLoad: number; device: string; tried: { device: string; failedBecause: string }[] }
  | { id: number; kind: "released" }
  | { id: number; kind: "memory"; residentBytes: number }
  | { id: number; kind: "failed"; message: string };

/** Either end of the channel; a fork's IPC and a utility process's port both fit. */
export type WorkerPort = {
  post: (message: WorkerRequest) => void;
  onReply: (listener: (reply: WorkerReply) => void) => void;
  onExit: (listener: (why: string) => void) => void;
  kill: () => void;
};
