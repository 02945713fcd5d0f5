/**
 * `npm run bench e2e/scroll`: a CT of 512 × 512 opened and scrolled in a real Chromium that draws in software.
 * The slices are the sample's twenty real ones, repeated until the series is as long as asked (SLICES, 256).
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "playwright";
import { openImages } from "../electron/features/imaging/open.ts";
import { writeNifti } from "../electron/features/imaging/nifti.ts";
import { samplesFolder } from "../electron/places.ts";
import { startDesk } from "./app.ts";
import { drawInSoftware, findChromium } from "./chromium.ts";
import { openStudy } from "./studies.ts";

const slices = Number(process.env["SLICES"] ?? 256);
const scrolls = 90;

async function longCt(): Promise<Uint8Array> {
  const folder = join(samplesFolder, "ct-dicom");
  const files = readdirSync(folder)
    .filter((name) => name.startsWith("CT."))
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }));
  const { series } = await openImages(files, () => {});
  const volume = series[0]?.volume;
  if (volume === undefined) throw new Error("The sample CT was not opened.");
  const [columns, rows, given] = volume.shape;
  const data = new Int16Array(columns * rows * slices);
  for (let slice = 0; slice < slices; slice += 1) {
    const from = (slice % given) * columns * rows;
    data.set(volume.data.subarray(from, from + columns * rows), slice * columns * rows);
  }
  return writeNifti({ shape: [columns, rows, slices], affine: volume.affine, data }, true);
}

/** Peak resident megabytes of this program's own children, by what they are. */
function peaks(): Record<string, number> {
  const parents = new Map<number, number>();
  const found: Record<string, number> = {};
  const read = (pid: number, file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch {
      return "";
    }
  };
  const pids = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  for (const pid of pids)
    parents.set(
      pid,
      Number(
        read(pid, "stat")
          .replace(/^.*\) \S /, "")
          .split(" ")[0] ?? 0,
      ),
    );
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === process.pid || isOurs(parents.get(pid)));
  for (const pid of pids) {
    if (pid === process.pid || !isOurs(pid)) continue;
    const command = read(pid, "cmdline").replaceAll("\0", " ");
    const peak = Number(/VmHWM:\s+(\d+)/.exec(read(pid, "status"))?.[1] ?? 0) / 1024;
    const name = command.includes("cli.ts serve")
      ? "backend"
      : /--type=(renderer|gpu-process)/.exec(command)?.[1];
    if (name) found[name] = Math.max(found[name] ?? 0, Math.round(peak));
  }
  return found;
}

/** Scrolls as fast as pictures come: each wheel notch waits for the picture it asks for. */
function scrollOn(page: Page, pane: number): Promise<{ perSecond: number; slowest: number }> {
  return page
    .locator(".viewer-canvas")
    .nth(pane)
    .evaluate(async (element, count) => {
      const times: number[] = [];
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
        times.push(performance.now() - started);
      }
      const sorted = times.toSorted((a, b) => a - b);
      return {
        perSecond: (1000 * times.length) / times.reduce((sum, time) => sum + time, 0),
        slowest: sorted[Math.floor(sorted.length * 0.95)] ?? 0,
      };
    }, scrolls);
}

const desk = await startDesk();
const browser = await chromium.launch({
  executablePath: findChromium() ?? "",
  args: drawInSoftware,
});
try {
  const study = await openStudy(desk, "Long CT", [{ name: "long.nii.gz", bytes: await longCt() }]);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(desk.url);
  const started = performance.now();
  await page.goto(new URL(`/read/${study.id}`, desk.url).href);
  await page.locator('.view-mark[data-corner="bottom-left"]').first().waitFor({ timeout: 120_000 });
  process.stdout.write(
    `512 × 512 × ${slices}: first image on the page ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
  );
  const one = await scrollOn(page, 0);
  process.stdout.write(
    `one plane: ${one.perSecond.toFixed(1)} pictures/s, 95 % within ${one.slowest.toFixed(0)} ms\n`,
  );
  await page.getByLabel("Layout").selectOption("three");
  await page.locator("[data-view]").nth(2).waitFor();
  await page.waitForTimeout(6000);
  const three = await scrollOn(page, 0);
  process.stdout.write(
    `three planes, axial scrolled: ${three.perSecond.toFixed(1)} pictures/s, 95 % within ${three.slowest.toFixed(0)} ms\n`,
  );
  process.stdout.write(`peak memory in MB: ${JSON.stringify(peaks())}\n`);
} finally {
  await browser.close();
  await desk.kill();
}
