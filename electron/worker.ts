/** Model worker entry: inference only, killable. Under Node it talks over fork IPC, in the desktop over a port. */
import { toErrorShape } from "./api/errors.ts";
import { serveSessions } from "./features/models/serve-sessions.ts";
import { lift } from "./features/models/shared-pixels.ts";
import type { WorkerReply, WorkerRequest } from "./features/models/worker-protocol.ts";

const parent = (process as { parentPort?: NodeJS.EventEmitter }).parentPort;
if (process.send) {
  const post = (reply: WorkerReply): void => void process.send?.(reply);
  const handle = serveSessions(post);
  process.on("message", (message) => {
    try {
      handle(lift(message as WorkerRequest));
    } catch (thrown) {
      // An image that finds no room here is that call's failure, not the process's end.
      post({ id: (message as WorkerRequest).id, kind: "failed", error: toErrorShape(thrown) });
    }
  });
  // A backend that is gone leaves nobody to work for.
  process.on("disconnect", () => process.exit(0));
} else if (parent) {
  parent.once("message", ({ ports: [port] }) => {
    const handle = serveSessions((reply) => port.postMessage(reply));
    port.on("message", ({ data }: { data: unknown }) => handle(data as WorkerRequest));
    port.on("close", () => process.exit(0));
    port.start();
  });
}
