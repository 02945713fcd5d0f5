/**
 * Every bundled pack with a network through the product, beside the bare runtime call inside the same run:
 * `npm run bench models/expert`, or some: `node electron/features/models/expert.bench.ts PACK_ID …`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../app.ts";
import { forkWorker } from "./fork-worker.ts";

const dataFolder = mkdtempSync(join(tmpdir(), "evidesk-bench-"));
const app = createApp({ dataFolder, spawnWorker: forkWorker });
process.stdout.write(
  "pack | device | load ms | p50 ms | p95 ms | per second | ratio to the bare runtime call (goal 1.10) | worker memory MB\n",
);
const asked = process.argv.slice(2);
// Without weights there is no runtime call to be held against.
const withNetwork = (await app.call("models.list", {})).filter(({ bytes }) => bytes > 0);
const ids = asked.length > 0 ? asked : withNetwork.map(({ id }) => id);
for (const id of ids)
  for (const bench of await app.call("models.bench", { id, runs: 40 }))
    process.stdout.write(
      `${bench.id} | ${bench.device} | ${bench.loadMs.toFixed(0)} | ${bench.p50.toFixed(1)} | ${bench.p95.toFixed(1)} | ${bench.throughput.toFixed(1)} | ${bench.ratioToRuntime.toFixed(2)} | ${(bench.peakBytes / 1048576).toFixed(0)}\n`,
    );
await app.close();
rmSync(dataFolder, { recursive: true, force: true });
