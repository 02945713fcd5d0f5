import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Volume } from "../../api/volume.ts";
import { bundledPacksFolder } from "../../places.ts";
import { gridOver } from "../imaging/heat-map.ts";
import { createExperts } from "./experts.ts";
import { forkWorker } from "./fork-worker.ts";
import type { RunOptions } from "./models.ts";
import { openPacks } from "./packs.ts";
import { createWorkerClient } from "./worker-client.ts";
import type { WorkerPort } from "./worker-protocol.ts";

const fixtures = join(import.meta.dirname, "fixtures");

/** Experts whose model process tells when it has ended. */
function desk(packs: string, spawn: () => WorkerPort = forkWorker) {
  const ends: Promise<string>[] = [];
  const worker = createWorkerClient(() => {
    const port = spawn();
    let ended = (_why: string): void => {};
    ends.push(new Promise((resolve) => (ended = resolve)));
    return {
      ...port,
      onExit: (listener) =>
        port.onExit((why) => {
          listener(why);
          ended(why);
        }),
    };
  });
  const user = mkdtempSync(join(tmpdir(), "evidesk-cancel-"));
  const experts = createExperts(openPacks(packs, user), worker, () => ({
    devices: ["cpu"],
    threads: 1,
  }));
  return { worker, experts, ends };
}

function image(shape: Volume["shape"], channels: number, modality: string): Volume {
  const size = shape[0] * shape[1] * shape[2] * channels;
  const data = Int16Array.from({ length: size }, (_, at) => (at * 7) % 900);
  const affine = [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  return { shape, channels, spacing: [1, 1, 1], affine, data, modality, units: "" };
}

const cases: [string, string, Volume, Partial<RunOptions>][] = [
  ["segresnet-tiny", fixtures, image([96, 96, 64], 4, "MR"), {}],
  ["vista3d-tiny", fixtures, image([64, 64, 64], 1, "CT"), {}],
  [
    "cxr-findings",
    bundledPacksFolder,
    image([256, 256, 1], 1, "CXR"),
    { covering: gridOver(256, 256).boxes },
  ],
];

test.each(cases)(
  "%s: cancelled between windows, it goes on to its end, tells progress or fails the next call",
  async (id, packs, volume, more) => {
    const { worker, experts, ends } = desk(packs);
    const controller = new AbortController();
    const told: number[] = [];
    let last = 0;
    const run = experts.runImage(id, volume, {
      ...more,
      signal: controller.signal,
      emit: ({ done, total }) => {
        told.push(done);
        last = total;
        if (done >= 2) controller.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: "cancelled" });
    await ends[0];
    const then = told.length;
    expect(Math.max(...told), "there was more to do").toBeLessThan(last);
    expect(worker.status()).toMatchObject({ state: "idle", failures: 0 });
    const again = await experts.runImage(
      id,
      image([...smaller(volume)], volume.channels, volume.modality),
      {
        signal: new AbortController().signal,
      },
    );
    expect(again.expert).toBe(id);
    expect(told.length, "nothing was told after the cancel").toBe(then);
    worker.stop();
  },
);

const smaller = ({ shape }: Volume): Volume["shape"] => [32, 32, Math.min(shape[2], 32)];

test("a cancel while the model process starts waits until it is there", async () => {
  const never = (): WorkerPort => ({
    post: () => {},
    onReply: () => {},
    onExit: () => {},
    kill: () => {},
  });
  const { experts } = desk(bundledPacksFolder, never);
  const controller = new AbortController();
  const run = experts.runImage("cxr-lungs", image([64, 64, 1], 1, "CXR"), {
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(), 20);
  await expect(run).rejects.toMatchObject({ code: "cancelled" });
});
