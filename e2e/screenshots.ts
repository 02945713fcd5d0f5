/** `npm run screenshots`: the pages of README and review, from the samples, light and dark, in two sizes. */
import { mkdirSync } from "node:fs";
import { chromium, type Page } from "playwright";
import { startDesk, type Desk } from "./app.ts";
import { drawInSoftware, findChromium } from "./chromium.ts";
import { readSample } from "../electron/samples.ts";

const out = process.argv[2] ?? "docs/screenshots";
const all = process.argv.includes("--all");

/** The sample some way on: decisions made, values suggested and a few accepted, lungs outlined. */
async function workThrough(
  desk: Desk,
): Promise<{ reviewId: string; studyId: string; ctId: string }> {
  const [review] = (await desk.call("review.list", {})) as { id: string }[];
  const reviewId = review?.id ?? "";
  const { records } = (await desk.call("review.records", { reviewId, limit: 1000 })) as {
    records: { id: string; doi: string }[];
  };
  for (const { doi, action, reason } of readSample().decisions.slice(0, 40)) {
    const record = records.find((one) => one.doi === doi.toLowerCase());
    if (record)
      await desk.call("screening.decide", {
        reviewId,
        recordId: record.id,
        action,
        ...(reason ? { reason } : {}),
      });
  }
  await desk.call("extraction.suggest", { reviewId });
  const fields = (await desk.call("extraction.fields", { reviewId })) as { id: string }[];
  for (const field of fields.slice(0, 3))
    await desk.call("extraction.acceptVerified", { reviewId, fieldId: field.id });
  const studies = (await desk.call("imaging.studies", {})) as { id: string; name: string }[];
  const films = studies.find((study) => study.name.includes("films"))?.id ?? "";
  const study = (await desk.call("imaging.get", { studyId: films })) as {
    images: { id: string }[];
  };
  await desk.call("imaging.ask", {
    studyId: films,
    seriesId: study.images[0]?.id,
    text: "outline the lungs",
  });
  return {
    reviewId,
    studyId: films,
    ctId: studies.find((one) => one.name.includes("NIfTI"))?.id ?? "",
  };
}

async function shoot(page: Page, desk: Desk, path: string, name: string): Promise<void> {
  await page.goto(new URL(path, desk.url).href);
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(path.includes("read/") ? 3000 : path.includes("extract") ? 2500 : 900);
  if (path.includes("extract")) {
    await page
      .locator("[data-state=verified]")
      .first()
      .click()
      .catch(() => undefined);
    await page.waitForTimeout(2500);
  }
  await page.screenshot({ path: `${out}/${name}.png` });
  process.stdout.write(`${out}/${name}.png\n`);
}

mkdirSync(out, { recursive: true });
const desk = await startDesk();
const { reviewId, studyId, ctId } = await workThrough(desk);
const browser = await chromium.launch({
  executablePath: findChromium() ?? "",
  args: drawInSoftware,
});
const places: [string, string][] = [
  ["screen", `/review/${reviewId}/screen`],
  ["extract", `/review/${reviewId}/extract`],
  ["read", `/read/${studyId}`],
  ...(all
    ? ([
        ["home", "/"],
        ["question", `/review/${reviewId}/question`],
        ["search", `/review/${reviewId}/search`],
        ["full-text", `/review/${reviewId}/full-text`],
        ["report", `/review/${reviewId}/report`],
        ["ct", `/read/${ctId}`],
        ["models", "/models"],
        ["activity", "/activity"],
      ] as [string, string][])
    : []),
];
for (const colorScheme of all ? (["light", "dark"] as const) : (["light"] as const)) {
  for (const viewport of all
    ? [
        { width: 1440, height: 900 },
        { width: 1024, height: 700 },
      ]
    : [{ width: 1440, height: 900 }]) {
    const context = await browser.newContext({ viewport, colorScheme });
    const page = await context.newPage();
    await page.goto(desk.url);
    for (const [name, path] of places)
      await shoot(
        page,
        desk,
        path,
        all ? `${name}-${colorScheme}-${viewport.width}` : `${name}-${colorScheme}`,
      );
    await context.close();
  }
}
await browser.close();
await desk.kill();
