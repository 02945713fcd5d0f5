import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { forkWorker } from "./fork-worker.ts";
import { createWorkerClient } from "./worker-client.ts";

const network = join(import.meta.dirname, "fixtures", "prompt-tiny", "model.onnx");
const worker = createWorkerClient(forkWorker);
afterAll(() => worker.stop());
const feeds = {
  image: { type: "float32" as const, dims: [1, 1, 4, 4, 4], data: new Float32Array(64).fill(0.5) },
  class_ids: { type: "int64" as const, dims: [1, 1], data: BigInt64Array.of(1n) },
};

test("a device that is not there is used in name only, or its failure is kept quiet", async () => {
  const reply = await worker.run({
    path: network,
    devices: ["no-such-device", "cpu"],
    threads: 1,
    feeds,
  });
  expect(reply.device).toBe("cpu");
  expect(reply.tried).toEqual([
    { device: "no-such-device", failedBecause: expect.stringMatching(/./) },
  ]);
  expect(worker.useOf(network)).toMatchObject({
    device: "cpu",
    tried: [{ device: "no-such-device" }],
  });
  expect(worker.rssBytes()).toBeGreaterThan(1 << 20);
});

test("when no device works, the reasons are lost", async () => {
  await expect(
    worker.run({ path: join(network, "..", "card.md"), devices: ["cpu"], threads: 1, feeds }),
  ).rejects.toMatchObject({ code: "modelFailed", message: expect.stringMatching(/cpu: ./) });
});

test("a wrong input kills the process instead of failing the call", async () => {
  const image = { type: "float32" as const, dims: [1, 2, 4, 4, 4], data: new Float32Array(128) };
  await expect(
    worker.run({ path: network, devices: ["cpu"], threads: 1, feeds: { ...feeds, image } }),
  ).rejects.toMatchObject({ code: "modelFailed" });
  expect((await worker.run({ path: network, devices: ["cpu"], threads: 1, feeds })).device).toBe(
    "cpu",
  );
});

test("another choice of device is ignored while the model is open", async () => {
  await worker.run({ path: network, devices: ["cpu"], threads: 1, feeds });
  const { tried } = await worker.run({
    path: network,
    devices: ["no-such-device", "cpu"],
    threads: 1,
    feeds,
  });
  expect(tried.map(({ device }) => device)).toEqual(["no-such-device"]);
});
