/**
 * `npm run bench e2e/scroll`: a CT of 512 × 512 opened and scrolled in a real Chromium that draws in software.
 * The slices are the sample's twenty real ones, repeated until the series is as long as asked (SLICES, 512).
 * Times are the clock's; "processor" is what all processes of the desk and the browser spent, which other
 * work on the machine does not change.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright";
import { writeSeries } from "../electron/features/imaging/dicom-export.ts";
import { openImages } from "../electron/features/imaging/open.ts";
import { samplesFolder } from "../electron/places.ts";
import { startDesk } from "./app.ts";
import { drawInSoftware, findChromium } from "./chromium.ts";
import { processorMs, peakMegabytes } from "./processes.ts";

const slices = Number(process.env["SLICES"] ?? 512);
const scrolls = 90;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(2);

/** A DICOM series as a scanner would send it, slice by slice. */
async function longCt(): Promise<{ name: string; bytes: Uint8Array }[]> {
  const folder = join(samplesFolder, "ct-dicom");
  const files = readdirSync(folder)
    .filter((name) => name.startsWith("CT."))
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }));
  const { series } = await openImages(files);
  const volume = series[0]?.volume;
  if (volume === undefined) throw new Error("The sample CT was not opened.");
  const [columns, rows, given] = volume.shape;
  const data = new Int16Array(columns * rows * slices);
  for (let slice = 0; slice < slices; slice += 1) {
    const from = (slice % given) * columns * rows;
    data.set(volume.data.subarray(from, from + columns * rows), slice * columns * rows);
  }
  return writeSeries({ ...volume, shape: [columns, rows, slices], data });
}

/** Scrolls as fast as pictures come: each wheel notch waits for the picture it asks for. */
async function scroll(page: Page, what: string): Promise<void> {
  const before = processorMs();
  const times = await page
    .locator(".viewer-canvas")
    .first()
    .evaluate(async (element, count) => {
      const took: number[] = [];
      for (let step = 0; step < count; step += 1) {
        const started = performance.now();
        const drawn = new Promise((resolve) =>
          element.addEventListener("CORNERSTONE_IMAGE_RENDERED", resolve, { once: true }),
        );
        const notch = { deltaY: step < count / 2 ? 120 : -120 };
        element.dispatchEvent(
          Reflect.construct(Reflect.get(globalThis, "WheelEvent"), ["wheel", notch]),
        );
        await drawn;
        took.push(performance.now() - started);
      }
      return took.toSorted((a, b) => a - b);
    }, scrolls);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const spent = (processorMs() - before) / scrolls;
  say(
    `${what}: ${(1000 / mean).toFixed(1)} pictures/s, 95 % within ${(times[Math.floor(0.95 * scrolls)] ?? 0).toFixed(0)} ms; processor ${spent.toFixed(0)} ms a picture`,
  );
}

const drawn = '.view-mark[data-corner="bottom-left"]';
const firstImage = (page: Page): Promise<void> =>
  page.locator(`.read-stage ${drawn}`).first().waitFor({ timeout: 240_000 });
/** The slice that is shown while the others are stored. */
const glance = (page: Page): Promise<void> =>
  page.locator(`.studies-glance ${drawn}`).waitFor({ timeout: 240_000 });
const whole = (page: Page): Promise<void> =>
  page
    .locator('.view-mark[data-corner="top-right"]')
    .filter({ hasText: new RegExp(`^(?!.*reading).*/ ${slices}$`) })
    .first()
    .waitFor({ timeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), "evidesk-scroll-"));
const desk = await startDesk();
const browser = await chromium.launch({
  executablePath: findChromium() ?? "",
  args: drawInSoftware,
});
try {
  const paths = (await longCt()).map(({ name, bytes }) => {
    const path = join(folder, name.replaceAll("/", "-"));
    writeFileSync(path, bytes);
    return path;
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(new URL("/read", desk.url).href + new URL(desk.url).hash);
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Open images" }).first().click();
  const chosen = await chooser;
  const spent = processorMs();
  const opened = performance.now();
  await chosen.setFiles(paths);
  say(`512 × 512 × ${slices} as DICOM files; machine's load ${loadavg()[0]?.toFixed(1)}`);
  say(`given to the browser in ${seconds(opened)} s`);
  const dropped = performance.now();
  await glance(page);
  say(`new files, first image (one slice while the others are stored): ${seconds(dropped)} s`);
  await firstImage(page);
  say(`new files, first image of the opened study: ${seconds(dropped)} s`);
  await whole(page);
  say(
    `new files, whole series: ${seconds(dropped)} s; processor ${((processorMs() - spent) / 1000).toFixed(1)} s`,
  );
  const address = page.url();
  await page.goto(new URL("/", desk.url).href);
  await page.getByRole("heading").first().waitFor();
  const again = processorMs();
  const started = performance.now();
  await page.goto(address);
  await firstImage(page);
  say(`opened again, first image: ${seconds(started)} s`);
  await whole(page);
  say(
    `opened again, whole series: ${seconds(started)} s; processor ${((processorMs() - again) / 1000).toFixed(1)} s`,
  );
  await page.waitForTimeout(1000);
  await scroll(page, "one plane");
  await page.keyboard.press("a");
  await page.getByText("Opacity").waitFor();
  await page.waitForTimeout(4000);
  await scroll(page, "one plane under a label map");
  await page.getByLabel("Layout").selectOption("three");
  await page.locator('.viewer[data-views="3"] canvas').nth(2).waitFor();
  await page.waitForTimeout(8000);
  await scroll(page, "three planes, axial scrolled");
  say(`peak memory in MB: ${JSON.stringify(peakMegabytes())}`);
} finally {
  await browser.close();
  await desk.kill();
  for (const used of [folder, desk.dataFolder]) rmSync(used, { recursive: true, force: true });
}
