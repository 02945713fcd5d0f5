import { expect, test } from "vitest";
import { createWorkerClient, type RunRequest } from "./worker-client.ts";
import type { WorkerPort, WorkerReply, WorkerRequest } from "./worker-protocol.ts";

/** A model process in this one: answers, stays silent or dies as told. */
function fakeWorkers(behave: (request: WorkerRequest, worker: FakeWorker) => void, ready = true) {
  const started: FakeWorker[] = [];
  return {
    started,
    spawn: (): WorkerPort => {
      const replies: ((reply: WorkerReply) => void)[] = [];
      const exits: ((why: string) => void)[] = [];
      const worker: FakeWorker = {
        reply: (reply) => queueMicrotask(() => replies.forEach((listener) => listener(reply))),
        die: (why) => queueMicrotask(() => exits.forEach((listener) => listener(why))),
      };
      started.push(worker);
      if (ready) setTimeout(() => worker.reply({ kind: "ready" }));
      return {
        post: (message) => behave(message, worker),
        onReply: (listener) => void replies.push(listener),
        onExit: (listener) => void exits.push(listener),
        kill: () => worker.die("killed by SIGKILL"),
      };
    },
  };
}
type FakeWorker = { reply: (reply: WorkerReply) => void; die: (why: string) => void };

const request: RunRequest = { path: "model.onnx", devices: ["cpu"], threads: 1, feeds: {} };
const done = (id: number): WorkerReply => ({
  kind: "done",
  id,
  outputs: {},
  msRuntime: 1,
  msLoad: 0,
  device: "cpu",
  openedBytes: 0,
  tried: [],
});

test("the process starts before anything is asked, or once per call", async () => {
  const workers = fakeWorkers(({ id }, worker) => worker.reply(done(id)));
  const client = createWorkerClient(workers.spawn);
  expect(workers.started.length).toBe(0);
  await client.run(request);
  await client.run(request);
  expect(workers.started.length).toBe(1);
});

test("work that outlives the desk starts a process that nobody ends", async () => {
  const workers = fakeWorkers(({ id }, worker) => worker.reply(done(id)));
  const client = createWorkerClient(workers.spawn);
  await client.run(request);
  client.close();
  await expect(client.run(request)).rejects.toMatchObject({ code: "cancelled" });
  expect(workers.started.length).toBe(1);
});

test("a process ended while it starts leaves its caller waiting for ever", async () => {
  const workers = fakeWorkers(() => {}, false);
  const client = createWorkerClient(workers.spawn);
  const asked = client.run(request);
  client.stop();
  await expect(asked).rejects.toMatchObject({ code: "cancelled" });
});

test("a dead process is asked again and again, or one failure closes models for good", async () => {
  let healthy = false;
  const workers = fakeWorkers(({ id }, worker) =>
    healthy ? worker.reply(done(id)) : worker.die("exit code 134"),
  );
  const client = createWorkerClient(workers.spawn);
  for (let failure = 1; failure <= 3; failure += 1) {
    await expect(client.run(request)).rejects.toMatchObject({
      code: "modelFailed",
      message: expect.stringContaining("exit code 134"),
    });
    expect(client.status().failures).toBe(failure);
  }
  await expect(client.run(request)).rejects.toMatchObject({
    code: "modelUnavailable",
    message: expect.stringContaining("Retry"),
  });
  expect(workers.started.length).toBe(3);
  expect(client.status().state).toBe("unavailable");
  healthy = true;
  client.reset();
  await client.run(request);
  expect(client.status()).toMatchObject({ state: "running", failures: 0 });
});

test("two failures are remembered after a success between them", async () => {
  let calls = 0;
  const workers = fakeWorkers(({ id }, worker) =>
    (calls += 1) === 3 ? worker.reply(done(id)) : worker.die("exit code 1"),
  );
  const client = createWorkerClient(workers.spawn);
  for (let call = 1; call <= 5; call += 1) await client.run(request).catch(() => {});
  expect(client.status()).toMatchObject({ state: "idle", failures: 2 });
});

test("cancelling leaves the native run going, counts as a failure, or replays the call", async () => {
  const seen: number[] = [];
  const workers = fakeWorkers(({ id }, worker) => {
    seen.push(id);
    if (workers.started.length > 1) worker.reply(done(id));
  });
  const client = createWorkerClient(workers.spawn);
  const controller = new AbortController();
  const running = client.run(request, controller.signal);
  setTimeout(() => controller.abort(), 20);
  await expect(running).rejects.toMatchObject({ code: "cancelled" });
  expect(client.status()).toMatchObject({ state: "idle", failures: 0 });
  await client.run(request);
  expect(workers.started.length).toBe(2);
  expect(seen.length).toBe(2);
});

test("the model's own error loses its words, and a pack's error its code", async () => {
  const errors = [
    { code: "internal" as const, message: "bad shape" },
    { code: "packInvalid" as const, message: "no such channel" },
  ];
  const workers = fakeWorkers(({ id }, worker) =>
    worker.reply({
      kind: "failed",
      id,
      error: errors.shift() ?? { code: "internal", message: "" },
    }),
  );
  const client = createWorkerClient(workers.spawn);
  await expect(client.run(request)).rejects.toMatchObject({
    code: "modelFailed",
    message: "The model failed: bad shape",
  });
  await expect(client.run(request)).rejects.toMatchObject({ code: "packInvalid" });
  expect(client.status().failures).toBe(0);
});

test("a process that never says it is ready hangs the call", async () => {
  const workers = fakeWorkers(() => {}, false);
  const client = createWorkerClient(workers.spawn, { readyWithin: 30 });
  await expect(client.run(request)).rejects.toMatchObject({ code: "modelFailed" });
});
