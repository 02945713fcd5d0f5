import { expect, test } from "../app.ts";

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
