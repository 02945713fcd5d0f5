/** The worker's whole business: load a session when first asked, run it, release it. */
import { openSession, type Session } from "./onnx.ts";
import { labelVolume } from "./serve-volume.ts";
import type { WorkerReply, WorkerRequest } from "./worker-protocol.ts";

export function serveSessions(post: (reply: WorkerReply) => void): (request: WorkerRequest) => void {
  const sessions = new Map<string, Promise<Session>>();

  async function answer(request: WorkerRequest): Promise<WorkerReply> {
    const { id } = request;
    if (request.kind === "memory") return { id, kind: "memory", residentBytes: process.memoryUsage.rss() };
    if (request.kind === "release") {
      const session = sessions.get(request.path);
      sessions.delete(request.path);
      await (await session)?.release();
      return { id, kind: "released" };
    }
    const started = performance.now();
    let opening = sessions.get(request.path);
    const fresh = opening === undefined;
    if (opening === undefined) {
      opening = openSession(request.path, request.devices, request.threads);
      sessions.set(request.path, opening);
      opening.catch(() => sessions.delete(request.path));
    }
    const session = await opening;
    const msLoad = fresh ? performance.now() - started : 0;
    const about = { id, msLoad, device: session.device, tried: session.tried };
    if (request.kind === "run") return { kind: "done", ...(await session.run(request.feeds)), ...about };
    const labelled = await labelVolume(session, request, (done, total) => post({ id, kind: "progress", done, total }));
    return { kind: "labelled", ...labelled, ...about };
  }

  // One job at a time: native runs block this process anyway, and order is then what it seems.
  let queue = Promise.resolve();
  post({ kind: "ready" });
  return (request) => {
    queue = queue.then(async () => {
      try {
        post(await answer(request));
      } catch (thrown) {
        post({ id: request.id, kind: "failed", message: thrown instanceof Error ? thrown.message : String(thrown) });
      }
    });
  };
}
