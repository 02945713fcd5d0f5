/** What the backend and the model worker say to each other. Structured clone carries the arrays. */
import type { ErrorShape } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import type { Inference, PostprocessStep, PreprocessStep } from "./manifest.ts";
import type { TensorData, Tried } from "./session.ts";

export type SessionRequest = { path: string; devices: string[]; threads: number };

/** A whole volume at once: steps, windows, blending and labels stay in the worker, so only labels travel back. */
export type VolumeRequest = SessionRequest & {
  image: Volume;
  preprocess: PreprocessStep[];
  inference: VolumeInference;
  postprocess: PostprocessStep[];
  /** Label ids in channel order. */
  ids: number[];
};

/** `path` is empty for packs made of rules. */
export type VolumeInference = Extract<
  Inference,
  { kind: "slidingWindow" | "classPrompt" | "rules" }
>;

export type WorkerRequest =
  | ({ id: number; kind: "run"; feeds: Record<string, TensorData> } & SessionRequest)
  | ({ id: number; kind: "volume" } & VolumeRequest)
  | { id: number; kind: "release"; path: string }
  | { id: number; kind: "memory" };

/** `rssBytes`: what the process holds of memory after the run. */
type Done = {
  id: number;
  msRuntime: number;
  msLoad: number;
  device: string;
  tried: Tried;
  rssBytes: number;
};

export type WorkerReply =
  | { kind: "ready" }
  | ({ kind: "done"; outputs: Record<string, TensorData> } & Done)
  | ({ kind: "labelled"; labels: Uint8Array } & Done)
  | { id: number; kind: "progress"; done: number; total: number }
  | { id: number; kind: "released" }
  | { id: number; kind: "memory"; peakBytes: number }
  | { id: number; kind: "failed"; error: ErrorShape };

/** Either end of the channel; a fork's IPC and a utility process's port both fit. */
export type WorkerPort = {
  post: (message: WorkerRequest) => void;
  onReply: (listener: (reply: WorkerReply) => void) => void;
  onExit: (listener: (why: string) => void) => void;
  kill: () => void;
};
