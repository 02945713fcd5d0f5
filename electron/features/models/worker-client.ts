/**
 * The backend's side of the model worker: started when first needed, killed to cancel, never replayed.
 * Three failures of the worker itself in a row open a circuit that only the user closes.
 */
import type { WriteRequest } from "./llama.ts";
import { AppError, fromErrorShape, type ErrorShape } from "../../api/errors.ts";
import { endsLikeOutOfMemory, saysOutOfMemory } from "./memory-limit.ts";
import type { Layers } from "./generation/card-layers.ts";
import type { TensorData, Tried } from "./session.ts";
import type {
  PlanarRequest,
  SessionRequest,
  VolumeRequest,
  WorkerPort,
  WorkerReply,
  WorkerRequest,
  WriterRequest,
} from "./worker-protocol.ts";

export type RunRequest = SessionRequest & { feeds: Record<string, TensorData> };
export type LabelResult = Extract<WorkerReply, { kind: "labelled" }>;
export type ScoreResult = Extract<WorkerReply, { kind: "scored" }>;
type WrittenResult = Extract<WorkerReply, { kind: "written" }>;
type CountedResult = Extract<WorkerReply, { kind: "counted" }>;
type OpenResult = Extract<WorkerReply, { kind: "opened" }>;
type RunResult = Extract<WorkerReply, { kind: "done" }>;
export type WorkerStatus = {
  state: "idle" | "running" | "unavailable";
  failures: number;
  lastFailure: string;
};
export type WorkerClient = ReturnType<typeof createWorkerClient>;

type Unnumbered<Request> = Request extends WorkerRequest ? Omit<Request, "id"> : never;
type Waiting = {
  resolve: (reply: WorkerReply) => void;
  reject: (error: AppError) => void;
  onProgress?: OnProgress | undefined;
  onText?: ((piece: string) => void) | undefined;
};
/** Where a model last ran, and which devices had failed before that one. */
export type Use = { device: string; tried: Tried; layers?: Layers };
type OnProgress = (done: number, total: number) => void;

const failuresAllowed = 3;
const cancelled = (): AppError => new AppError("cancelled", "The model run was cancelled.");

/** The runtime's own errors have no code of ours: the model ran and failed. Ours keep theirs. */
function failed(error: ErrorShape, limit: number | undefined): AppError {
  if (saysOutOfMemory(error.message))
    return new AppError(
      "modelFailed",
      `The model ran out of memory${limit === undefined ? "" : `: the model process may hold ${(limit / 1e9).toFixed(1)} GB`}. Nothing else was lost. Close other models or raise their limit on the Models page, or use a smaller pack. (${error.message.slice(0, 200)})`,
      { outOfMemory: true },
    );
  return error.code === "internal"
    ? new AppError("modelFailed", `The model failed: ${error.message}`)
    : fromErrorShape(error);
}

type Options = {
  /** Milliseconds a new process has to say that it is there. */
  readyWithin?: number;
  /** Bytes that the process may hold; the system refuses it more. Absent: as much as there is. */
  limitBytes?: () => number;
};

const isOutOfMemory = ({ data }: AppError): boolean =>
  typeof data === "object" && data !== null && "outOfMemory" in data;

export function createWorkerClient(
  spawn: () => WorkerPort,
  { readyWithin = 30_000, limitBytes }: Options = {},
) {
  let port: Promise<WorkerPort> | undefined;
  let current: WorkerPort | undefined;
  let failures = 0;
  let lastFailure = "";
  let nextId = 1;
  let msSpent = 0;
  let rssBytes = 0;
  let closed = false;
  const uses = new Map<string, Use>();
  const waiting = new Map<number, Waiting>();

  function start(): Promise<WorkerPort> {
    if (closed) throw cancelled();
    if (failures >= failuresAllowed) {
      throw new AppError(
        "modelUnavailable",
        `Models are off: the model process failed ${failures} times in a row (${lastFailure}). Press Retry on the Models page to start it again.`,
      );
    }
    port ??= new Promise((resolve, reject) => {
      const started = spawn();
      current = started;
      const timer = setTimeout(() => started.kill(), readyWithin);
      started.onReply((reply) => {
        if (reply.kind === "ready") {
          clearTimeout(timer);
          if (limitBytes) started.post({ kind: "limit", id: 0, bytes: limitBytes() });
          resolve(started);
          return;
        }
        if (reply.kind === "holds") {
          rssBytes = reply.rssBytes;
          return;
        }
        const call = waiting.get(reply.id);
        if (reply.kind === "text") {
          call?.onText?.(reply.piece);
          return;
        }
        if (reply.kind === "progress") {
          call?.onProgress?.(reply.done, reply.total);
          return;
        }
        waiting.delete(reply.id);
        failures = 0;
        call?.resolve(reply);
      });
      started.onExit((why) => {
        clearTimeout(timer);
        // Ended on purpose before it was there: whoever waits for it must hear so.
        if (current !== started) return reject(cancelled());
        forget();
        const error = gone(why);
        reject(error);
        for (const call of waiting.values()) call.reject(error);
        waiting.clear();
      });
    });
    return port;
  }

  function forget(): void {
    port = undefined;
    current = undefined;
    rssBytes = 0;
    uses.clear();
  }

  function gone(why: string): AppError {
    failures += 1;
    lastFailure = why;
    const memory =
      limitBytes && endsLikeOutOfMemory(why)
        ? ` It may have needed more memory than the ${(limitBytes() / 1e9).toFixed(1)} GB that it may hold.`
        : "";
    return new AppError(
      "modelFailed",
      `The model process stopped while it worked (${why}).${memory} Nothing you decided is lost; try again.`,
      { why },
    );
  }

  /** Ends the worker on purpose: what is in flight gets `error`, nothing counts as a failure. */
  function end(error: AppError): void {
    const stopped = current;
    forget();
    stopped?.kill();
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
  }
  const stop = (): void => end(cancelled());

  async function ask(
    request: Unnumbered<WorkerRequest>,
    signal?: AbortSignal,
    onProgress?: OnProgress,
    onText?: (piece: string) => void,
  ): Promise<WorkerReply> {
    signal?.throwIfAborted();
    const worker = await start();
    signal?.throwIfAborted();
    const id = nextId++;
    // A native run cannot be interrupted: cancelling ends the process, the next call starts another.
    signal?.addEventListener("abort", stop, { once: true });
    try {
      const reply = await new Promise<WorkerReply>((resolve, reject) => {
        waiting.set(id, { resolve, reject, onProgress, onText });
        worker.post({ ...request, id });
      });
      if (reply.kind === "failed") {
        const error = failed(reply.error, limitBytes?.());
        // What a run had half made is not given back: the next call starts a process with all of its memory.
        if (isOutOfMemory(error)) end(error);
        throw error;
      }
      if ("msRuntime" in reply) {
        msSpent += reply.msRuntime;
        const { device, tried, layers } = reply;
        if ("path" in request)
          uses.set(request.path, { device, tried, ...(layers ? { layers } : {}) });
      }
      return reply;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  return {
    run: async (request: RunRequest, signal?: AbortSignal): Promise<RunResult> =>
      (await ask({ kind: "run", ...request }, signal)) as RunResult,
    label: async (
      request: VolumeRequest,
      signal?: AbortSignal,
      onProgress?: OnProgress,
    ): Promise<LabelResult> =>
      (await ask({ kind: "volume", ...request }, signal, onProgress)) as LabelResult,
    score: async (
      request: PlanarRequest,
      signal?: AbortSignal,
      onProgress?: OnProgress,
    ): Promise<ScoreResult> =>
      (await ask({ kind: "scores", ...request }, signal, onProgress)) as ScoreResult,
    outline: async (
      request: PlanarRequest,
      signal?: AbortSignal,
      onProgress?: OnProgress,
    ): Promise<LabelResult> =>
      (await ask({ kind: "outline", ...request }, signal, onProgress)) as LabelResult,
    /** Opens a model ahead of its first run. */
    open: async (request: SessionRequest): Promise<OpenResult> =>
      (await ask({ kind: "open", ...request })) as OpenResult,
    write: async (
      request: WriterRequest & { question: WriteRequest },
      signal?: AbortSignal,
      onText?: (piece: string) => void,
    ): Promise<WrittenResult> =>
      (await ask({ kind: "write", ...request }, signal, undefined, onText)) as WrittenResult,
    countTokens: async (
      request: WriterRequest & { text: string },
      signal?: AbortSignal,
    ): Promise<CountedResult> =>
      (await ask({ kind: "countTokens", ...request }, signal)) as CountedResult,
    release: async (path: string): Promise<void> => {
      uses.delete(path);
      if (current) await ask({ kind: "release", path });
    },
    memory: async (): Promise<number> => {
      const reply = await ask({ kind: "memory" });
      return reply.kind === "memory" ? reply.peakBytes : 0;
    },
    /** Milliseconds inside the runtime since the start of the program. */
    msSpent: (): number => msSpent,
    /** Absent for a model that is not open; rules run under the path "". */
    useOf: (path: string): Use | undefined => uses.get(path),
    /** What the process held of memory after its last run; 0 when there is none. */
    rssBytes: (): number => rssBytes,
    /** Tells a running process its limit anew, after the user changed it. */
    limit: (): void => {
      if (limitBytes) current?.post({ kind: "limit", id: 0, bytes: limitBytes() });
    },
    /** Starts anew when nothing is under way, so that what is measured next is measured alone. */
    restartIfIdle: (): void => {
      if (waiting.size === 0) stop();
    },
    status: (): WorkerStatus => ({
      state: failures >= failuresAllowed ? "unavailable" : current ? "running" : "idle",
      failures,
      lastFailure,
    }),
    reset: (): void => {
      failures = 0;
    },
    stop,
    /** For good: what still works in the backend while it ends must not start another process, which nobody would end. */
    close: (): void => {
      closed = true;
      stop();
    },
  };
}
