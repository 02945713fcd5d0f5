/** The model worker in the desktop: main forks it on request and sends the port; until then messages wait. */
import type { MessagePortMain } from "electron";
import type { WorkerPort, WorkerReply } from "./features/models/worker-protocol.ts";

export type WorkerRequests = { spawn: () => WorkerPort; arrive: (port: MessagePortMain) => void };

/** `ask` tells main what is wanted; `arrive` is called with the port that main then sends. */
export function createPortWorkers(
  ask: (what: "start-worker" | "stop-worker") => void,
): WorkerRequests {
  let waiting: ((port: MessagePortMain) => void) | undefined;
  return {
    arrive: (port) => waiting?.(port),
    spawn: () => {
      const replies: ((reply: WorkerReply) => void)[] = [];
      const exits: ((why: string) => void)[] = [];
      const held: unknown[] = [];
      let port: MessagePortMain | undefined;
      waiting = (arrived) => {
        port = arrived;
        arrived.on("message", ({ data }) => replies.forEach((listener) => listener(data)));
        arrived.on("close", () => exits.forEach((listener) => listener("the model process ended")));
        arrived.start();
        for (const message of held) arrived.postMessage(message);
      };
      ask("start-worker");
      return {
        post: (message) => (port ? port.postMessage(message) : held.push(message)),
        onReply: (listener) => replies.push(listener),
        onExit: (listener) => exits.push(listener),
        kill: () => ask("stop-worker"),
      };
    },
  };
}
