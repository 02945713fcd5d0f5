/** What the backend and the model worker say to each other. Structured clone carries the arrays. */
import type { Inference, PostprocessStep } from "./manifest.ts";
import type { TensorData } from "./onnx.ts";
import type { Grid, LabelGrid } from "./steps/grid.ts";

export type Tried = { device: string; failedBecause: string }[];
export type SessionRequest = { path: string; devices: string[]; threads: number };

/** A whole volume at once: windows, blending and labels stay in the worker, so only labels travel back. */
export type VolumeRequest = SessionRequest & {
  grid: Grid;
  inference: Extract<Inference, { kind: "slidingWindow" | "classPrompt" }>;
  /** The steps before `invert`. */
  steps: PostprocessStep[];
  /** Label ids in channel order. */
  ids: number[];
};

export type WorkerRequest =
  | ({ id: number; kind: "run"; feeds: Record<string, TensorData> } & SessionRequest)
  | ({ id: number; kind: "volume" } & VolumeRequest)
  | { id: number; kind: "release"; path: string }
  | { id: number; kind: "memory" };

type Done = { id: number; msRuntime: number; msLoad: number; device: string; tried: Tried };

export type WorkerReply =
  | { kind: "ready" }
  | ({ kind: "done"; outputs: Record<string, TensorData> } & Done)
  | ({ kind: "labelled"; labels: LabelGrid } & Done)
  | { id: number; kind: "progress"; done: number; total: number }
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
