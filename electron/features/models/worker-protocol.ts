/** What the backend and the model worker say to each other. Structured clone carries the arrays. */
import type { ErrorShape } from "../../api/errors.ts";
import type { Volume } from "../../api/volume.ts";
import type { Inference, PostprocessStep, PreprocessStep } from "./manifest.ts";
import type { DecoderSettings } from "./generation/decoder/writer.ts";
import type { Layers } from "./generation/card-layers.ts";
import type { Box, Click } from "./models.ts";
import type { WriteAnswer, WriteRequest } from "./llama.ts";
import type { TensorData, Tried } from "./session.ts";
import type { PackedLabels } from "./steps/label-runs.ts";

export type SessionRequest = { path: string; devices: string[]; threads: number };

/** What the reader pointed at, and how the network is told; `label` is the object's id. */
export type PointsRule = Omit<ClickPrompts, "file" | "special"> & {
  clicks: Click[];
  label: number;
  /** Tumours and vessels are clicked in a kind of their own. */
  isSpecial: boolean;
  roi: [number, number, number];
  cval: number;
};
type ClickPrompts = NonNullable<Extract<Inference, { kind: "classPrompt" }>["points"]>;

/** A whole volume at once: steps, windows, blending and labels stay in the worker, so only labels travel back. */
export type VolumeRequest = SessionRequest & {
  image: Volume;
  preprocess: PreprocessStep[];
  inference: VolumeInference;
  /** Class prompts with a head of their own: its file. */
  headPath?: string;
  /** Click prompts: `path` is then their network. */
  points?: PointsRule;
  postprocess: PostprocessStep[];
  /** Label ids in channel order. */
  ids: number[];
};

/** Single images, or a stack slice by slice: pixels travel there, labels or scores back. */
export type PlanarRequest = SessionRequest & {
  image: Pick<Volume, "shape" | "channels" | "data" | "storedMost">;
  preprocess: PreprocessStep[];
  inference: Extract<Inference, { kind: "full" }>;
  postprocess: PostprocessStep[];
  ids: number[];
  /** Outlines only: also the probabilities, four bytes a voxel. */
  withProbability: boolean;
  /** Scores only: asked again with each of these parts covered. */
  covering?: readonly Box[];
};

/** `path` is empty for packs made of rules. */
export type VolumeInference = Extract<
  Inference,
  { kind: "slidingWindow" | "classPrompt" | "rules" }
>;

/** A model that writes, by its file: a GGUF, or an ONNX decoder with what it needs beside. */
export type WriterRequest = SessionRequest & { contextTokens: number } &
  /** `cardBytes`: what it may take on a graphics card, read when it is opened. */
  (
    | { backend: "llama"; adapters: string[]; cardBytes?: number | undefined }
    | { backend: "onnx"; decoder: DecoderFiles }
  );
export type DecoderFiles = Omit<DecoderSettings, "path" | "devices" | "threads" | "contextTokens">;

export type WorkerRequest =
  | ({ id: number; kind: "write"; question: WriteRequest } & WriterRequest)
  | ({ id: number; kind: "countTokens"; text: string } & WriterRequest)
  | ({ id: number; kind: "run"; feeds: Record<string, TensorData> } & SessionRequest)
  | ({ id: number; kind: "scores" } & PlanarRequest)
  | ({ id: number; kind: "outline" } & PlanarRequest)
  | ({ id: number; kind: "volume" } & VolumeRequest)
  /** Only opens the model, ahead of its first run. */
  | ({ id: number; kind: "open" } & SessionRequest)
  | { id: number; kind: "release"; path: string }
  | { id: number; kind: "memory" }
  /** What the process may hold in all from now on, in bytes. Answered by "holds" only. */
  | { id: number; kind: "limit"; bytes: number };

type Done = {
  id: number;
  msRuntime: number;
  msLoad: number;
  device: string;
  tried: Tried;
  layers?: Layers;
  /** What the process holds more of memory since the model was opened for this request; 0 when it was open. */
  openedBytes: number;
};

export type WorkerReply =
  | { kind: "ready" }
  | ({ kind: "done"; outputs: Record<string, TensorData> } & Done)
  | ({ kind: "opened" } & Done)
  /** The whole image's scores, then those with each part covered, one after the other. */
  | ({ kind: "scored"; scores: Float32Array } & Done)
  | ({ kind: "labelled"; labels: PackedLabels; probability?: Float32Array } & Done)
  | ({ kind: "written"; answer: WriteAnswer; contextTokens: number } & Done)
  | ({ kind: "counted"; tokens: number; contextTokens: number } & Done)
  /** A piece of an answer as it is written. */
  | { id: number; kind: "text"; piece: string }
  | { id: number; kind: "progress"; done: number; total: number }
  /** What the process holds of memory, told after a run's answer. */
  | { kind: "holds"; rssBytes: number }
  | { id: number; kind: "released" }
  | { id: number; kind: "memory"; peakBytes: number; nowBytes: number }
  | { id: number; kind: "failed"; error: ErrorShape };

/** Either end of the channel; a fork's IPC and a utility process's port both fit. */
export type WorkerPort = {
  post: (message: WorkerRequest) => void;
  onReply: (listener: (reply: WorkerReply) => void) => void;
  onExit: (listener: (why: string) => void) => void;
  kill: () => void;
};
