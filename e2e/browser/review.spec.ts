import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { strFromU8, unzipSync } from "fflate";
import { expect, sampleId, test } from "../app.ts";

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

test("every export is saved as one file, however many there are, and the archive holds what its manifest says", async ({
  desk,
  app,
}) => {
  const reviewId = await sampleId(desk);
  await desk.call("screening.decide", { reviewId, recordId: "1", action: "include" });
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/report#`));
  const rows = app.locator(".export-row");
  await expect(rows.first()).toBeVisible();
  const names: string[] = [];
  // A browser blocks a page that saves several files for one press, and then the next ones too.
  for (const row of await rows.all()) {
    const download = app.waitForEvent("download");
    await row.getByRole("button", { name: "Save" }).click();
    const saved = await download;
    names.push(saved.suggestedFilename());
    if (!saved.suggestedFilename().startsWith("everything")) continue;
    const parts = unzipSync(readFileSync(await saved.path()));
    const manifest = JSON.parse(strFromU8(parts["manifest.json"] ?? new Uint8Array())) as {
      files: { name: string; sha256: string }[];
    };
    for (const { name, sha256 } of manifest.files)
      expect(
        createHash("sha256")
          .update(parts[name] ?? "")
          .digest("hex"),
      ).toBe(sha256);
  }
  expect(new Set(names).size).toBe(await rows.count());
});
