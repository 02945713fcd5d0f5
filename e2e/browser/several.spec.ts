/** How many experts are asked: offered where several answer the same, told on the finding, in the record and the log. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test, type Desk } from "../app.ts";

/** An ensemble of three as the field's are converted, with random weights. */
const ensemble = "xrv-ensemble-tiny";
const install = (desk: Desk): void =>
  cpSync(
    `electron/features/models/fixtures/${ensemble}`,
    join(desk.dataFolder, "packs", ensemble),
    {
      recursive: true,
    },
  );

async function askFilm(desk: Desk, app: Page): Promise<void> {
  await desk.call("settings.set", { planner: "rules" });
  const studies = (await desk.call("imaging.studies", {})) as { id: string; name: string }[];
  const films = studies.find(({ name }) => name.includes("films"))?.id ?? "";
  await app.goto(new URL(`/read/${films}`, desk.url).href);
  await app.getByLabel("Ask about this image").fill("classify the findings");
}
const talk = (app: Page) => app.getByRole("region", { name: "Conversation" });

test("with one expert for each question a choice is offered that changes nothing", async ({
  app,
  desk,
}) => {
  await app.goto(new URL("/models", desk.url).href);
  const panels = app.getByRole("region", { name: "How many experts are asked" });
  await expect(panels).toContainText("there is nothing to choose");
  await expect(panels.getByRole("radiogroup")).toHaveCount(0);
  await askFilm(desk, app);
  await expect(talk(app).getByText("One expert a question")).toBeVisible();
});

test("the choice is not kept, not followed, or not told on finding, record and log", async ({
  app,
  desk,
}) => {
  test.slow();
  install(desk);
  await desk.call("models.setEnabled", { id: "cxr-findings", enabled: false });
  await app.goto(new URL("/models", desk.url).href);
  const panels = app.getByRole("region", { name: "How many experts are asked" });
  await expect(panels).toContainText("Fast2 of 3");
  await expect(panels).toContainText("Not calibrated");
  await panels.getByRole("radio", { name: "Fast" }).click();
  await askFilm(desk, app);
  await expect(talk(app).getByLabel("Experts asked")).toHaveValue("fast");
  await app.keyboard.press("Enter");
  await expect(
    talk(app).getByText(/Asked: 2 of 3 experts \(fast, not calibrated\): first, residual/),
  ).toBeVisible({ timeout: 60_000 });
  const findings = app.getByRole("region", { name: "Suggested findings" });
  await expect(findings).toContainText("2 of 3 experts asked (fast; how many is not calibrated)");
  await talk(app).getByLabel("Experts asked").selectOption("thorough");
  await app.getByLabel("Ask about this image").fill("classify the findings");
  await app.keyboard.press("Enter");
  await expect(talk(app).getByText(/Asked: 3 of 3 experts/)).toBeVisible({ timeout: 60_000 });
  // Random networks hardly ever agree on all of eighteen labels.
  await expect(
    findings.getByText(/The experts disagree: \d of \d say above \(/).first(),
  ).toBeVisible();
  await app.goto(new URL("/models", desk.url).href);
  await expect(panels).toContainText("1 call not made so far");
});

test("two packs that judge the same are asked as if they were alone", async ({ app, desk }) => {
  test.slow();
  install(desk);
  await askFilm(desk, app);
  await expect(talk(app).getByLabel("Experts asked")).toHaveValue("thorough");
  await app.keyboard.press("Enter");
  // Where two do the same, the bare request is no longer ambiguous: both are asked.
  await expect(talk(app).getByText(/Asked: 2 of 2 experts \(thorough/)).toBeVisible({
    timeout: 60_000,
  });
});
