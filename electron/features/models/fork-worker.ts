/** The worker as a child process of plain Node (browser host, command line, tests). */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { WorkerPort, WorkerReply } from "./worker-protocol.ts";

const entry = fileURLToPath(new URL("../../worker.ts", import.meta.url));

export function forkWorker(): WorkerPort & { pid: number } {
  const child = fork(entry, [], {
    serialization: "advanced",
    execArgv: ["--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    // Hermetic: a model needs the library path and the home for caches, no more.
    env: Object.fromEntries(
      ["PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR", "SystemRoot"].flatMap((name) =>
        process.env[name] ? [[name, process.env[name]]] : [],
      ),
    ),
  });
  return {
    pid: child.pid ?? 0,
    post: (message) => {
      if (child.connected) child.send(message);
    },
    onReply: (listener) => child.on("message", (message) => listener(message as WorkerReply)),
    onExit: (listener) => {
      child.on("error", (error) => listener(error.message));
      child.on("exit", (code, signal) =>
        listener(signal ? `killed by ${signal}` : `exit code ${code}`),
      );
    },
    kill: () => child.kill("SIGKILL"),
  };
}
