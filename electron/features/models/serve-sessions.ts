/** The worker's whole business: load a session when first asked, run it, release it. */
import { toErrorShape } from "../../api/errors.ts";
import { openSession } from "./onnx.ts";
import type { Session } from "./session.ts";
import { labelVolume } from "./serve-volume.ts";
import type { SessionRequest, WorkerReply, WorkerRequest } from "./worker-protocol.ts";

export function serveSessions(
  post: (reply: WorkerReply) => void,
): (request: WorkerRequest) => void {
  const sessions = new Map<string, { devices: string; session: Promise<Session> }>();

  async function answer(request: WorkerRequest): Promise<WorkerReply> {
    const { id } = request;
    if (request.kind === "memory")
      return { id, kind: "memory", peakBytes: process.resourceUsage().maxRSS * 1024 };
    if (request.kind === "release") {
      await release(request.path);
      return { id, kind: "released" };
    }
    let msLoad = 0;
    let session: Session | undefined;
    const open = async (): Promise<Session> => {
      const started = performance.now();
      const fresh = !isOpen(request);
      session = await sessionOf(request);
      if (fresh) msLoad = performance.now() - started;
      return session;
    };
    if (request.kind === "run") {
      const opened = await open();
      const ran = await opened.run(request.feeds);
      return {
        kind: "done",
        ...ran,
        id,
        msLoad,
        device: opened.device,
        tried: opened.tried,
        rssBytes: process.memoryUsage.rss(),
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
      rssBytes: process.memoryUsage.rss(),
    };
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
