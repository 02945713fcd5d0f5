/** The Models page's calls, through the composed app with a real model process. */
import { mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createApp } from "../../app.ts";
import type { CommandContext } from "../../command.ts";
import { bundledPacksFolder } from "../../places.ts";
import { readCard } from "./card.ts";
import { commands } from "./commands.ts";
import { forkWorker } from "./fork-worker.ts";
import { readPack } from "./pack.ts";

const dataFolder = mkdtempSync(join(tmpdir(), "evidesk-models-"));
const app = createApp({ dataFolder, spawnWorker: forkWorker });
afterAll(() => app.close());
const fixture = join(import.meta.dirname, "fixtures", "prompt-tiny");
const packOf = async (id: string) =>
  (await app.call("models.list", {})).find((pack) => pack.id === id);

async function uploaded(names: readonly string[]) {
  return Promise.all(
    names.map(async (path) => {
      const bytes = readFileSync(join(fixture, path));
      const { id } = await app.assets.put(bytes, { name: path, type: "" });
      return { path, assetId: id };
    }),
  );
}

test("a folder cannot be added from the page, or its weights stay on the disk twice", async () => {
  const files = await uploaded(["manifest.json", "card.md", "model.onnx"]);
  expect(await app.call("models.add", { source: { files } })).toMatchObject({ id: "prompt-tiny" });
  expect((await app.call("models.verify", { id: "prompt-tiny" }))[0]).toMatchObject({ ok: true });
  for (const { assetId } of files)
    await expect(app.assets.get(assetId)).rejects.toMatchObject({ code: "notFound" });
});

test("an uploaded file's name leads out of the packs' folder, or a part of a pack is installed", async () => {
  await app.call("models.remove", { id: "prompt-tiny" });
  const files = await uploaded(["manifest.json", "card.md", "model.onnx"]);
  const [manifest, card, model] = files as [File, File, File];
  type File = (typeof files)[number];
  await expect(
    app.call("models.add", { source: { files: [manifest, card, { ...model, path: "../../x" }] } }),
  ).rejects.toMatchObject({ code: "badInput" });
  await expect(
    app.call("models.add", { source: { files: [manifest, card] } }),
  ).rejects.toMatchObject({ code: "packInvalid" });
  expect(readdirSync(join(dataFolder, "packs")).filter((name) => name.startsWith("."))).toEqual([]);
  expect(await packOf("prompt-tiny")).toBeUndefined();
});

test("a card's plot is not shown, or a file that the manifest does not list is read for it", async () => {
  const { markdown, pictures } = await app.call("models.card", { id: "cxr-findings" });
  expect(markdown).toContain("![reliability](reliability.svg)");
  const [, encoded = ""] =
    /^data:image\/svg\+xml;base64,(.*)$/.exec(pictures["reliability.svg"] ?? "") ?? [];
  expect(Buffer.from(encoded, "base64").toString()).toMatch(/^<svg/);
  const pack = await readPack(join(bundledPacksFolder, "cxr-findings"), true);
  const bare = { ...pack.manifest, files: [] };
  expect((await readCard({ ...pack, manifest: bare })).pictures).toEqual({});
});

test("a timing is forgotten, or says nothing of the device it was made on", async () => {
  const [bench] = await app.call("models.bench", { id: "cxr-findings", runs: 3 });
  expect(bench).toMatchObject({ id: "cxr-findings", device: expect.stringMatching(/./) });
  const pack = await packOf("cxr-findings");
  expect(pack?.bench).toEqual([bench]);
  expect(pack?.device).toMatchObject({ choice: null, using: bench?.device });
  expect((await app.call("models.status", {})).memoryBytes).toBeGreaterThan(1 << 20);
});

test("a chosen device is not tried, or the processor takes over without a word", async () => {
  const { devices } = await app.call("models.status", {});
  const [wanted] = devices;
  if (wanted === undefined || wanted === "cpu") return;
  await app.call("models.setDevice", { id: "cxr-findings", device: wanted });
  expect((await packOf("cxr-findings"))?.device).toMatchObject({ choice: wanted, using: "" });
  const [bench] = await app.call("models.bench", { id: "cxr-findings", runs: 3 });
  const used = (await packOf("cxr-findings"))?.device;
  // Here or there: either it runs on the device, or the reason why not is told.
  if (used?.using !== wanted) {
    expect(used?.tried[0]).toMatchObject({
      device: wanted,
      failedBecause: expect.stringMatching(/./),
    });
    expect(bench?.tried[0]?.device).toBe(wanted);
  }
  await expect(
    app.call("models.setDevice", { id: "cxr-findings", device: "quantum" }),
  ).rejects.toMatchObject({ code: "badInput", message: expect.stringContaining("cpu") });
});

test("a bench of all devices hides those that do not work", async () => {
  const { devices } = await app.call("models.status", {});
  const benches = await app.call("models.bench", { id: "cxr-findings", runs: 3, device: "all" });
  const last = benches.at(-1);
  expect(last?.device).toBe("cpu");
  expect(
    [
      ...benches.map(({ device }) => device),
      ...(last?.tried ?? []).map(({ device }) => device),
    ].toSorted(),
  ).toEqual(devices.toSorted());
}, 120_000);

test("rules are said to run on a device", async () => {
  expect((await packOf("ct-tissue"))?.device).toEqual({
    choice: null,
    order: [],
    using: "",
    tried: [],
  });
});

test("the command line cannot switch a pack off, or a pack that is off still runs", async () => {
  const command = (verb: string, id: string) =>
    commands["models"]?.run({ positionals: [verb, id], values: {}, json: true }, {
      call: app.call,
    } as CommandContext);
  expect(await command("disable", "cxr-findings")).toEqual({
    id: "cxr-findings",
    status: "disabled",
  });
  expect(await packOf("cxr-findings")).toMatchObject({ status: "disabled" });
  await expect(app.call("models.bench", { id: "cxr-findings", runs: 3 })).rejects.toThrow();
  await command("enable", "cxr-findings");
  expect(await packOf("cxr-findings")).toMatchObject({ status: "ready" });
});

test("a bundled pack that judges whole texts cannot be tried on one", async () => {
  const text = "We randomly assigned 120 adults with asthma to budesonide or placebo.";
  const spans = await app.call("models.tag", { id: "rct-classifier", text });
  expect(spans).toMatchObject([
    { start: 0, end: text.length, label: "randomised controlled trial", text },
  ]);
  expect(spans[0]?.score).toBeGreaterThan(0.63);
  await expect(app.call("models.tag", { id: "text-encoder", text })).rejects.toMatchObject({
    code: "wrongModality",
  });
});
