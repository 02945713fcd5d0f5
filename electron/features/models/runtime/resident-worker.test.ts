import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundledPacksFolder } from "../../../places.ts";
import { forkWorker } from "../fork-worker.ts";
import { openPacks } from "../packs.ts";
import { networkPath } from "../pack-info.ts";
import { createTexts } from "../texts.ts";
import { createWorkerClient } from "../worker-client.ts";
import { requestOf } from "./request-of.ts";
import { keepResident, traceName } from "./resident-worker.ts";
import { runAtLeisure } from "./queue.ts";
import { openTrace } from "./trace.ts";

const settingsOf = () => ({ devices: ["cpu"], threads: 1 });
const signal = new AbortController().signal;
const abstracts = ["A randomised trial of yoga for high blood pressure in 60 adults."];

describe("the model process under a budget, with real packs", () => {
  let folder = "";
  let stop = (): void => {};
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "evidesk-runtime-"));
  });
  afterEach(() => {
    stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function desk(budget: number, { ahead = false } = {}) {
    const packs = openPacks(bundledPacksFolder, folder);
    const trace = openTrace(join(folder, "calls.jsonl"));
    const started: { pid: number }[] = [];
    const client = createWorkerClient(() => {
      const port = forkWorker();
      started.push(port);
      return port;
    });
    const limits = { cpu: budget };
    const worker = keepResident(client, {
      trace,
      budgetOf: () => limits.cpu,
      requestOf: (name) => requestOf(name, packs, settingsOf),
      ahead,
    });
    stop = () => worker.stop();
    const texts = createTexts(packs, worker, settingsOf);
    return { packs, trace, worker, client, limits, started, texts };
  }
  const nameOf = async (packs: ReturnType<typeof openPacks>, id: string): Promise<string> =>
    traceName(networkPath(await packs.find(id)));

  it("traces a first call as a miss with its load and bytes, a second as a hit; the log survives", async () => {
    const { texts, trace } = desk(1e9);
    await texts.score("rct-classifier", abstracts, { signal });
    await texts.score("rct-classifier", abstracts, { signal });
    const lines = openTrace(trace.path).all();
    expect(lines.map(({ kind, hit }) => [kind, hit])).toEqual([
      ["call", false],
      ["call", true],
    ]);
    expect(lines[0]?.loadMs).toBeGreaterThan(0);
    expect(lines[0]?.bytes).toBeGreaterThan(100_000);
    expect(readFileSync(trace.path, "utf8"), "never content").not.toContain("yoga");
  });

  it("puts one model out for another when both do not fit, and both still answer", async () => {
    const { texts, trace, worker, packs, limits } = desk(1e9);
    const first = await texts.score("rct-classifier", abstracts, { signal });
    const held = worker.residents().devices[0]?.open[0]?.bytes ?? 0;
    const other = statSync(networkPath(await packs.find("text-encoder"))).size * 2;
    limits.cpu = Math.max(held, other) + 1000;
    await texts.embed("text-encoder", abstracts, { signal });
    const open = worker.residents().devices[0]?.open.map(({ id }) => id);
    expect(open).toEqual([await nameOf(packs, "text-encoder")]);
    expect(trace.all().map(({ kind }) => kind)).toEqual(["call", "release", "call"]);
    limits.cpu = 1e9;
    expect(await texts.score("rct-classifier", abstracts, { signal })).toEqual(first);
  });

  it("refuses a model larger than the limit, names both figures, and runs nothing", async () => {
    const { texts, client } = desk(1000);
    await expect(texts.score("rct-classifier", abstracts, { signal })).rejects.toMatchObject({
      code: "modelUnavailable",
      message: expect.stringMatching(/rct-classifier needs about \d+ MB.*may take 1 MB/),
    });
    expect(client.status().state).toBe("idle");
  });

  it("takes a decoder whose weights lie beside it for as small as its graph", async () => {
    const { worker, client } = desk(2e9);
    const path = join(folder, "decoder_model_merged.onnx");
    writeFileSync(path, "graph");
    writeFileSync(`${path}_data`, "");
    // Sparse: takes no room on the disk.
    truncateSync(`${path}_data`, 6e9);
    const decoder = { tokenizer: "", config: "", template: "vicuna_v1" as const, bos: 1 };
    const request = {
      ...settingsOf(),
      path,
      contextTokens: 512,
      backend: "onnx" as const,
      decoder,
    };
    await expect(worker.countTokens({ ...request, text: "yoga" })).rejects.toMatchObject({
      code: "modelUnavailable",
      message: expect.stringMatching(/needs about 12\.0 GB.*may take 2\.0 GB/),
    });
    expect(client.status().state).toBe("idle");
  });

  it("holds no model any more after the process was ended, and says so", async () => {
    const { texts, worker, trace } = desk(1e9);
    await texts.score("rct-classifier", abstracts, { signal });
    worker.stop();
    expect(worker.residents().devices.flatMap(({ open }) => open)).toEqual([]);
    await texts.score("rct-classifier", abstracts, { signal });
    expect(trace.all().map(({ hit }) => hit)).toEqual([false, false]);
  });

  it("runs a batch model by model where only one fits, with answers in the order of the texts", async () => {
    const { texts, trace, worker, packs, limits } = desk(1e9);
    const ids = ["rct-classifier", "text-encoder", "rct-classifier", "text-encoder"];
    const texted = Array.from({ length: 4 }, (_, at) => `${abstracts[0]} Trial ${at}.`);
    const ask = async (id: string, text: string) =>
      id === "text-encoder"
        ? [...((await texts.embed(id, [text], { signal }))[0] ?? [])]
        : texts.score(id, [text], { signal });
    const alone = [];
    for (const text of texted) for (const id of ids) alone.push(await ask(id, text));
    const held = worker.residents().devices[0]?.open.map(({ bytes }) => bytes) ?? [];
    limits.cpu = Math.max(...held) + 1000;
    for (const id of ["rct-classifier", "text-encoder"])
      await worker.release(networkPath(await packs.find(id)));
    const before = trace.all().length;
    const together = await runAtLeisure({ isHeld: () => false }, () =>
      Promise.all(texted.flatMap((text) => ids.map((id) => ask(id, text)))),
    );
    expect(together).toEqual(alone);
    const loads = trace
      .all()
      .slice(before)
      .filter(({ loadMs }) => loadMs > 0);
    expect(loads.map(({ expert }) => expert).length, "each model once").toBe(2);
  });

  it("loses one call of a batch when the process is killed; the others run in a new one", async () => {
    const { texts, started } = desk(1e9);
    const [alone] = await texts.score("rct-classifier", abstracts, { signal });
    let killed = false;
    const ended = await runAtLeisure({ isHeld: () => false }, () =>
      Promise.allSettled(
        Array.from({ length: 12 }, async (_, at) => {
          if (at === 3 && !killed) {
            killed = true;
            setTimeout(() => process.kill(started[0]?.pid ?? 0, "SIGKILL"), 1);
          }
          return texts.score("rct-classifier", abstracts, { signal });
        }),
      ),
    );
    const failed = ended.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
    expect(
      failed.length,
      "the one under way, or none when it fell between two",
    ).toBeLessThanOrEqual(1);
    for (const { reason } of failed)
      expect(reason).toMatchObject({
        code: "modelFailed",
        message: expect.stringMatching(/Nothing you decided is lost/),
      });
    for (const one of ended) if (one.status === "fulfilled") expect(one.value).toEqual([alone]);
    expect(started.length).toBe(2);
  });

  it("opens ahead what always comes next, so that its call is a hit", async () => {
    const { texts, trace, worker, packs } = desk(1e9, { ahead: true });
    for (let day = 0; day < 12; day += 1) {
      await texts.embed("text-encoder", abstracts, { signal });
      await texts.score("rct-classifier", abstracts, { signal });
    }
    await worker.release(networkPath(await packs.find("rct-classifier")));
    await texts.embed("text-encoder", abstracts, { signal });
    await expect
      .poll(() => trace.all().at(-1)?.kind, { timeout: 10_000, message: "opened ahead" })
      .toBe("prefetch");
    await texts.score("rct-classifier", abstracts, { signal });
    expect(trace.all().at(-1)).toMatchObject({ kind: "call", hit: true, loadMs: 0 });
  });

  it("opens what an open series will be given to into room that others hold, or its first call waits", async () => {
    const { texts, trace, worker, packs, limits } = desk(1e9);
    const path = networkPath(await packs.find("rct-classifier"));
    const request = { path, ...settingsOf() };
    await worker.openAhead(request);
    await texts.score("rct-classifier", abstracts, { signal });
    expect(trace.all().map(({ kind, hit }) => [kind, hit])).toEqual([
      ["prefetch", false],
      ["call", true],
    ]);
    await worker.release(path);
    await texts.embed("text-encoder", abstracts, { signal });
    limits.cpu = worker.residents().devices[0]?.open[0]?.bytes ?? 0;
    await worker.openAhead(request);
    expect(worker.residents().devices[0]?.open.map(({ id }) => id)).toEqual([
      await nameOf(packs, "text-encoder"),
    ]);
  });
});
