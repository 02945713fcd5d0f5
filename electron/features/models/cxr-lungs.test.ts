import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, expect, test } from "vitest";
import { bundledPacksFolder } from "../../places.ts";
import { readPng } from "../imaging/raster.ts";
import { createExperts } from "./experts.ts";
import { forkWorker } from "./fork-worker.ts";
import { openPacks } from "./packs.ts";
import { createWorkerClient } from "./worker-client.ts";

const golden = join(bundledPacksFolder, "cxr-lungs", "golden");
const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(join(golden, name)));
let pid = 0;
const worker = createWorkerClient(() => {
  const port = forkWorker();
  pid = port.pid;
  return port;
});
const experts = createExperts(
  openPacks(bundledPacksFolder, join(golden, "no-user-packs")),
  worker,
  () => ({ devices: ["cpu"], threads: 1 }),
);
const options = { signal: new AbortController().signal };
afterAll(() => worker.stop());

test("the bundled lung pack gives the reference pipeline's probabilities and mask", async () => {
  const result = await experts.runImage("cxr-lungs", readPng(bytes("film.png"), "film.png"), {
    ...options,
    withProbability: true,
  });
  if (result.kind !== "segmentation") throw new Error("not a segmentation");
  const probability = decode(bytes("probability.png")).data;
  const mask = decode(bytes("mask.png")).data;
  let worst = 0;
  let different = 0;
  for (const [at, value] of result.mask.data.entries()) {
    worst = Math.max(
      worst,
      Math.abs((result.probability?.[at] ?? 0) - (probability[at] as number) / 65535),
    );
    if (value !== (mask[at] === 0 ? 0 : 1)) different += 1;
  }
  const plain = await experts.runImage(
    "cxr-lungs",
    readPng(bytes("film.png"), "film.png"),
    options,
  );
  // Without probabilities the outline is made another way, and is the same.
  expect(plain.kind === "segmentation" && plain.probability).toBeUndefined();
  expect(plain.kind === "segmentation" && plain.mask.data).toEqual(result.mask.data);
  expect(worst).toBeLessThan(0.02);
  expect(different / mask.length).toBeLessThan(0.005);
  expect(result.labels[0]).toMatchObject({ id: 1, name: "lungs" });
  expect(result.labels[0]?.voxels).toBeGreaterThan(0.1 * mask.length);
});

test("kill -9 of the model process fails that call and the next one works", async () => {
  const film = readPng(bytes("film.png"), "film.png");
  await experts.runImage("cxr-lungs", film, options);
  // Stopped first, so that it cannot answer before it is killed.
  process.kill(pid, "SIGSTOP");
  let asked = (): void => {};
  const begun = new Promise<void>((resolve) => (asked = resolve));
  const running = experts.runImage("cxr-lungs", film, { ...options, emit: () => asked() });
  running.catch(() => {});
  await begun;
  await new Promise((resolve) => setTimeout(resolve, 200));
  process.kill(pid, "SIGKILL");
  await expect(running).rejects.toMatchObject({ code: "modelFailed" });
  const again = await experts.runImage("cxr-lungs", film, options);
  expect(again.kind).toBe("segmentation");
});

test("an MR image is refused by name before anything runs", async () => {
  const film = { ...readPng(bytes("film.png"), "film.png"), modality: "MR" };
  await expect(experts.runImage("cxr-lungs", film, options)).rejects.toMatchObject({
    code: "wrongModality",
    message: expect.stringContaining("MR"),
  });
});
