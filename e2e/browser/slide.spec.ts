import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../app.ts";
import { openStudy } from "../studies.ts";

const folder = join(import.meta.dirname, "../../electron/features/imaging/fixtures/slide");

/** Red, green and blue at a share of the canvas's width and height. */
const colourAt = (page: Page, x: number, y: number): Promise<number[]> =>
  page.locator(".slide").evaluate(
    (node, [left, top]) => {
      const canvas = node.querySelector("canvas");
      if (!canvas) return [];
      const at = [left * canvas.width, top * canvas.height].map(Math.floor) as [number, number];
      return [...(canvas.getContext("2d")?.getImageData(...at, 1, 1).data ?? [])].slice(0, 3);
    },
    [x, y] as const,
  );

test("a DICOM slide is drawn by its tiles, in colour and at its size, nearer and farther", async ({
  app,
  desk,
}) => {
  const study = await openStudy(
    desk,
    "Slide",
    ["level-0.dcm", "level-1.dcm", "level-2.dcm"].map((name) => ({
      name,
      bytes: new Uint8Array(readFileSync(join(folder, name))),
    })),
  );
  await app.goto(new URL(`/read/${study.id}`, desk.url).href);
  await expect(app.getByLabel("Slide of 300 × 200 pixels")).toBeVisible();
  const marks = app.locator(".slide-marks");
  await expect(marks).toContainText("µm");
  await expect(marks).not.toContainText("on their way");
  // The middle of the fixture's picture: half red, half green; its lower right corner is glass.
  const [red = 0, green = 0] = await colourAt(app, 0.5, 0.5);
  expect(Math.abs(red - 127) + Math.abs(green - 127)).toBeLessThan(40);
  const before = await marks.locator(".slide-bar").textContent();
  const place = await app.locator(".slide canvas").boundingBox();
  if (!place) throw new Error("The slide has no place on the page.");
  await app.mouse.move(place.x + place.width / 2, place.y + place.height / 2);
  for (let notch = 0; notch < 4; notch += 1) await app.mouse.wheel(0, -240);
  await expect(marks.locator(".slide-bar")).not.toHaveText(before ?? "");
  await app.mouse.down();
  await app.mouse.move(place.x + place.width / 2 - 250, place.y + place.height / 2 - 150, {
    steps: 5,
  });
  await app.mouse.up();
  // What lies to the right of the middle is redder.
  await expect.poll(async () => (await colourAt(app, 0.5, 0.5))[0]).toBeGreaterThan(red + 20);
  await app.keyboard.press("=");
  await expect(marks.locator(".slide-bar")).toHaveText(before ?? "");
  await app.getByRole("radio", { name: "Overview with tools" }).click();
  await expect(app.locator(".viewer canvas").first()).toBeVisible();
});
