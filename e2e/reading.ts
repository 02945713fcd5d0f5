/** A reader's steps on the page, as the walks take them: open, ask, correct, measure, report, export. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import type { Page } from "@playwright/test";
import { samplesFolder } from "../electron/places.ts";
import { expect, type Desk } from "./app.ts";

export type File = { name: string; mimeType: string; buffer: Buffer };
export type Study = {
  id: string;
  images: { id: string; pixels: string }[];
  suggestions: { id: string; value: { mask?: string; labels?: { name: string }[] } }[];
  decisions: { action: string; value?: { mask?: string; voxelsChanged?: number } }[];
  reports: { title: string; lines: { text: string }[] }[];
};

export const fileOf = (name: string, bytes: Uint8Array): File => ({
  ...{ name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) },
});
export const samples = (folder: string, pattern: RegExp): File[] =>
  readdirSync(join(samplesFolder, folder))
    .filter((name) => pattern.test(name))
    .map((name) => fileOf(name, readFileSync(join(samplesFolder, folder, name))));

/** Opens files by the page's own button; the study that the page then shows. */
export async function openOnPage(
  app: Page,
  desk: Desk,
  files: File[],
): Promise<() => Promise<Study>> {
  await app.goto(new URL("/read", desk.url).href);
  const chooser = app.waitForEvent("filechooser");
  await app.getByRole("button", { name: "Open images" }).first().click();
  await (await chooser).setFiles(files);
  await expect(app).toHaveURL(/\/read\/[0-9a-f-]{36}/, { timeout: 120_000 });
  const studyId = /read\/([0-9a-f-]{36})/.exec(app.url())?.[1];
  await expect(app.locator('.read-stage .view-mark[data-corner="bottom-left"]').first()).toHaveText(
    /^C /,
    { timeout: 90_000 },
  );
  return async () => (await desk.call("imaging.get", { studyId })) as Study;
}

export async function ask(app: Page, words: string): Promise<void> {
  await app.getByLabel("Ask about this image").fill(words);
  await app.keyboard.press("Enter");
  await expect(app.getByRole("region", { name: "Suggested outline" })).toBeVisible({
    timeout: 180_000,
  });
}

/** Refines a copy with the brush and saves it as the correction. */
export async function correct(app: Page): Promise<void> {
  await app.keyboard.press("Shift+E");
  await app.keyboard.press("b");
  await expect(app.getByRole("button", { name: "Brush", exact: true })).toHaveAttribute(
    "aria-pressed",
    "true",
    { timeout: 60_000 },
  );
  await drag(app, [-60, -90], [-30, -90]);
  const save = app.getByRole("button", { name: "Save correction" });
  await expect(save).toBeEnabled({ timeout: 60_000 });
  await save.click();
  await expect(app.getByText("Correction saved beside the model's own outline.")).toBeVisible({
    timeout: 60_000,
  });
}

type Place = readonly [x: number, y: number];
export async function drag(app: Page, from: Place, to: Place): Promise<void> {
  const box = await app.locator(".viewer-canvas").first().boundingBox();
  if (!box) throw new Error("The viewer has no place on the page.");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await app.mouse.move(x + from[0], y + from[1]);
  await app.mouse.down();
  await app.mouse.move(x + to[0], y + to[1], { steps: 3 });
  await app.mouse.up();
}

export async function measure(app: Page): Promise<void> {
  await app.keyboard.press("d");
  await drag(app, [-50, 30], [50, 30]);
  await expect(app.getByRole("region", { name: "Measurements" }).getByRole("listitem")).toHaveCount(
    1,
    { timeout: 30_000 },
  );
}

/** Drafts, adds a word, saves; the sentences that are then in the report. */
export async function report(app: Page): Promise<string[]> {
  await app.getByRole("radio", { name: "Report", exact: true }).click();
  await app.getByRole("button", { name: "Draft", exact: true }).click();
  const text = app.getByRole("region", { name: "Report text" });
  const sentences = text.getByRole("textbox");
  await expect(sentences).not.toHaveCount(0);
  await sentences.first().focus();
  await app.keyboard.press("Control+End");
  await app.keyboard.type(" Seen by me.");
  await text.getByRole("button", { name: "Save report" }).click();
  await expect(app.getByText("UNVERIFIED").first()).toBeVisible();
  return sentences.evaluateAll((all) =>
    all.map((one) => (one as unknown as { value: string }).value).filter(Boolean),
  );
}

export async function exported(app: Page): Promise<Record<string, Uint8Array>> {
  const download = app.waitForEvent("download");
  await app.getByRole("button", { name: "Export these to a ZIP" }).click();
  return unzipSync(readFileSync(await (await download).path()));
}

export const named = (files: Record<string, Uint8Array>, pattern: RegExp): File => {
  const [found] = Object.entries(files).filter(([name]) => pattern.test(name));
  if (!found) throw new Error(`No ${pattern} in ${Object.keys(files).join(", ")}.`);
  return fileOf(...found);
};

export async function maskBytes(desk: Desk, id: string | undefined): Promise<Buffer> {
  const response = await fetch(`http://127.0.0.1:${desk.port}/assets/${id}`, {
    headers: { Authorization: `Bearer ${desk.token}` },
  });
  return Buffer.from(await response.arrayBuffer());
}
