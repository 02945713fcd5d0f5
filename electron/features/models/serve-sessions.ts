/** The worker's whole business: load a session when first asked, run it, release it. */
import { toErrorShape } from "../../api/errors.ts";
import { openSession, type Session } from "./onnx.ts";
import { labelVolume } from "./serve-volume.ts";
import type { SessionRequest, WorkerReply, WorkerRequest } from "./worker-protocol.ts";

export function serveSessions(
  post: (reply: WorkerReply) => void,
): (request: WorkerRequest) => void {
  const sessions = new Map<string, Promise<Session>>();

  async function answer(request: WorkerRequest): Promise<WorkerReply> {
    const { id } = request;
    if (request.kind === "memory")
      return { id, kind: "memory", peakBytes: process.resourceUsage().maxRSS * 1024 };
    if (request.kind === "release") {
      const session = sessions.get(request.path);
      sessions.delete(request.path);
      await (await session)?.release();
      return { id, kind: "released" };
    }
    let msLoad = 0;
    let session: Session | undefined;
    const open = async (): Promise<Session> => {
      const started = performance.now();
      const fresh = !sessions.has(request.path);
      session = await sessionOf(request);
      if (fresh) msLoad = performance.now() - started;
      return session;
    };
    if (request.kind === "run") {
      const opened = await open();
      return {
        kind: "done",
        ...(await opened.run(request.feeds)),
        id,
        msLoad,
        device: opened.device,
        tried: opened.tried,
      };
    }
    const labelled = await labelVolume(request, open, (done, total) =>
      post({ id, kind: "progress", done, total }),
    );
    return {
      kind: "labelled",
      ...labelled,
      id,
      msLoad,
      device: session?.device ?? "rules",
      tried: session?.tried ?? [],
    };
  }

  function sessionOf({ path, devices, threads }: SessionRequest): Promise<Session> {
    const opened = sessions.get(path);
    if (opened) return opened;
    const opening = openSession(path, devices, threads);
    sessions.set(path, opening);
    opening.catch(() => sessions.delete(path));
    return opening;
  }

  // One job at a time: native runs block this process anyway, and order is then what it seems.
  let queue = Promise.resolve();
  post({ kind: "ready" });
  return (request) => {
    queue = queue.then(async () => {
      try {
        post(await answer(request));
      } catch (thrown) {
        post({ id: request.id, kind: "failed", error: toErrorShape(thrown) });
      }
    });
  };
}
