/** What breaks while a model writes is told by name, can be asked again, and takes nothing else with it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { promptsFolder } from "../../../places.ts";
import { benchPack } from "../bench.ts";
import { forkWorker } from "../fork-worker.ts";
import { openSession } from "../onnx.ts";
import { readPack } from "../pack.ts";
import { openPacks } from "../packs.ts";
import { openOnFirst } from "../session.ts";
import { keepResident } from "../runtime/resident-worker.ts";
import { openTrace } from "../runtime/trace.ts";
import { createWorkerClient } from "../worker-client.ts";
import { openDecoder } from "./decoder/writer.ts";
import { createGeneration, writerFiles } from "./generation.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures");
const folder = mkdtempSync(join(tmpdir(), "evidesk-faults-"));
let process_: ReturnType<typeof forkWorker> | undefined;
const worker = createWorkerClient(() => (process_ = forkWorker()));
afterAll(() => {
  worker.stop();
  rmSync(folder, { recursive: true, force: true });
});
const signal = new AbortController().signal;
const packs = openPacks(fixtures, folder);
const generation = createGeneration({
  packs,
  promptsFolder,
  fetch: () => Promise.reject(new Error("nothing is sent")),
  secret: async () => undefined,
  worker,
  settingsOf: () => ({ devices: ["cpu"], threads: 1 }),
});
const question = (maxTokens = 400) => ({
  messages: [{ role: "user" as const, content: "Write about yoga." }],
  maxTokens,
  temperature: 0.7,
  seed: 3,
});

/** A pack of its own on the disk, to be broken; what it is opened with. */
async function copyOf(name: string) {
  const copy = mkdtempSync(join(folder, `${name}-`));
  cpSync(join(fixtures, name), copy, { recursive: true });
  const pack = await readPack(copy, false);
  const { inference } = pack.manifest;
  if (inference.kind !== "generate" || inference.backend !== "onnx") throw new Error(name);
  const files = writerFiles(pack, inference);
  if (files.backend !== "onnx") throw new Error(name);
  const { decoder, ...rest } = files;
  return { copy, pack, settings: { ...rest, ...decoder, devices: ["cpu"], threads: 1 } };
}

describe("the model process", () => {
  it("that is killed in the middle of a word takes the answer for good, or the next one", async () => {
    const whole = await generation.write("decoder-tiny", question(), { signal });
    let pieces = 0;
    const broken = generation.write("decoder-tiny", question(), {
      signal,
      onText: () => {
        pieces += 1;
        if (pieces === 5) process_?.kill();
      },
    });
    await expect(broken).rejects.toMatchObject({
      code: "modelFailed",
      message: expect.stringContaining("Nothing you decided is lost"),
    });
    expect(pieces).toBeLessThan(400);
    expect(worker.status()).toMatchObject({ failures: 1, lastFailure: "killed by SIGKILL" });
    expect(await generation.write("decoder-tiny", question(), { signal })).toEqual(whole);
    expect(worker.status().failures).toBe(0);
  });

  it("that dies while a prompt is answered throws into the review instead of a failure that is told", async () => {
    const prompt = (await generation.prompts()).find(({ id }) => id === "pico");
    const values = Object.fromEntries((prompt?.names ?? []).map((name) => [name, "yoga"]));
    const asked = generation.ask("decoder-tiny", "pico", values, { signal, seed: 2 });
    const timer = setInterval(() => process_?.kill(), 20);
    const told = await asked;
    clearInterval(timer);
    expect(told).toMatchObject({ ok: false, failure: "unavailable", model: "decoder-tiny" });
    worker.reset();
    const again = await generation.ask("decoder-tiny", "pico", values, { signal, seed: 2 });
    expect(again.text.length).toBeGreaterThan(10);
  });

  it("is asked for more than the model reads, and cuts the question silently", async () => {
    const long = {
      ...question(64),
      messages: [{ role: "user" as const, content: "A trial of yoga in adults. ".repeat(400) }],
    };
    await expect(generation.write("decoder-tiny", long, { signal })).rejects.toMatchObject({
      code: "modelFailed",
      data: { kind: "contextOverflow" },
      message: expect.stringContaining("the model reads 2048"),
    });
  });
});

describe("the log of calls", () => {
  const trace = openTrace(join(folder, "expert-calls.jsonl"));
  const resident = keepResident(worker, {
    trace,
    budgetOf: () => 1e12,
    requestOf: async () => undefined,
    ahead: false,
  });
  const kept = createGeneration({
    packs,
    promptsFolder,
    fetch: () => Promise.reject(new Error("nothing is sent")),
    secret: async () => undefined,
    worker: resident,
    settingsOf: () => ({ devices: ["cpu"], threads: 1 }),
    noteCall: resident.noteCall,
  });
  const failures = () =>
    trace.all().flatMap(({ kind, expert, why }) => (kind === "failed" ? [[expert, why]] : []));

  it("has no line of a model process that was killed, nor of a call after it", async () => {
    const broken = kept.write("decoder-tiny", question(), {
      signal,
      onText: () => process_?.kill(),
    });
    await expect(broken).rejects.toMatchObject({ code: "modelFailed" });
    await kept.write("decoder-tiny", question(4), { signal });
    expect(failures()).toEqual([["decoder-tiny/decoder_model_merged.onnx", "modelFailed"]]);
    expect(trace.all().at(-1)).toMatchObject({
      kind: "call",
      expert: "decoder-tiny/decoder_model_merged.onnx",
    });
  });

  it("has no line of a pack without its tokenizer, or tells what was asked", async () => {
    const { pack, copy } = await copyOf("decoder-tiny");
    rmSync(join(copy, "tokenizer.json"));
    const { inference } = pack.manifest;
    if (inference.kind !== "generate" || inference.backend !== "onnx") throw new Error("no writer");
    const asked = { ...question(), stop: [] };
    await expect(
      resident.write({
        ...writerFiles({ ...pack, folder: copy }, inference),
        devices: ["cpu"],
        threads: 1,
        question: asked,
      }),
    ).rejects.toMatchObject({ code: "packInvalid" });
    expect(failures().at(-1)?.[1]).toBe("packInvalid");
    expect(trace.text()).not.toContain("yoga");
  });

  it("takes a cancelled call for a failed one", async () => {
    const before = failures().length;
    const controller = new AbortController();
    const cancelled = kept.write("decoder-tiny", question(), {
      signal: controller.signal,
      onText: () => controller.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    expect(failures()).toHaveLength(before);
  });

  it("has no line of an answer that cannot be used, with the failure's name", async () => {
    const prompt = (await kept.prompts()).find(({ id }) => id === "pico");
    const values = Object.fromEntries((prompt?.names ?? []).map((name) => [name, "yoga "]));
    const long = { ...values, [prompt?.names[0] ?? ""]: "yoga for adults ".repeat(4000) };
    expect(await kept.ask("decoder-tiny", "pico", long, { signal, seed: 1 })).toMatchObject({
      failure: "contextOverflow",
    });
    expect(failures().at(-1)).toEqual(["decoder-tiny", "contextOverflow"]);
  });
});

describe("a pack whose files do not go together", () => {
  let pack: Awaited<ReturnType<typeof copyOf>>;
  beforeEach(async () => {
    pack = await copyOf("decoder-tiny");
  });
  const refused = (message: RegExp) =>
    expect(openDecoder(pack.settings)).rejects.toMatchObject({
      code: "packInvalid",
      message: expect.stringMatching(message),
    });

  it("without its tokenizer", async () => {
    rmSync(pack.settings.tokenizer);
    await refused(/"tokenizer\.json", the tokenizer, cannot be read \(ENOENT\)/);
  });

  it("with a decoder that was cut", async () => {
    const { path } = pack.settings;
    writeFileSync(path, readFileSync(path).subarray(0, 100_000));
    await refused(/cannot be opened as an ONNX model.*cut/s);
  });

  it("with another model's template", async () => {
    pack.settings.template = "llama_3";
    await refused(/template uses "<\|eot_id\|>", which its tokenizer does not know/);
  });

  it("with another model's tokenizer", async () => {
    const small = JSON.parse(readFileSync(pack.settings.tokenizer, "utf8"));
    small.added_tokens.find(({ content }: { content: string }) => content === "</s>").id = 9999;
    writeFileSync(pack.settings.tokenizer, JSON.stringify(small));
    const writer = await openDecoder(pack.settings);
    await expect(writer.write({ ...question(), stop: [] }, () => {})).rejects.toMatchObject({
      code: "packInvalid",
      message: expect.stringContaining("10000"),
    });
    await writer.release();
  });

  it("with a network that is no decoder", async () => {
    cpSync(join(fixtures, "vila-tiny", "embed_tokens.onnx"), pack.settings.path);
    await refused(/takes no past_key_values/);
  });
});

it("a graphics card that is lost in the middle of an answer changes it, or ends it", async () => {
  const { settings } = await copyOf("decoder-tiny");
  const plain = await openDecoder(settings);
  const asked = { ...question(48), stop: [] };
  const whole = await plain.write(asked, () => {});
  await plain.release();
  let runs = 0;
  const losing = await openDecoder({ ...settings, devices: ["cuda", "cpu"] }, (path, devices) =>
    openOnFirst(devices, async (device) => {
      const session = await openSession(path, ["cpu"], 1);
      if (device === "cpu") return session;
      const run: typeof session.run = (feeds) => {
        runs += 1;
        return runs > 20 ? Promise.reject(new Error("CUDA error 999")) : session.run(feeds);
      };
      return Object.create(session, { run: { value: run } });
    }),
  );
  const answer = await losing.write(asked, () => {});
  expect(answer.text).toBe(whole.text);
  expect(losing.device).toBe("cpu");
  expect(losing.tried).toEqual([{ device: "cuda", failedBecause: "CUDA error 999" }]);
  await losing.release();
});

it("the bench of a model that writes counts nothing, or its own share is below the network's", async () => {
  const bench = await benchPack(await readPack(join(fixtures, "decoder-tiny"), true), {
    packs,
    worker,
    generation,
    runs: 3,
    signal,
    devices: ["cpu"],
    threads: 1,
  });
  expect(bench).toMatchObject({ id: "decoder-tiny", device: "cpu" });
  expect(bench?.writes?.tokensPerSecond).toBeGreaterThan(1);
  expect(bench?.writes?.firstMs).toBeGreaterThan(0);
  expect(bench?.writes?.firstMs).toBeLessThan(bench?.p50 ?? 0);
  expect(bench?.ratioToRuntime).toBeGreaterThan(1);
});
