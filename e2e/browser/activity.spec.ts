/** Long work: paused, it lets a film be asked about, and goes on from the page to its end. */
import { expect, test } from "../app.ts";

type Job = { id: string; call: string; state: string };

test("a paused extraction lets an image be asked about meanwhile, says so, and goes on at a press", async ({
  app,
  desk,
}) => {
  const [review] = (await desk.call("review.list", {})) as { id: string }[];
  const work = desk.call("extraction.suggest", { reviewId: review?.id });
  const jobNow = async (): Promise<Job | undefined> =>
    ((await desk.call("jobs.list", {})) as Job[]).find(({ call }) => call === "extraction.suggest");
  await expect.poll(async () => (await jobNow())?.state, { intervals: [10] }).toBe("running");
  await desk.call("jobs.pause", { id: (await jobNow())?.id, paused: true });
  const studies = (await desk.call("imaging.studies", {})) as { id: string; name: string }[];
  const studyId = studies.find(({ name }) => name.includes("films"))?.id ?? "";
  const { images } = (await desk.call("imaging.get", { studyId })) as { images: { id: string }[] };
  await desk.call("imaging.ask", {
    studyId,
    seriesId: images[0]?.id,
    text: "outline the lungs",
    planner: "rules",
  });
  await app.goto(`http://127.0.0.1:${desk.port}/activity`);
  const row = app.locator(".job").filter({ hasText: "Extraction from papers" });
  await expect(row).toContainText("Paused");
  await row.getByRole("button", { name: "Go on" }).click();
  await expect(row).toContainText("Done", { timeout: 60_000 });
  expect(await work).toMatchObject({ reports: 3, failed: [] });
});
