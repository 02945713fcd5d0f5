/**
 * `npm run bench memory`: what the model process holds after a model is opened, run and released, twenty
 * times over, as it is started by the product and as Node would start it by itself.
 */
import { fork } from "node:child_process";
import { join } from "node:path";
import { bundledPacksFolder, programFolder } from "../../../places.ts";
import { workerEnvironment } from "../fork-worker.ts";
import type { WorkerReply, WorkerRequest } from "../worker-protocol.ts";

const path = process.argv[2] ?? join(bundledPacksFolder, "cxr-lungs", "model.onnx");
const cycles = 20;

async function measure(environment: Record<string, string | undefined>): Promise<number[]> {
  const child = fork(join(programFolder, "electron", "worker.ts"), [], {
    serialization: "advanced",
    execArgv: ["--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    env: environment,
  });
  const replies: ((reply: WorkerReply) => void)[] = [];
  const ready = new Promise<void>((resolve) => {
    child.on("message", (reply: WorkerReply) =>
      reply.kind === "ready"
        ? resolve()
        : reply.kind === "holds"
          ? undefined
          : replies.shift()?.(reply),
    );
  });
  await ready;
  const ask = (request: WorkerRequest): Promise<WorkerReply> =>
    new Promise((resolve) => {
      replies.push(resolve);
      child.send(request);
    });
  const held: number[] = [];
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const opened = await ask({ kind: "open", id: cycle, path, devices: ["cpu"], threads: 1 });
    if (opened.kind === "failed") throw new Error(opened.error.message);
    await ask({ kind: "release", id: cycle, path });
    const memory = await ask({ kind: "memory", id: cycle });
    if (memory.kind === "memory") held.push(memory.nowBytes);
  }
  child.kill();
  return held;
}

const megabytes = (bytes: number | undefined): string => ((bytes ?? 0) / 1048576).toFixed(0);
process.stdout.write(
  "started | after the first release, MB | after the twentieth | ratio (goal at most 1.15)\n",
);
for (const [name, environment] of [
  ["as the product does", workerEnvironment()],
  [
    "plain",
    { ...workerEnvironment(), MALLOC_MMAP_THRESHOLD_: undefined, GLIBC_TUNABLES: undefined },
  ],
] as const) {
  const held = await measure(environment);
  process.stdout.write(
    `${name} | ${megabytes(held[0])} | ${megabytes(held.at(-1))} | ${((held.at(-1) ?? 0) / (held[0] ?? 1)).toFixed(2)}\n`,
  );
}
