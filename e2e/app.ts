/** The one driver of end-to-end tests: a fresh data folder, the real host, the page at its address. */
import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, type Page } from "@playwright/test";

export type Desk = {
  url: string;
  port: number;
  token: string;
  dataFolder: string;
  kill: (signal?: NodeJS.Signals) => Promise<void>;
  restart: () => Promise<void>;
  /** As the machine's reviewer, or as another one. */
  call: (name: string, input: unknown, reviewer?: string) => Promise<unknown>;
};

export async function startDesk(
  dataFolder = mkdtempSync(join(tmpdir(), "evidesk-e2e-")),
): Promise<Desk> {
  let child: ChildProcess;
  let about = { url: "", port: 0, token: "" };
  async function start(): Promise<void> {
    child = spawn(
      process.execPath,
      [
        "--disable-warning=ExperimentalWarning",
        "electron/cli.ts",
        "serve",
        "--data",
        dataFolder,
        "--json",
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    about = await new Promise((resolve, reject) => {
      let text = "";
      child.once("exit", (code) => reject(new Error(`the host ended with code ${code}`)));
      child.stdout?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes("\n")) resolve(JSON.parse(text.split("\n")[0] ?? ""));
      });
    });
  }
  await start();
  const desk: Desk = {
    ...about,
    dataFolder,
    kill: (signal = "SIGTERM") =>
      new Promise((resolve) => {
        child.removeAllListeners("exit");
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once("exit", () => resolve());
        child.kill(signal);
      }),
    restart: async () => {
      await desk.kill();
      await start();
      Object.assign(desk, about);
    },
    call: async (name, input, reviewer) => {
      const response = await fetch(`http://127.0.0.1:${desk.port}/rpc/${name}`, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          Authorization: `Bearer ${desk.token}`,
          ...(reviewer ? { "X-Evidesk-Reviewer": encodeURIComponent(reviewer) } : {}),
        },
        body: JSON.stringify(input),
      });
      const frames = (await response.text())
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      const last = frames.at(-1);
      if (last.error) throw new Error(`${last.error.code}: ${last.error.message}`);
      return last.value;
    },
  };
  return desk;
}

/** One desk per test, closed and removed afterwards; page errors fail the test. */
export const test = base.extend<{ desk: Desk; app: Page }, { prepared: string }>({
  // The first start lays out the samples; every test gets its own copy of that data folder.
  prepared: [
    // Playwright reads the fixtures that are needed from this pattern.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, provide) => {
      const desk = await startDesk();
      await desk.kill();
      await provide(desk.dataFolder);
      rmSync(desk.dataFolder, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 180_000 },
  ],
  desk: async ({ prepared }, provide) => {
    const dataFolder = mkdtempSync(join(tmpdir(), "evidesk-e2e-"));
    cpSync(prepared, dataFolder, { recursive: true });
    const desk = await startDesk(dataFolder);
    await provide(desk);
    await desk.kill();
    rmSync(desk.dataFolder, { recursive: true, force: true });
  },
  app: async ({ desk, page }, provide) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(desk.url);
    await provide(page);
    if (errors.length > 0) throw new Error(`The page threw: ${errors.join("; ")}`);
  },
});

/** The review that the app comes with. */
export async function sampleId(desk: Desk): Promise<string> {
  const reviews = (await desk.call("review.list", {})) as { id: string; sample: boolean }[];
  const sample = reviews.find((review) => review.sample);
  if (!sample) throw new Error("The sample review is not there at first start.");
  return sample.id;
}

export { expect } from "@playwright/test";
