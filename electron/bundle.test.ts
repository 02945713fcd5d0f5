/** The desktop's bundle, built as Forge builds it and run under plain Node with a stand-in for Electron's port. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { build, mergeConfig } from "vite";
import desktop from "../vite.main.config.ts";
import { programFolder } from "./places.ts";

// Inside the program's folder, as `.vite/build` is: from there the bundle looks for packs and prompts.
mkdirSync(join(programFolder, ".vite"), { recursive: true });
const folder = mkdtempSync(join(programFolder, ".vite", "bundle-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What plugin-vite of Electron Forge adds to a configuration whose target is "main". */
const asForge = (entry: string) => ({
  configFile: false as const,
  root: programFolder,
  logLevel: "error" as const,
  build: {
    copyPublicDir: false,
    emptyOutDir: false,
    outDir: folder,
    minify: false,
    lib: { entry, fileName: () => "[name].cjs", formats: ["cjs" as const] },
  },
  resolve: { conditions: ["node"], mainFields: ["module", "jsnext:main", "jsnext"] },
});

const standIn = `
const { EventEmitter } = require("node:events");
process.parentPort = Object.assign(new EventEmitter(), { postMessage() {} });
require("./backend.cjs");
const port = Object.assign(new EventEmitter(), {
  start() {},
  postMessage(reply) {
    if ("event" in reply) return;
    console.log(JSON.stringify(reply));
    process.exit(0);
  },
});
process.parentPort.emit("message", { data: "renderer", ports: [port] });
port.emit("message", { data: { id: 7, name: process.argv[2], input: {} } });
`;

function answerOf(name: string): { id: number; value?: unknown; error?: unknown } {
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, "stand-in.cjs"), name], {
    encoding: "utf8",
    env: { ...process.env, EVIDESK_DATA: join(folder, "data") },
    timeout: 60_000,
  });
  const line = stdout.trim().split("\n").at(-1);
  if (!line?.startsWith("{")) throw new Error(`The bundle did not answer: ${stderr || stdout}`);
  return JSON.parse(line);
}

test("the packaged backend starts, answers, and finds the packs and prompts beside it", async () => {
  await build(mergeConfig(asForge("electron/backend.ts"), desktop));
  writeFileSync(join(folder, "stand-in.cjs"), standIn);
  expect(answerOf("settings.get")).toMatchObject({ id: 7, value: { theme: "system" } });
  const { value } = answerOf("models.list");
  expect(JSON.stringify(value)).toContain("cxr-lungs");
}, 120_000);
