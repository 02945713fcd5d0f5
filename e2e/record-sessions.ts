/**
 * Records how models are called when the app is used:
 * `node e2e/record-sessions.ts OUT.jsonl [tasks] [seed] [--pauses]`.
 * A made-up day of tasks, each done in the page by mouse and keyboard in a real Chromium; what is kept is the
 * app's own log of calls (ids, times, bytes), with one session for each task. Needs `npm run build`.
 *
 * With `--pauses` the driver waits before each act as a reader does who looks first: log-normal (times that people
 * take for a look or a page are skewed to the right) with a median of 4 s, the think time that the goals of the
 * expert runtime assume, and a factor of 2 for one standard deviation, so that two thirds lie between 2 and 8 s.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "playwright";
import { randomOf } from "../electron/features/models/runtime/generated-sessions.ts";
import { startDesk, type Desk } from "./app.ts";
import { drawInSoftware, findChromium } from "./chromium.ts";

const withPauses = process.argv.includes("--pauses");
const [out = "sessions.jsonl", count = "60", seed = "1"] = process.argv
  .slice(2)
  .filter((argument) => !argument.startsWith("--"));
const random = randomOf(Number(seed));
const chance = (share: number): boolean => random() < share;
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

type Seen = { desk: Desk; page: Page; reviewId: string; films: string; ct: string; mr: string };
const at = ({ desk }: Seen, path: string): string => `http://127.0.0.1:${desk.port}${path}`;

const medianMs = 4000;
const oneDeviation = 2;
/** The reader looks: nothing is done for a while. */
async function look(page: Page): Promise<void> {
  if (!withPauses) return;
  // Box and Muller's way from two uniform numbers to a normal one.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  await page.waitForTimeout(Math.min(60_000, medianMs * oneDeviation ** normal));
}

/** Asks in the conversation and waits for the answer; what cannot be answered is an answer, too. */
async function ask(page: Page, text: string): Promise<void> {
  await look(page);
  const before = await page.locator(".talk-turns li:not(.talk-offers)").count();
  await page.getByLabel("Ask about this image").fill(text);
  await page.keyboard.press("Enter");
  const turns = page.locator(".talk-turns li:not(.talk-busy, .talk-offers)");
  await turns.nth(before).waitFor({ timeout: 120_000 });
  await page.locator(".talk-busy").waitFor({ state: "hidden", timeout: 120_000 });
}

/** Until nothing runs any more in the desk. */
async function idle(desk: Desk): Promise<void> {
  for (let round = 0; round < 600; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    // A connection kept open through a long pause may be closed by the host as it is used again.
    const jobs = (await desk.call("jobs.list", {}).catch(() => desk.call("jobs.list", {}))) as {
      state: string;
    }[];
    if (!jobs.some(({ state }) => state === "running")) return;
  }
  throw new Error("The desk is still at work after three minutes.");
}

const tasks: Record<string, (seen: Seen) => Promise<void>> = {
  /** A film from the list: outlined mostly, judged often, or the other way round. */
  film: async (seen) => {
    const { page } = seen;
    await page.goto(at(seen, `/read/${seen.films}`));
    const series = page.locator(".read-series button");
    await series.first().waitFor();
    await series.nth(Math.floor(random() * (await series.count()))).click();
    const judged = (): Promise<void> => ask(page, pick(["is there pneumonia?", "any finding?"]));
    const first = chance(0.3);
    if (first) await judged();
    if (chance(0.85)) await ask(page, pick(["outline the lungs", "segment the lungs"]));
    if (!first && chance(0.6)) await judged();
  },
  ct: async (seen) => {
    await seen.page.goto(at(seen, `/read/${seen.ct}`));
    await ask(seen.page, pick(["outline the lungs", "outline the bones", "segment everything"]));
    if (chance(0.4)) await ask(seen.page, pick(["outline the bones", "how large are the lungs?"]));
  },
  /** A slice of a brain: outlined, and often asked about again. */
  mr: async (seen) => {
    await seen.page.goto(at(seen, `/read/${seen.mr}`));
    await ask(seen.page, pick(["outline the abnormality", "is there a lesion?"]));
    if (chance(0.3)) await ask(seen.page, "how large is it?");
  },
  /** Some films of the list one after the other, each with the same question. */
  round: async (seen) => {
    const { page } = seen;
    const text = pick(["outline the lungs", "is there pneumonia?"]);
    await page.goto(at(seen, `/read/${seen.films}`));
    const series = page.locator(".read-series button");
    await series.first().waitFor();
    for (let film = 0; film < Math.min(3, await series.count()); film += 1) {
      await series.nth(film).click();
      await ask(page, text);
    }
  },
  /** Values are suggested for the papers, by both taggers. */
  extraction: async (seen) => {
    const { page } = seen;
    await page.goto(at(seen, `/review/${seen.reviewId}/extract`));
    const button = page.getByRole("button", { name: /^Suggest/ }).first();
    await button.waitFor();
    await look(page);
    await button.click();
    await idle(seen.desk);
  },
  library: async (seen) => {
    const { page } = seen;
    await page.goto(at(seen, `/library/${seen.reviewId}`));
    const box = page.getByLabel("Question to the library");
    await box.waitFor();
    for (let times = chance(0.5) ? 2 : 1; times > 0; times -= 1) {
      await box.fill(
        pick([
          "Does yoga lower blood pressure?",
          "Which trial had most people?",
          "Was attrition high?",
          "Who paid?",
        ]),
      );
      await look(page);
      await page.keyboard.press("Enter");
      await idle(seen.desk);
    }
  },
};

/** Milliseconds and bytes without their fractions: a recording lies in the repository. */
const whole = (_: string, value: unknown): unknown =>
  typeof value === "number" ? Math.round(value) : value;

const desk = await startDesk();
const browser = await chromium.launch({
  executablePath: findChromium() ?? "",
  args: drawInSoftware,
});
try {
  const page = await (await browser.newContext()).newPage();
  await page.goto(desk.url);
  const [review] = (await desk.call("review.list", {})) as { id: string }[];
  const stored = await fetch(`http://127.0.0.1:${desk.port}/assets?name=slice.png`, {
    method: "POST",
    headers: { Authorization: `Bearer ${desk.token}` },
    body: new Uint8Array(readFileSync("models/mr-flair-abnormality/golden/slice.png")),
  });
  const assetId = ((await stored.json()) as { id: string }).id;
  const brain = (await desk.call("imaging.open", {
    name: "brain",
    files: [{ assetId, name: "slice.png" }],
  })) as { study: { id: string } };
  const studies = (await desk.call("imaging.studies", {})) as { id: string; name: string }[];
  const named = (part: string): string => studies.find(({ name }) => name.includes(part))?.id ?? "";
  const seen: Seen = {
    desk,
    page,
    reviewId: review?.id ?? "",
    films: named("films"),
    ct: named("NIfTI"),
    mr: brain.study.id,
  };
  const log = join(desk.dataFolder, "expert-calls.jsonl");
  const linesNow = (): string[] => {
    try {
      return readFileSync(log, "utf8").split("\n").filter(Boolean);
    } catch {
      return [];
    }
  };
  const recorded: string[] = [];
  let kind = pick(Object.keys(tasks));
  for (let task = 1; task <= Number(count); task += 1) {
    // A morning's list: mostly the same kind of work as before.
    if (chance(0.4)) kind = pick(Object.keys(tasks));
    const before = linesNow().length;
    await tasks[kind]?.(seen);
    await page.waitForTimeout(200);
    for (const line of linesNow().slice(before))
      recorded.push(JSON.stringify({ ...JSON.parse(line, whole), session: task }));
    writeFileSync(out, recorded.map((line) => `${line}\n`).join(""));
    process.stdout.write(`${task} ${kind}: ${recorded.length} lines\n`);
  }
} finally {
  await browser.close();
  await desk.kill();
}
