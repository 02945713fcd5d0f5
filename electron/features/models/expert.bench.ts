/** Every bundled image pack through the product, beside the bare runtime call inside the same run. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../app.ts";
import { forkWorker } from "./fork-worker.ts";

const dataFolder = mkdtempSync(join(tmpdir(), "evidesk-bench-"));
const app = createApp({ dataFolder, spawnWorker: forkWorker });
process.stdout.write(
  "pack | device | load ms | p50 ms | p95 ms | per second | ratio to the bare runtime call (goal 1.15) | worker memory MB\n",
);
for (const bench of await app.call("models.bench", { runs: 40 })) {
  process.stdout.write(
    `${bench.id} | ${bench.device} | ${bench.loadMs.toFixed(0)} | ${bench.p50.toFixed(1)} | ${bench.p95.toFixed(1)} | ${bench.throughput.toFixed(1)} | ${bench.ratioToRuntime.toFixed(2)} | ${(bench.peakBytes / 1048576).toFixed(0)}\n`,
  );
}
await app.close();
rmSync(dataFolder, { recursive: true, force: true });
