/** The Models page: what it says of speed, devices and access outlasts a reload, and a folder becomes a pack. */
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test, type Desk } from "../app.ts";

const fixture = "electron/features/models/fixtures/prompt-tiny";
const rowOf = (app: Page, title: string) => app.locator(".pack").filter({ hasText: title });

async function openModels(desk: Desk, app: Page): Promise<void> {
  await expect(app.getByRole("heading", { name: "Reviews" })).toBeVisible();
  await app.goto(`http://127.0.0.1:${desk.port}/models`);
  await expect(app.getByRole("button", { name: "Check all files" })).toBeVisible();
}

test("the last timing is gone after a reload, or hides its device", async ({ desk, app }) => {
  await openModels(desk, app);
  const row = rowOf(app, "Findings on chest radiographs");
  await expect(row.getByText("Not measured here yet")).toBeVisible();
  await row.getByRole("button", { name: "Measure its speed here" }).click();
  await expect(row.getByRole("list", { name: "Last measured" })).toContainText(
    "a call, 19 of 20 under",
  );
  await expect(app.getByText(/Open models hold .* of .* memory/)).toBeVisible();
  await app.reload();
  await expect(row.getByRole("list", { name: "Last measured" })).toContainText("of memory");
});

test("a device that does not work is used in name only, without a reason", async ({
  desk,
  app,
}) => {
  const { devices } = (await desk.call("models.status", {})) as { devices: string[] };
  test.skip(!devices.includes("cuda"), "this platform's runtime has no CUDA");
  await openModels(desk, app);
  const row = rowOf(app, "Findings on chest radiographs");
  await row.getByRole("combobox", { name: "Computes on" }).selectOption("cuda");
  await row.getByRole("button", { name: "Measure its speed here" }).click();
  await expect(row.getByRole("list", { name: "Last measured" })).toBeVisible();
  const [pack] = (
    (await desk.call("models.list", {})) as { id: string; device: { using: string } }[]
  ).filter(({ id }) => id === "cxr-findings");
  if (pack?.device.using !== "cuda")
    await expect(row.getByRole("list", { name: "Devices tried" })).toContainText(
      "NVIDIA (CUDA) was tried and failed, so the processor is used",
    );
  await app.reload();
  await expect(row.getByRole("combobox", { name: "Computes on" })).toHaveValue("cuda");
});

test("a switched-off pack still runs", async ({ desk, app }) => {
  await openModels(desk, app);
  const row = rowOf(app, "Background, methods, results");
  await row.getByRole("switch", { name: "In use" }).click({ force: true });
  await expect(row.getByText("Switched off")).toBeVisible();
  await expect(
    desk.call("models.tag", { id: "sentence-roles", text: "We asked." }),
  ).rejects.toThrow("switched off");
});

test("a pack's folder cannot be added from the page, or cannot be taken away again", async ({
  desk,
  app,
}) => {
  await openModels(desk, app);
  const folder = join(mkdtempSync(join(tmpdir(), "evidesk-folder-")), "prompt-tiny");
  cpSync(fixture, folder, { recursive: true });
  const chooser = app.waitForEvent("filechooser");
  await app.getByRole("button", { name: "From a folder" }).click();
  await (await chooser).setFiles(folder);
  const row = rowOf(app, "Promptable network, random weights");
  await expect(row).toBeVisible();
  expect(basename(folder)).toBe("prompt-tiny");
  await row.getByRole("button", { name: "Remove its files" }).click();
  await expect(row).toHaveCount(0);
});

test("a token or a proxy's password is shown again", async ({ desk, app }) => {
  await openModels(desk, app);
  await app.getByText("Access token and proxy").click();
  await app.getByLabel("Access token of a gated hub").fill("hf_secret");
  await app.getByRole("button", { name: "Keep it" }).first().click();
  await expect(app.getByText("token kept")).toBeVisible();
  await app.getByLabel("Proxy", { exact: true }).fill("http://ward:secret@127.0.0.1:9");
  await app.getByRole("button", { name: "Keep it" }).last().click();
  await expect(app.getByText("proxy 127.0.0.1:9")).toBeVisible();
  await app.reload();
  await expect(app.getByText("token kept, proxy 127.0.0.1:9")).toBeVisible();
  expect(await app.content()).not.toContain("secret");
});

test("the memory limit, the log of calls and its clearing outlast a reload", async ({
  desk,
  app,
}) => {
  const texts = ["A randomised trial of yoga for high blood pressure."];
  await desk.call("models.classifyText", { id: "rct-classifier", texts });
  await desk.call("models.classifyText", { id: "rct-classifier", texts });
  await openModels(desk, app);
  const panel = app.getByRole("region", { name: "Memory and calls" });
  await expect(panel).toContainText("1 model open");
  await expect(panel).toContainText("2 calls, 50 % found the model open");
  await expect(panel.locator(".call-line li")).toHaveCount(2);
  await panel.getByRole("combobox", { name: "Models may take" }).selectOption("1");
  await expect(panel).toContainText("of 1.0 GB");
  await panel.getByRole("button", { name: /Clear the log/ }).click();
  await panel.getByRole("button", { name: "Clear it" }).click();
  await expect(panel).toContainText("No model was called yet");
  await app.reload();
  await expect(panel).toContainText("of 1.0 GB");
  await expect(panel).toContainText("No model was called yet");
});

test("a GGUF file becomes a pack that writes, and is taken away again", async ({ desk, app }) => {
  await openModels(desk, app);
  const chooser = app.waitForEvent("filechooser");
  await app.getByRole("button", { name: "From a zip or GGUF file" }).click();
  await (await chooser).setFiles("electron/features/models/fixtures/llama-tiny/model.gguf");
  await expect(rowOf(app, "llama-tiny")).toContainText("generation");
  const { id } = ((await desk.call("models.list", {})) as { id: string; task: string }[]).find(
    ({ task }) => task === "generation",
  ) ?? { id: "" };
  const told = (await desk.call("generation.ask", {
    packId: id,
    prompt: "pico",
    values: { question: "Does yoga lower blood pressure in adults?" },
    seed: 2,
  })) as { text: string; model: string };
  expect(told.model).toBe(id);
  expect(told.text).toContain("{");
  await desk.call("models.remove", { id });
  await app.reload();
  await expect(rowOf(app, "llama-tiny")).toHaveCount(0);
});
