import { expect, test } from "../app.ts";

type Film = {
  id: string;
  images: { id: string; name: string }[];
  suggestions: { id: string; kind: string }[];
  decisions: { action: string; value?: { findings: { label: string; present: boolean }[] } }[];
};

test.use({ viewport: { width: 1024, height: 700 } });

test("read first: an answer is held back until the impression is committed, then judged finding by finding", async ({
  app,
  desk,
}) => {
  test.setTimeout(180_000);
  const studies = (await desk.call("imaging.studies", {})) as { id: string; name: string }[];
  const studyId = studies.find(({ name }) => name.includes("films"))?.id ?? "";
  const film = async (): Promise<Film> => (await desk.call("imaging.get", { studyId })) as Film;
  await app.goto(new URL("/read", desk.url).href);
  await app.getByRole("checkbox", { name: /Read first/ }).press("Space");
  await expect(app.getByText(/Turned on by/)).toBeVisible();
  const seriesId = (await film()).images[0]?.id;
  await desk.call("imaging.ask", { studyId, seriesId, text: "is there pneumonia?" });

  await app.goto(new URL(`/read/${studyId}`, desk.url).href);
  await expect(app.getByText("It is held back until you commit")).toBeVisible({ timeout: 30_000 });
  const page = app.locator("body");
  await expect(page).not.toContainText("cxr-findings");
  await expect(page).not.toContainText("atelectasis");
  await app.keyboard.press("Shift+I");
  await app.keyboard.type("Heart and lungs look normal.");
  await app.keyboard.press("Control+Enter");
  const answer = app.getByRole("region", { name: "Suggested findings" });
  await expect(answer).toContainText("cxr-findings");
  await expect(answer).toContainText(/below\s*pneumonia/);
  await expect(answer, "no bare percentage anywhere").not.toContainText("%");

  await answer.getByRole("checkbox", { name: "edema is present" }).press("Space");
  await answer.getByRole("button", { name: "Save my findings" }).press("Enter");
  await expect(answer.locator("[data-state=corrected]")).toBeVisible();
  const [decision] = (await film()).decisions;
  expect(decision?.value?.findings.find(({ label }) => label === "edema")?.present).toBe(true);

  // The heat map can be given up; nothing of it is kept.
  await answer.getByRole("button", { name: "Heat map" }).press("Enter");
  await expect(answer.getByRole("progressbar")).toBeVisible();
  await answer.getByRole("button", { name: "Cancel" }).press("Enter");
  await expect(answer.getByRole("button", { name: "Heat map" })).toBeVisible();
  await expect(app.locator(".page-layer")).toHaveCount(0);
  await expect
    .poll(async () => {
      const jobs = (await desk.call("jobs.list", {})) as { call: string; state: string }[];
      return jobs.find((job) => job.call === "imaging.heatMap")?.state;
    })
    .toBe("cancelled");
  const reading = (await desk.call("imaging.reading", { studyId })) as {
    impressions: { text: string; unseen: boolean }[];
  };
  expect(reading.impressions).toMatchObject([
    { text: "Heart and lungs look normal.", unseen: true },
  ]);
});
