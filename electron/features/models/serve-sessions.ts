/** The worker's whole business: load a session when first asked, run it, release it. */
import { toErrorShape } from "../../api/errors.ts";
import { limitMemory } from "./memory-limit.ts";
import { openSession } from "./onnx.ts";
import type { Session } from "./session.ts";
import { outlinePlanes, scorePlanes } from "./serve-planar.ts";
import { labelVolume } from "./serve-volume.ts";
import { packLabels } from "./steps/label-runs.ts";
import { openWriters } from "./serve-writers.ts";
import type { SessionRequest, WorkerReply, WorkerRequest } from "./worker-protocol.ts";

export function serveSessions(
  post: (reply: WorkerReply) => void,
): (request: WorkerRequest) => void {
  const writers = openWriters();
  const sessions = new Map<string, { devices: string; session: Promise<Session> }>();

  async function answer(request: Exclude<WorkerRequest, { kind: "limit" }>): Promise<WorkerReply> {
    const { id } = request;
    if (request.kind === "memory")
      return {
        id,
        kind: "memory",
        peakBytes: process.resourceUsage().maxRSS * 1024,
        nowBytes: process.memoryUsage.rss(),
      };
    if (request.kind === "write" || request.kind === "countTokens")
      return writers.answer(request, (piece) => post({ id, kind: "text", piece }));
    if (request.kind === "release") {
      await release(request.path);
      await writers.release(request.path);
      return { id, kind: "released" };
    }
    let msLoad = 0;
    let rssBefore = 0;
    let session: Session | undefined;
    const open = async (): Promise<Session> => {
      const started = performance.now();
      const fresh = !isOpen(request);
      if (fresh) rssBefore = process.memoryUsage.rss();
      session = await sessionOf(request);
      if (fresh) msLoad = performance.now() - started;
      return session;
    };
    const onProgress = (done: number, total: number): void =>
      post({ id, kind: "progress", done, total });
    const about = () => ({
      id,
      msLoad,
      device: session?.device ?? "rules",
      tried: session?.tried ?? [],
      openedBytes: msLoad > 0 ? Math.max(0, process.memoryUsage.rss() - rssBefore) : 0,
    });
    switch (request.kind) {
      case "open":
        await open();
        return { kind: "opened", msRuntime: 0, ...about() };
      case "run": {
        const ran = await (await open()).run(request.feeds);
        return { kind: "done", ...ran, ...about() };
      }
      case "scores": {
        const { data, msRuntime } = await scorePlanes(request, await open(), onProgress);
        return { kind: "scored", scores: data, msRuntime, ...about() };
      }
      case "outline": {
        const made = await outlinePlanes(request, await open(), onProgress);
        return { kind: "labelled", ...made, ...about() };
      }
      case "volume": {
        const { devices, threads } = request;
        const openHead = (path: string): Promise<Session> => openSession(path, devices, threads);
        const made = await labelVolume(request, { open, openHead }, onProgress);
        return { kind: "labelled", ...made, labels: packLabels(made.labels), ...about() };
      }
    }
  }

  const isOpen = ({ path, devices }: SessionRequest): boolean =>
    sessions.get(path)?.devices === devices.join();

  async function release(path: string): Promise<void> {
    const opened = sessions.get(path);
    sessions.delete(path);
    await (await opened?.session)?.release();
  }

  /** Another choice of devices opens the model anew. */
  async function sessionOf(request: SessionRequest): Promise<Session> {
    const { path, devices, threads } = request;
    const known = sessions.get(path);
    if (known && isOpen(request)) return known.session;
    await release(path);
    const session = openSession(path, devices, threads);
    sessions.set(path, { devices: devices.join(), session });
    session.catch(() => sessions.delete(path));
    return session;
  }

  let told = Number.NEGATIVE_INFINITY;
  function tellMemory(): void {
    if (performance.now() - told < 250) return;
    told = performance.now();
    post({ kind: "holds", rssBytes: process.memoryUsage.rss() });
  }

  async function serve(request: Exclude<WorkerRequest, { kind: "limit" }>): Promise<void> {
    try {
      const reply = await answer(request);
      // First what the process holds: whoever has the answer may ask for it at once.
      if ("path" in request) tellMemory();
      post(reply);
    } catch (thrown) {
      post({ id: request.id, kind: "failed", error: toErrorShape(thrown) });
    }
  }

  // One job at a time: native runs block this process anyway, and order is then what it seems. Questions to
  // one GGUF model that follow each other are handed to it together: it writes several answers at once.
  let queue: Promise<unknown> = Promise.resolve();
  let together: { model: string; start: Promise<unknown> } | undefined;
  post({ kind: "ready" });
  return (request) => {
    if (request.kind === "limit") return void limitMemory(request.bytes);
    const model = llamaOf(request);
    const start = model !== undefined && together?.model === model ? together.start : queue;
    together = model === undefined ? undefined : { model, start };
    const done = start.then(() => serve(request));
    queue = Promise.all([queue, done]);
  };
}

/** Which GGUF model, opened how; undefined for requests that are served alone. */
function llamaOf(request: WorkerRequest): string | undefined {
  if ((request.kind !== "write" && request.kind !== "countTokens") || request.backend !== "llama")
    return undefined;
  const { path, contextTokens, devices, threads, adapters } = request;
  return JSON.stringify([path, contextTokens, devices, threads, adapters]);
}
