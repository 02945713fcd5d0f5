/** The worker as a child process of plain Node (browser host, command line, tests). */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { openSharedPixels } from "./shared-pixels.ts";
import type { WorkerPort, WorkerReply } from "./worker-protocol.ts";

const entry = fileURLToPath(new URL("../../worker.ts", import.meta.url));

/** Which graphics card and driver is used, where a machine has several: its user's own choice. */
const cardChoices = [
  "CUDA_VISIBLE_DEVICES",
  "VK_DRIVER_FILES",
  "VK_ICD_FILENAMES",
  "GGML_VK_VISIBLE_DEVICES",
];

/**
 * Hermetic: a model needs the library path, the home for caches and the card to use, no more. The threshold makes the C
 * library map large blocks by themselves, so a released model's memory goes back to the system at once, and the
 * tunable lets the kernel back them with huge pages: else each window of a volume waits for thousands of page faults.
 */
export function workerEnvironment(): Record<string, string | undefined> {
  const kept = ["PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR", "SystemRoot", ...cardChoices].flatMap(
    (name) => (process.env[name] ? [[name, process.env[name]]] : []),
  );
  return {
    ...Object.fromEntries(kept),
    MALLOC_MMAP_THRESHOLD_: "100000",
    GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
  };
}

export function forkWorker(): WorkerPort & { pid: number } {
  const shared = openSharedPixels();
  const child = fork(entry, [], {
    serialization: "advanced",
    execArgv: ["--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "ignore", "inherit", "ipc", ...(shared ? [shared.descriptor] : [])],
    env: workerEnvironment(),
  });
  return {
    pid: child.pid ?? 0,
    post: (message) => {
      if (child.connected) child.send(shared?.lay(message) ?? message);
    },
    onReply: (listener) =>
      child.on("message", (message: WorkerReply) => {
        if ("id" in message && message.kind !== "progress") shared?.free(message.id);
        listener(message);
      }),
    onExit: (listener) => {
      child.on("error", (error) => listener(error.message));
      child.on("exit", () => shared?.close());
      child.on("exit", (code, signal) =>
        listener(signal ? `killed by ${signal}` : `exit code ${code}`),
      );
    },
    kill: () => child.kill("SIGKILL"),
  };
}
