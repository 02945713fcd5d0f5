/**
 * How long a reviewer waits for the first value: "Suggest values" on the sample's papers, the first of them
 * on screen beside the empty grid in Chromium, from the press of the button until the first values are
 * shown and until all are. Brackets hold each growth of the grid: when, and how many cells then showed one.
 * Each round starts the program anew on a data folder of its own. ROUNDS=5.
 */
import { rmSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { chromium } from "playwright";
import { sampleId, startDesk } from "./app.ts";
import { findChromium } from "./chromium.ts";

const rounds = Number(process.env["ROUNDS"] ?? 5);
/** The paper has been on screen so long when the button is pressed, milliseconds. */
const looks = 500;

/** Runs in the page: presses the button and notes when the number of cells with a suggestion grows. */
const pressAndWatch = `new Promise((resolve) => {
  const filled = () => document.querySelectorAll(".cell[data-state]:not([data-state=empty])").length;
  const button = [...document.querySelectorAll("button")].find((one) => one.textContent.includes("Suggest values"));
  const from = performance.now();
  const seen = [];
  button.click();
  const look = () => {
    const now = filled();
    if (now > (seen.at(-1)?.cells ?? 0)) seen.push({ ms: performance.now() - from, cells: now });
    const over = seen.length > 0 && !button.disabled;
    if (over || performance.now() - from > 120000) resolve(seen);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})`;

type Seen = { ms: number; cells: number };

async function round(): Promise<Seen[]> {
  const desk = await startDesk();
  const browser = await chromium.launch({
    executablePath: findChromium() ?? "",
    args: ["--no-sandbox"],
  });
  try {
    const reviewId = await sampleId(desk);
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(desk.url.replace("/#", `/review/${reviewId}/extract#`));
    await page.getByRole("button", { name: "Suggest values" }).waitFor();
    await page.locator(".pdf-text span").first().waitFor({ state: "attached", timeout: 60_000 });
    await page.waitForTimeout(looks);
    return (await page.evaluate(pressAndWatch)) as Seen[];
  } finally {
    await browser.close();
    await desk.kill();
    rmSync(desk.dataFolder, { recursive: true, force: true });
  }
}

const firsts: number[] = [];
for (let at = 1; at <= rounds; at += 1) {
  const seen = await round();
  const [first, last] = [seen[0], seen.at(-1)];
  firsts.push((first?.ms ?? Number.NaN) / 1000);
  const told = seen.map(({ ms, cells }) => `${(ms / 1000).toFixed(2)} s ${cells}`).join(", ");
  process.stdout.write(
    `round ${at} (load ${loadavg()[0]?.toFixed(0)} on ${availableParallelism()} cores): first value ${firsts.at(-1)?.toFixed(2)} s (${((first?.ms ?? 0) / (last?.ms ?? 1)).toFixed(2)} of the whole), all ${last?.cells} cells ${((last?.ms ?? 0) / 1000).toFixed(2)} s [${told}]\n`,
  );
}
const sorted = firsts.toSorted((a, b) => a - b);
process.stdout.write(
  `first value on screen: median ${sorted[Math.floor(rounds / 2)]?.toFixed(2)} s, ${sorted[0]?.toFixed(2)} to ${sorted.at(-1)?.toFixed(2)} s, ${rounds} rounds; goal 3 s\n`,
);
