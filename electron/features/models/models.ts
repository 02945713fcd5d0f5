/** What other features see of models: experts to call, never sessions or files. */
import type { Asked, Effort } from "../../api/schemas/effort.ts";
import type { Mask, Volume } from "../../api/volume.ts";
import type { Manifest } from "./manifest.ts";
import type { TensorData, Tried } from "./session.ts";

/** A rectangle of an image: pixels from its upper left corner. */
export type Box = { x: number; y: number; width: number; height: number };

/** Where the reader pointed: a voxel of the image (i, j, k), inside the object that is meant or outside of it. */
export type Click = { at: [number, number, number]; inside: boolean };

/** Another pack for the same question, and its share of the mass beside the first pack's. */
export type Peer = { id: string; mass: number };

export type RunOptions = {
  signal: AbortSignal;
  /** An argument of the expert call: groups or labels the pack knows, separated by commas. */
  args?: string;
  /** For packs that take clicks: where the one label that `args` names is, and where not. */
  clicks?: Click[];
  emit?: (progress: { done: number; total: number; label: string }) => void;
  /** Outlines of single images: also return the probability map, which costs time. */
  withProbability?: boolean;
  /** Where several experts answer the same, how many of them are asked; absent: all. */
  effort?: Effort;
  /** What the image is (`cxr-adult` …), for how many are asked; absent where it is not known. */
  kind?: string;
  /** Ensembles: exactly these members. */
  members?: readonly string[];
  /** Other packs that answer the same labels, best first: asked beside this one as `effort` says. */
  peers?: readonly Peer[];
  /** Classifiers: also the findings with each of these parts covered by the image's mean. */
  covering?: readonly Box[];
};

export type Segmentation = {
  kind: "segmentation";
  mask: Mask;
  /** Probability of the first (of several, the best) label on the image's grid, where it was asked for. */
  probability?: Float32Array;
  labels: { id: number; name: string; voxels: number; color: string }[];
};

export type Finding = {
  label: string;
  score: number;
  operatingPoint: number;
  above: boolean;
  /** What the card says of this operating point: who it was measured on, and how good it was there. */
  cohort?: string;
  sensitivity?: number;
  specificity?: number;
  /** A probability; only where the card says on whom it was fitted. */
  calibrated?: number;
  calibratedOn?: string;
  /** Of several experts: how many of those asked put it above, their lowest and highest score, and each one's own. */
  votes?: {
    above: number;
    asked: number;
    /** So many know this label. */
    of: number;
    low: number;
    high: number;
    by: { name: string; score: number; above: boolean }[];
  };
};
export type Classification = {
  kind: "classification";
  findings: Finding[];
  /** Where several experts could be asked: which were. */
  asked?: Asked;
  /** One list for each part that was to be covered, in their order. */
  covered?: Finding[][];
};

export type ExpertResult = (Segmentation | Classification) & {
  expert: string;
  version: string;
  /** sha256 of the network file, or of the manifest for packs without weights. */
  sha256: string;
  device: string;
  /** Devices that were asked for and failed, with the reason; absent where the first one worked. */
  tried?: Tried;
  /** Whole call, and the runtime's own part of it, in milliseconds. */
  ms: number;
  msRuntime: number;
};

/** A result before the whole call's time is known. */
export type Unclocked = ExpertResult extends infer Result
  ? Result extends ExpertResult
    ? Omit<Result, "ms">
    : never
  : never;

export type ExpertCard = Pick<
  Manifest,
  | "id"
  | "version"
  | "title"
  | "task"
  | "licence"
  | "labels"
  | "groups"
  | "expertCall"
  | "inputs"
  | "intendedUse"
  | "planner"
> &
  Partial<Pick<Manifest, "inference">>;

export type Experts = {
  list: () => Promise<ExpertCard[]>;
  /** @throws notFound, packMismatch, wrongModality, modelFailed, modelUnavailable, cancelled */
  runImage: (packId: string, image: Volume, options: RunOptions) => Promise<ExpertResult>;
  /** One forward pass of a pack's network, for packs that read text: the caller makes the tokens. */
  runNetwork: (
    packId: string,
    feeds: Record<string, TensorData>,
    options: { signal: AbortSignal; file?: string },
  ) => Promise<{ outputs: Record<string, TensorData>; msRuntime: number; device: string }>;
  /** The checked pack's folder and manifest, for the files that are read rather than run. */
  folderOf: (packId: string) => Promise<{ folder: string; manifest: Manifest }>;
};
