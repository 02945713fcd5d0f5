/** Faults from below, seen on the page: shown, logged, asked again at a press, and the review as it was. */
import { cpSync, readdirSync, readFileSync, symlinkSync, unlinkSync, existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test, type Desk } from "../app.ts";

const fixtures = "electron/features/models/fixtures";

/** The model process of a desk, told from others by whose child it is; undefined while none runs. */
function modelProcess(desk: Desk): number | undefined {
  const read = (pid: string, file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch {
      return "";
    }
  };
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const host = all.find((pid) => read(pid, "cmdline").includes(desk.dataFolder));
  const child = all.find(
    (pid) =>
      read(pid, "cmdline").includes("worker.ts") &&
      read(pid, "stat").replace(/^.*\) /, "").split(" ")[1] === host,
  );
  return child === undefined ? undefined : Number(child);
}

test.skip(process.platform !== "linux", "processes and full disks are made as Linux has them");

test("a model process killed while it writes takes the page, the review or every later answer with it", async ({
  app,
  desk,
}) => {
  test.slow();
  const id = "decoder-tiny";
  cpSync(join(fixtures, id), join(desk.dataFolder, "packs", id), { recursive: true });
  const review = (await desk.call("review.create", { title: "Sleep" })) as { id: string };
  await desk.call("records.add", { reviewId: review.id, title: "Valerian for insomnia" });
  const before = await desk.call("review.records", { reviewId: review.id });
  await desk.call("library.index", { reviewId: review.id });
  await app.goto(desk.url.replace("/#", `/library/${review.id}#`));
  await app.getByLabel("Answered by").selectOption(id);
  await app.getByLabel("Question to the library").fill("Does valerian help against insomnia?");
  // Stopped first, so that it is certain that the answer was still being written when it dies.
  const running = modelProcess(desk);
  expect(running, "the model process that made the index").toBeDefined();
  await app.keyboard.press("Enter");
  await expect(app.getByText("The model reads the passages")).toBeVisible({ timeout: 60_000 });
  process.kill(running ?? 0, "SIGSTOP");
  await expect(app.getByText("The model reads the passages")).toBeVisible();
  process.kill(running ?? 0, "SIGKILL");
  const told = app.getByRole("alert");
  await expect(told).toContainText(`${id} gave no usable answer (unavailable)`);
  await expect(told).toContainText("killed by SIGKILL");
  await expect(told).toContainText("The review is as it was.");
  expect(await desk.call("review.records", { reviewId: review.id })).toEqual(before);
  await told.getByRole("button", { name: "Try again" }).click();
  // Random weights may well write nothing of use; it is a new process that says so.
  await expect(told.getByText("killed by SIGKILL")).toBeHidden();
  await expect(app.getByText("The model reads the passages")).toBeHidden({ timeout: 60_000 });
  expect(modelProcess(desk)).not.toBe(running);
  await app.goto(new URL("/models", desk.url).href);
  const panel = app.getByRole("region", { name: "Memory and calls" });
  await expect(panel).toContainText(`${id} failed (modelFailed)`);
});

test("a disk that fills up while a pack is fetched leaves half a pack, or cannot be tried again", async ({
  app,
  desk,
}) => {
  test.skip(!existsSync("/dev/full"), "no device that is always full");
  const pack = "prompt-tiny";
  const server = createServer((request, response) => {
    const path = join(fixtures, pack, new URL(request.url ?? "", "http://hub").pathname);
    if (existsSync(path)) return void response.end(readFileSync(path));
    response.statusCode = 404;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { files } = JSON.parse(readFileSync(join(fixtures, pack, "manifest.json"), "utf8")) as {
    files: { sha256: string }[];
  };
  const downloads = join(desk.dataFolder, "packs", ".downloads");
  mkdirSync(downloads, { recursive: true });
  const part = join(downloads, `${files[0]?.sha256}.part`);
  symlinkSync("/dev/full", part);
  const packs = (await desk.call("models.list", {})) as unknown[];
  await app.goto(new URL("/models", desk.url).href);
  await app.getByPlaceholder(/manifest\.json/).fill(`http://127.0.0.1:${port}/manifest.json`);
  await app.getByRole("button", { name: "Fetch" }).click();
  const told = app.getByRole("alert");
  await expect(told).toContainText("The disk is full");
  expect(await desk.call("models.list", {})).toHaveLength(packs.length);
  expect(readdirSync(join(desk.dataFolder, "packs")).filter((name) => name.startsWith(".staging"))).toEqual([]);
  await app.goto(new URL("/activity", desk.url).href);
  await expect(app.getByText("The disk is full").first()).toBeVisible();
  // Room again: what is there is kept, and the same address is asked again.
  unlinkSync(part);
  await app.goto(new URL("/models", desk.url).href);
  await app.getByPlaceholder(/manifest\.json/).fill(`http://127.0.0.1:${port}/manifest.json`);
  await app.getByRole("button", { name: "Fetch" }).click();
  await expect(app.locator(".pack").filter({ hasText: "Promptable network" })).toBeVisible();
  server.close();
});
