/** The frame: works without its key, without its backend, by keyboard, in both themes. */
import { expect, test } from "../app.ts";

test("a page opened without its key says what to do", async ({ desk, page }) => {
  await page.goto(`http://127.0.0.1:${desk.port}/`);
  await expect(page.getByRole("alert").first()).toContainText("#token=");
});

test("the token leaves the address and survives a reload of a deep link", async ({ desk, app }) => {
  await expect(app.getByRole("heading", { name: "Reviews" })).toBeVisible();
  expect(app.url()).not.toContain("token");
  await app.goto(`http://127.0.0.1:${desk.port}/models`);
  await app.reload();
  await expect(app.getByRole("button", { name: "Check all files" })).toBeVisible();
});

test("every key of the map is a key that acts: the palette opens a page", async ({ app }) => {
  await expect(app.getByRole("heading", { name: "Reviews" })).toBeVisible();
  await app.keyboard.press("?");
  await expect(app.getByRole("heading", { name: "Keys that work here" })).toBeVisible();
  await app.keyboard.press("Escape");
  await app.keyboard.press("ControlOrMeta+k");
  await app.getByPlaceholder("Go to a place").fill("activity");
  await app.keyboard.press("Enter");
  await expect(app.getByRole("heading", { name: "Audit trail" })).toBeVisible();
});

test("the theme is a setting that the next start still has", async ({ desk, app }) => {
  await app.getByRole("button", { name: /^Settings of/ }).click();
  await app.getByRole("radio", { name: "Dark" }).click();
  await expect(app.locator("html")).toHaveAttribute("data-theme", "dark");
  expect(await desk.call("settings.get", {})).toMatchObject({ theme: "dark" });
});

test("a backend that went away is named, and the page works again when it is back", async ({
  desk,
  app,
}) => {
  await expect(app.getByRole("heading", { name: "Reviews" })).toBeVisible();
  await desk.kill("SIGKILL");
  await app.keyboard.press("n");
  await app.locator("textarea[name=question]").fill("Does aspirin help?");
  await app.getByRole("button", { name: "Start the review" }).click();
  await expect(app.getByRole("alert").first()).toContainText("does not answer");
  await expect(app.locator("textarea[name=question]")).toHaveValue("Does aspirin help?");
});
