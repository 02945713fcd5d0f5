/** Screening by keyboard on the bundled sample: what the screen says is what the file holds. */
import { expect, test, type Desk } from "../app.ts";

async function sampleId(desk: Desk): Promise<string> {
  const reviews = (await desk.call("review.list", {})) as { id: string; sample: boolean }[];
  const sample = reviews.find((review) => review.sample);
  if (!sample) throw new Error("The sample review is not there at first start.");
  return sample.id;
}

test("a decision shown on the page survives kill -9 right after it", async ({ desk, app }) => {
  const reviewId = await sampleId(desk);
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/screen#`));
  const title = app.locator(".record-title");
  const first = await title.textContent();
  await app.keyboard.press("i");
  await expect(title).not.toHaveText(first ?? "");
  await desk.kill("SIGKILL");
  await desk.restart();
  const { records } = (await desk.call("review.records", {
    reviewId,
    decision: "include",
    limit: 10,
  })) as {
    records: { title: string }[];
  };
  expect(records.map((record) => record.title)).toEqual([first]);
});

test("exclude asks for its reason by digit, undo brings the same record back", async ({
  desk,
  app,
}) => {
  const reviewId = await sampleId(desk);
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/screen#`));
  const title = app.locator(".record-title");
  const first = (await title.textContent()) ?? "";
  await app.keyboard.press("e");
  await expect(app.getByText("Why exclude?")).toBeVisible();
  await app.keyboard.press("2");
  await expect(title).not.toHaveText(first);
  await expect(app.locator(".toast")).toContainText("Excluded");
  await app.keyboard.press("u");
  await expect(title).toHaveText(first);
  const open = (await desk.call("screening.progress", { reviewId })) as { screened: number };
  expect(open.screened).toBe(0);
});

test("keys typed into a field decide nothing", async ({ desk, app }) => {
  const reviewId = await sampleId(desk);
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/question#`));
  await app.locator("textarea[name=question]").fill("i e m u");
  await app.locator("textarea[name=question]").press("i");
  await app.keyboard.press("Alt+3");
  await expect(app.locator(".record-title")).toBeVisible();
  const progress = (await desk.call("screening.progress", { reviewId })) as { screened: number };
  expect(progress.screened).toBe(0);
  const review = (await desk.call("review.get", { reviewId })) as { question: string };
  expect(review.question, "leaving the page saves what was typed").toBe("i e m ui");
});
