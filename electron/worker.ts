/** Model worker entry: inference only, killable. Under Node it talks over fork IPC, in the desktop over a port. */
import { serveSessions } from "./features/models/serve-sessions.ts";
import { lift } from "./features/models/shared-pixels.ts";
import type { WorkerRequest } from "./features/models/worker-protocol.ts";

const parent = (process as { parentPort?: NodeJS.EventEmitter }).parentPort;
if (process.send) {
  const handle = serveSessions((reply) => process.send?.(reply));
  process.on("message", (message) => handle(lift(message as WorkerRequest)));
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
