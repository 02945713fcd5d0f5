import { mkdtempSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createWorkerClient } from "../worker-client.ts";
import type { WorkerPort, WorkerReply, WorkerRequest } from "../worker-protocol.ts";
import { openBudgets } from "./budgets.ts";
import { keepResident } from "./resident-worker.ts";
import { openTrace } from "./trace.ts";

/** Sizes on disk as such files have; sparse, so that they take no room here. */
const files = {
  "seven-billion/model-q4.gguf": 4.4e9,
  "seven-billion-f16/model-f16.gguf": 14.5e9,
  "looks-and-writes/decoder_model_merged.onnx_data": 2.6e9,
  "ct-organs/model.onnx": 0.9e9,
  "cxr-many/model.onnx": 0.3e9,
  "mr-lesion/model.onnx": 0.4e9,
} as const;
const deviceBytes = 8e9;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "evidesk-device-"));
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    truncateSync(path, bytes);
  }
  writeFileSync(join(folder, "looks-and-writes/decoder_model_merged.onnx"), "graph");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A model process of so many bytes that dies when models together take more than it has, as a real one does. */
function deviceOf(bytes: number) {
  const open = new Map<string, number>();
  /** What GGUF models were told that they may take on a card. */
  const rooms: number[] = [];
  let most = 0;
  const sizeOf = (path: string): number => {
    const [name = "", size = 0] =
      Object.entries(files).find(([one]) => `${path}_data`.endsWith(one) || path.endsWith(one)) ??
      [];
    return name.endsWith(".gguf") ? size * 1.15 : size * 1.9;
  };
  const spawn = (): WorkerPort => {
    const replies: ((reply: WorkerReply) => void)[] = [];
    const exits: ((why: string) => void)[] = [];
    const say = (reply: WorkerReply): void =>
      void setImmediate(() => replies.forEach((listener) => listener(reply)));
    say({ kind: "ready" });
    return {
      post: (request: WorkerRequest) => {
        if (request.kind === "release") {
          open.delete(request.path);
          return say({ kind: "released", id: request.id });
        }
        if (!("path" in request)) return;
        if ("cardBytes" in request) rooms.push(request.cardBytes ?? 0);
        const openedBytes = open.has(request.path) ? 0 : sizeOf(request.path);
        open.set(request.path, sizeOf(request.path));
        const held = [...open.values()].reduce((sum, one) => sum + one, 0);
        most = Math.max(most, held);
        if (held > bytes) return exits.forEach((listener) => listener("killed by SIGKILL"));
        say({
          kind: "counted",
          id: request.id,
          tokens: 1,
          contextTokens: 1,
          msRuntime: 1,
          msLoad: openedBytes > 0 ? openedBytes / 1e6 : 0,
          device: request.devices[0] ?? "cpu",
          tried: [],
          openedBytes,
        });
      },
      onReply: (listener) => void replies.push(listener),
      onExit: (listener) => void exits.push(listener),
      kill: () => open.clear(),
    };
  };
  return { spawn, rooms, most: () => most, open: () => open.size };
}

/** Asks a model for a count of tokens, which opens it. */
const askerOf =
  (worker: ReturnType<typeof keepResident>, devices: string[]) =>
  (name: string): Promise<unknown> =>
    worker.countTokens({
      path: join(folder, name),
      devices,
      threads: 1,
      contextTokens: 512,
      backend: "llama",
      adapters: [],
      text: "",
    });

it("plans a 7B model, one that sees and three experts on 8 GB, refuses what can never fit, and never overfills it", async () => {
  const budgets = openBudgets(folder, 64e9);
  budgets.set("cpu", deviceBytes);
  const device = deviceOf(deviceBytes);
  const worker = keepResident(createWorkerClient(device.spawn), {
    trace: openTrace(join(folder, "calls.jsonl")),
    budgetOf: budgets.of,
    requestOf: async () => undefined,
    ahead: false,
  });
  const ask = askerOf(worker, ["cpu"]);
  const day = [
    "cxr-many/model.onnx",
    "mr-lesion/model.onnx",
    "seven-billion/model-q4.gguf",
    "ct-organs/model.onnx",
    "looks-and-writes/decoder_model_merged.onnx",
    "cxr-many/model.onnx",
    "seven-billion/model-q4.gguf",
  ];
  for (const name of [...day, ...day]) await ask(name);
  expect(device.most(), "bytes held at once").toBeLessThanOrEqual(deviceBytes);
  expect(device.most(), "and the room is used").toBeGreaterThan(0.6 * deviceBytes);
  const before = device.open();
  await expect(ask("seven-billion-f16/model-f16.gguf")).rejects.toMatchObject({
    code: "modelUnavailable",
    message: expect.stringMatching(
      /seven-billion-f16 needs about 2\d\.\d GB of memory; models may take 8\.0 GB.*Nothing was run/,
    ),
  });
  expect(device.open(), "what is open stays open").toBe(before);
});

it("refuses a 7B model on a card of 3 GB, where part of it may stay with the processor, or tells it of room that others hold", async () => {
  const budgets = openBudgets(folder, 64e9);
  budgets.set("vulkan", 3e9);
  budgets.set("cpu", 12e9);
  const device = deviceOf(64e9);
  const worker = keepResident(createWorkerClient(device.spawn), {
    trace: openTrace(join(folder, "calls.jsonl")),
    budgetOf: budgets.of,
    requestOf: async () => undefined,
    ahead: false,
  });
  const ask = askerOf(worker, ["vulkan", "cpu"]);
  await ask("seven-billion/model-q4.gguf");
  expect(device.rooms).toEqual([3e9]);
  const [card] = worker.residents().devices.filter((one) => one.device === "vulkan");
  expect(
    card?.open.map(({ bytes }) => bytes),
    "counts on the card as what it may take",
  ).toEqual([3e9]);
  await expect(ask("seven-billion-f16/model-f16.gguf")).rejects.toMatchObject({
    code: "modelUnavailable",
    message: expect.stringMatching(
      /needs about 2\d\.\d GB of memory; models may take 3\.0 GB on the graphics card and 12\.0 GB beside it\. Nothing was run/,
    ),
  });
});
