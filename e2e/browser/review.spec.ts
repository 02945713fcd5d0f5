import { join } from "node:path";
import { expect, test } from "../app.ts";

const samples = join(import.meta.dirname, "../../samples");

test("a stranger screens by keyboard, undoes, and finds every decision again after a restart", async ({
  app,
  desk,
}) => {
  await app.getByText("241 records to screen").click();
  const progress = async () => {
    const [review] = (await desk.call("review.list", {})) as {
      id: string;
      decided: number;
      included: number;
    }[];
    return review;
  };
  await expect(app.getByText(/^include/i).first()).toBeVisible();
  await app.keyboard.press("i");
  await expect.poll(async () => (await progress())?.included).toBe(1);
  await app.keyboard.press("e");
  await app.keyboard.press("1");
  await expect.poll(async () => (await progress())?.decided).toBe(2);
  await app.keyboard.press("m");
  await expect.poll(async () => (await progress())?.decided).toBe(3);
  await app.keyboard.press("u");
  await expect.poll(async () => (await progress())?.decided).toBe(2);
  await desk.kill("SIGKILL");
  await desk.restart();
  expect(await progress()).toMatchObject({ decided: 2, included: 1 });
  const [review] = (await desk.call("review.list", {})) as { id: string }[];
  expect(await desk.call("audit.verify", { reviewId: review?.id })).toMatchObject({ ok: true });
});

test("a new review takes a reference file and reports what came of it", async ({ app, desk }) => {
  await app.getByRole("button", { name: /New review/ }).click();
  await app.keyboard.type("Palm oil and immunity");
  await app.keyboard.press("Enter");
  await expect.poll(async () => ((await desk.call("review.list", {})) as unknown[]).length).toBe(2);
  const reviews = (await desk.call("review.list", {})) as { id: string; title: string }[];
  const mine = reviews.find((review) => review.title.includes("Palm oil"));
  await app.goto(new URL(`/review/${mine?.id}/search`, desk.url).href);
  const chooser = app.waitForEvent("filechooser");
  await app
    .getByRole("button", { name: /import|choose|files/i })
    .first()
    .click();
  await (await chooser).setFiles(join(samples, "review/references.ris"));
  await expect(app.getByText(/241/).first()).toBeVisible();
});

test("the extraction grid opens the paper at the words that a value came from", async ({
  app,
  desk,
}) => {
  test.slow();
  const [review] = (await desk.call("review.list", {})) as { id: string }[];
  const records = (
    (await desk.call("review.records", { reviewId: review?.id })) as {
      records: { id: string; report: string | null }[];
    }
  ).records;
  const withReport = records.filter((record) => record.report !== null);
  expect(withReport).toHaveLength(3);
  for (const record of withReport)
    await desk.call("screening.decide", {
      reviewId: review?.id,
      recordId: record.id,
      action: "include",
    });
  const suggested = (await desk.call("extraction.suggest", { reviewId: review?.id })) as {
    suggested: number;
    reports: number;
    failed: unknown[];
  };
  expect(suggested).toMatchObject({ reports: 3, failed: [] });
  expect(suggested.suggested).toBeGreaterThan(10);
  await app.goto(new URL(`/review/${review?.id}/extract`, desk.url).href);
  await expect(app.locator("[data-state=verified]").first()).toBeVisible();
  await app.locator("[data-state=verified]").first().click();
  await expect(app.locator("canvas").first()).toBeVisible({ timeout: 30_000 });
  await app.keyboard.press("a");
  await expect(app.locator("[data-state=accepted]").first()).toBeVisible();
});
