/**
 * A reader's whole way on real images: a question, the expert's mask, a correction, a measurement, the report, the
 * export, and what was exported opened again beside the same images: the same mask voxel by voxel, the same report.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import type { Page } from "@playwright/test";
import { samplesFolder } from "../../electron/places.ts";
import { expect, test, type Desk } from "../app.ts";

type File = { name: string; mimeType: string; buffer: Buffer };
type Study = {
  id: string;
  images: { id: string; pixels: string }[];
  suggestions: { id: string; value: { mask?: string; labels?: { name: string }[] } }[];
  decisions: { action: string; value?: { mask?: string; voxelsChanged?: number } }[];
  reports: { title: string; lines: { text: string }[] }[];
};

const fileOf = (name: string, bytes: Uint8Array): File => ({
  ...{ name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) },
});
const samples = (folder: string, pattern: RegExp): File[] =>
  readdirSync(join(samplesFolder, folder))
    .filter((name) => pattern.test(name))
    .map((name) => fileOf(name, readFileSync(join(samplesFolder, folder, name))));

/** Opens files by the page's own button; the study that the page then shows. */
async function openOnPage(app: Page, desk: Desk, files: File[]): Promise<() => Promise<Study>> {
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

async function ask(app: Page, words: string): Promise<void> {
  await app.getByLabel("Ask about this image").fill(words);
  await app.keyboard.press("Enter");
  await expect(app.getByRole("region", { name: "Suggested outline" })).toBeVisible({
    timeout: 180_000,
  });
}

/** Refines a copy with the brush and saves it as the correction. */
async function correct(app: Page): Promise<void> {
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
async function drag(app: Page, from: Place, to: Place): Promise<void> {
  const box = await app.locator(".viewer-canvas").first().boundingBox();
  if (!box) throw new Error("The viewer has no place on the page.");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await app.mouse.move(x + from[0], y + from[1]);
  await app.mouse.down();
  await app.mouse.move(x + to[0], y + to[1], { steps: 3 });
  await app.mouse.up();
}

async function measure(app: Page): Promise<void> {
  await app.keyboard.press("d");
  await drag(app, [-50, 30], [50, 30]);
  await expect(app.getByRole("region", { name: "Measurements" }).getByRole("listitem")).toHaveCount(
    1,
    { timeout: 30_000 },
  );
}

/** Drafts, adds a word, saves; the sentences that are then in the report. */
async function report(app: Page): Promise<string[]> {
  await app.getByRole("radio", { name: "Report", exact: true }).click();
  await app.getByRole("button", { name: "Draft", exact: true }).click();
  const text = app.getByRole("region", { name: "Report text" });
  const sentences = text.getByRole("textbox");
  await expect(sentences).not.toHaveCount(0);
  await sentences.first().focus();
  await app.keyboard.press("End");
  await app.keyboard.type(" Seen by me.");
  await text.getByRole("button", { name: "Save report" }).click();
  await expect(app.getByText("UNVERIFIED").first()).toBeVisible();
  return sentences.evaluateAll((all) =>
    all.map((one) => (one as unknown as { value: string }).value).filter(Boolean),
  );
}

async function exported(app: Page): Promise<Record<string, Uint8Array>> {
  const download = app.waitForEvent("download");
  await app.getByRole("button", { name: "Export these to a ZIP" }).click();
  return unzipSync(readFileSync(await (await download).path()));
}

const named = (files: Record<string, Uint8Array>, pattern: RegExp): File => {
  const [found] = Object.entries(files).filter(([name]) => pattern.test(name));
  if (!found) throw new Error(`No ${pattern} in ${Object.keys(files).join(", ")}.`);
  return fileOf(...found);
};

async function maskBytes(desk: Desk, id: string | undefined): Promise<Buffer> {
  const response = await fetch(`http://127.0.0.1:${desk.port}/assets/${id}`, {
    headers: { Authorization: `Bearer ${desk.token}` },
  });
  return Buffer.from(await response.arrayBuffer());
}

test.use({ viewport: { width: 1440, height: 900 } });

test("a CT from question to archive and back: the corrected mask and the report open again as they were", async ({
  app,
  desk,
}) => {
  test.setTimeout(600_000);
  const slices = samples("ct-dicom", /^CT\./);
  const now = await openOnPage(app, desk, slices);
  await ask(app, "outline the bone");
  await correct(app);
  await measure(app);
  const sentences = await report(app);
  const files = await exported(app);
  const read = await now();
  const corrected = read.decisions.find(({ action }) => action === "correct")?.value;
  expect(corrected?.voxelsChanged).toBeGreaterThan(0);
  const mask = await maskBytes(desk, corrected?.mask);
  expect(mask.some((label) => label > 0)).toBe(true);
  for (const kind of [/\.nii\.gz$/, /tissue\.json$/, /\.png$/, /measurements\.csv$/, /fhir\.json$/])
    named(files, kind);

  const seg = named(files, /tissue\.dcm$/);
  const again = await openOnPage(app, desk, [...slices, seg, named(files, /sr\.dcm$/)]);
  const back = await again();
  const [suggestion] = back.suggestions;
  expect(back.images[0]?.pixels, "the same image").toBe(read.images[0]?.pixels);
  expect(Buffer.compare(await maskBytes(desk, suggestion?.value.mask), mask)).toBe(0);
  const lines = back.reports.flatMap((one) => one.lines.map(({ text }) => text)).join("\n");
  for (const sentence of sentences) expect(lines).toContain(sentence);
  await app.getByRole("radio", { name: "Conversation", exact: true }).click();
  await expect(app.getByRole("region", { name: "Suggested outline" })).toBeVisible();

  // The NIfTI mask alone, added to a further study of the same images.
  const third = await openOnPage(app, desk, slices);
  const chooser = app.waitForEvent("filechooser");
  await app.getByRole("button", { name: "Attach files" }).click();
  await (await chooser).setFiles([named(files, /tissue\.nii\.gz$/)]);
  await expect(app.getByText(/1 attached/)).toBeVisible({ timeout: 60_000 });
  const [layer] = (await third()).suggestions;
  expect(Buffer.compare(await maskBytes(desk, layer?.value.mask), mask)).toBe(0);
});

test("a film as a picture: lungs accepted and measured in pixels, exported, and its mask opens on it again", async ({
  app,
  desk,
}) => {
  test.setTimeout(300_000);
  const film = samples("images", /adult-pa/);
  const now = await openOnPage(app, desk, film);
  await ask(app, "outline the lungs");
  await app.keyboard.press("Enter");
  await expect(app.getByText("Accepted.")).toBeVisible();
  await measure(app);
  await report(app);
  const files = await exported(app);
  const mask = await maskBytes(desk, (await now()).suggestions[0]?.value.mask);
  const again = await openOnPage(app, desk, film);
  const chooser = app.waitForEvent("filechooser");
  await app.getByRole("button", { name: "Attach files" }).click();
  await (await chooser).setFiles([named(files, /lungs\.png$/)]);
  await expect(app.getByText(/1 attached/)).toBeVisible({ timeout: 60_000 });
  expect(
    Buffer.compare(await maskBytes(desk, (await again()).suggestions[0]?.value.mask), mask),
  ).toBe(0);
});
