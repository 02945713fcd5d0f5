import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bundledPacksFolder } from "../../places.ts";
import { createExperts } from "./experts.ts";
import { forkWorker } from "./fork-worker.ts";
import { openPacks } from "./packs.ts";
import { createWorkerClient } from "./worker-client.ts";

const limited = process.platform === "linux" && spawnSync("prlimit", ["--version"]).status === 0;
const signal = new AbortController().signal;
const settingsOf = () => ({ devices: ["cpu"], threads: 1 });
const film = (side: number) => ({
  shape: [side, side, 1] as [number, number, number],
  channels: 1,
  spacing: [1, 1, 1] as [number, number, number],
  affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
  data: new Float32Array(side * side).fill(7),
  modality: "CXR",
  units: "",
});

describe.skipIf(!limited)("a real limit on the model process (prlimit, Linux)", () => {
  const folder = mkdtempSync(join(tmpdir(), "evidesk-limit-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("fails the one call that needs more, says so, and other experts go on in the same desk", async () => {
    // The runtime of JavaScript alone reserves about 700 MB of data.
    const worker = createWorkerClient(forkWorker, { limitBytes: () => 900e6 });
    const experts = createExperts(openPacks(bundledPacksFolder, folder), worker, settingsOf);
    try {
      // 256 MB of floats, and each step makes its own: more than the limit beside the runtime itself.
      const large = film(8000);
      await expect(experts.runImage("cxr-findings", large, { signal })).rejects.toMatchObject({
        code: "modelFailed",
        message: expect.stringMatching(/memory/),
      });
      const after = await experts.runImage("cxr-findings", film(64), { signal });
      expect(after.kind).toBe("classification");
    } finally {
      worker.stop();
    }
  });
});
