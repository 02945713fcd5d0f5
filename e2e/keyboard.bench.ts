/**
 * A reviewer's sitting by keys alone: RECORDS (500 unless given) records of a real review in a real browser, the mouse
 * never touched, each decision of the kind that the review's own label asks for, with reasons, maybes, undos, steps
 * back, notes and doubled presses among them. Prints the time per record, keys lost, and what the file holds against
 * what was pressed. `npm run bench e2e/keyboard` (needs `npm run build`).
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright";
import { readLabelledSet } from "../electron/features/screening/labelled-set.ts";
import { sharedSetsOrEnd } from "../electron/features/screening/shared-sets.ts";
import { startDesk } from "./app.ts";
import { findChromium } from "./chromium.ts";

const records = Number(process.env["RECORDS"] ?? 500);
const set = await readLabelledSet(join(sharedSetsOrEnd(), "Jeyaraman_2020.csv.gz"));
const relevant = new Map(set.map((one) => [one.title.trim(), one.relevant === true]));

const line = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
const ris = set
  .map(
    ({ title, abstract }, at) =>
      `TY  - JOUR\r\nTI  - ${line(title)}\r\nAB  - ${line(abstract)}\r\nAN  - ${at}\r\nER  - \r\n`,
  )
  .join("\r\n");

const desk = await startDesk();
const { id: reviewId } = (await desk.call("review.create", { title: "By keyboard" })) as {
  id: string;
};
const stored = await fetch(`http://127.0.0.1:${desk.port}/assets?name=set.ris`, {
  method: "POST",
  headers: { Authorization: `Bearer ${desk.token}` },
  body: ris,
});
const { id: assetId } = (await stored.json()) as { id: string };
await desk.call("review.import", { reviewId, files: [{ assetId, name: "set.ris" }] });

const browser = await chromium.launch({
  executablePath: findChromium() ?? "",
  args: ["--no-sandbox"],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const errors: string[] = [];
page.on("pageerror", (error) => errors.push(error.message));
page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
await page.goto(desk.url.replace("/#", `/review/${reviewId}/screen#`));
await page.locator(".record-title").waitFor();

/** Runs in the page: the record's number and title once it is another than `before`, or the latest after 10 s. */
const shownAfter = (before: string): string => `new Promise((resolve) => {
  const from = performance.now();
  const look = () => {
    const now = document.querySelector(".record-title")?.textContent ?? "";
    if ((now !== ${JSON.stringify(before)} && now !== "") || performance.now() - from > 10000) resolve(now);
    else requestAnimationFrame(look);
  };
  look();
})`;
const titleAfter = async (before: string): Promise<string> =>
  String(await page.evaluate(shownAfter(before)));

type Pressed = { title: string; action: string; reason: string | null };
const pressed: Pressed[] = [];
const waits: number[] = [];
let [stuck, undone, noted] = [0, 0, 0];
const reasons = ((await desk.call("review.get", { reviewId })) as { exclusionReasons: string[] })
  .exclusionReasons;

/** Presses the keys at once after each other, as a quick hand does, and waits for the next record. */
async function decide(title: string, keys: readonly string[], act: Omit<Pressed, "title">) {
  const from = performance.now();
  for (const key of keys) await page.keyboard.press(key);
  const next = await titleAfter(title);
  waits.push(performance.now() - from);
  if (next === title) stuck += 1;
  else pressed.push({ title, ...act });
  return next;
}

const started = performance.now();
let title = await titleAfter("");
for (let at = 0; pressed.length < records; at += 1) {
  const reason = at % reasons.length;
  if (at % 41 === 40) title = await decide(title, ["m"], { action: "maybe", reason: null });
  else if (relevant.get(title.trim()) === true)
    title = await decide(title, ["i"], { action: "include", reason: null });
  else if (at % 3 === 0)
    title = await decide(title, ["e", "Enter"], { action: "exclude", reason: null });
  else
    title = await decide(title, ["e", String(reason + 1)], {
      action: "exclude",
      reason: reasons[reason] ?? null,
    });
  if (at % 50 === 49) {
    // Taken back and decided again: the same record must come back.
    const last = pressed.pop();
    await page.keyboard.press("u");
    title = await titleAfter(title);
    if (title !== last?.title) stuck += 1;
    undone += 1;
  }
  if (at % 60 === 59) {
    // A note by keys: into the field, out of it, and the keys belong to the record again.
    await page.keyboard.press("n");
    await page.keyboard.type(`note ${at}`);
    await page.keyboard.press("Escape");
    noted += 1;
  }
}
const seconds = (performance.now() - started) / 1000;
await page.waitForTimeout(1500);

const { records: held } = (await desk.call("review.records", { reviewId, limit: 5000 })) as {
  records: { title: string; decision: string | null; reason: string | null; note: string }[];
};
const keyOf = (one: { title: string; action: string | null; reason: string | null }): string =>
  `${line(one.title)}|${one.action}|${one.reason ?? ""}`;
const counts = new Map<string, number>();
for (const one of pressed) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
for (const one of held)
  if (one.decision !== null) {
    const key = keyOf({ title: one.title, action: one.decision, reason: one.reason });
    counts.set(key, (counts.get(key) ?? 0) - 1);
  }
const differing = [...counts].filter(([, count]) => count !== 0);
const notes = held.filter(({ note }) => note.startsWith("note ")).length;
const sorted = waits.toSorted((a, b) => a - b);
const at = (share: number): string =>
  (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(0);
process.stdout.write(
  `${pressed.length} records by keys alone in ${seconds.toFixed(0)} s: first key to the next record median ${at(0.5)} ms, p95 ${at(0.95)} ms, slowest ${at(1)} ms\n` +
    `keys without effect: ${stuck}; undone ${undone}; notes ${notes} of ${noted}; decisions on disk that differ from the keys: ${differing.length}; page errors: ${errors.length}\n`,
);
for (const [key, count] of differing.slice(0, 10)) process.stdout.write(`  ${count} ${key}\n`);
for (const error of errors.slice(0, 5)) process.stdout.write(`  ${error}\n`);
await browser.close();
await desk.kill();
rmSync(desk.dataFolder, { recursive: true, force: true });
if (stuck + differing.length + errors.length > 0 || notes !== noted) process.exitCode = 1;
