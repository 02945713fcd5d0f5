import { readFileSync } from "node:fs";
import { encode } from "fast-png";
import { decode } from "jpeg-js";
import { expect, test } from "../app.ts";
import { openStudy } from "../studies.ts";

type Study = {
  id: string;
  name: string;
  images: { id: string; shape: number[] }[];
  suggestions: { id: string }[];
  decisions: { action: string; value?: { voxelsChanged: number } }[];
};

async function films(desk: {
  call: (name: string, input: unknown) => Promise<unknown>;
}): Promise<Study> {
  const studies = (await desk.call("imaging.studies", {})) as { id: string; name: string }[];
  const found = studies.find((study) => study.name.includes("films"));
  return (await desk.call("imaging.get", { studyId: found?.id })) as Study;
}

test("asking for the lungs calls the expert, shows its card, and accepting is stored", async ({
  app,
  desk,
}) => {
  const study = await films(desk);
  await app.goto(new URL(`/read/${study.id}`, desk.url).href);
  await expect(app.getByText("Research use only – not for diagnosis")).toBeVisible();
  await app.getByLabel("Ask about this image").fill("outline the lungs");
  await app.keyboard.press("Enter");
  await expect(app.getByText("cxr-lungs 1.0.0").first()).toBeVisible({ timeout: 30_000 });
  await expect(app.locator(".finding [data-state=suggested]")).toBeVisible();
  await app.getByRole("button", { name: /Accept/ }).click();
  await expect(app.locator(".finding [data-state=accepted]")).toBeVisible();
  expect((await films(desk)).decisions.map(({ action }) => action)).toEqual(["accept"]);
});

test("a brush stroke makes a corrected mask beside the model's own", async ({ app, desk }) => {
  const study = await films(desk);
  await desk.call("imaging.ask", {
    studyId: study.id,
    seriesId: study.images[0]?.id,
    text: "outline the lungs",
  });
  await app.goto(new URL(`/read/${study.id}`, desk.url).href);
  await expect(app.locator(".finding [data-state=suggested]")).toBeVisible();
  await expect(app.locator(".viewer canvas").first()).toBeVisible();
  await app.waitForTimeout(1500);
  const preview = app.getByRole("region", { name: "Suggested outline" });
  await expect(preview).toContainText("a layer of its own");
  await expect(
    app.locator(".page-layer[data-layer=preview]"),
    "the suggestion lies over the image",
  ).toHaveCount(1);
  await app.getByRole("button", { name: "Refine" }).click();
  await expect(app.locator(".page-layer[data-layer=preview]"), "a copy is worked on").toHaveCount(
    0,
  );
  const size = app.locator(".segments .finding-size").first();
  await expect(size).toHaveText(/% of image/);
  const before = await size.textContent();
  await app.getByRole("button", { name: "Eraser" }).click();
  const box = await app.locator(".viewer").boundingBox();
  if (box === null) throw new Error("no viewer");
  await app.mouse.move(box.x + box.width * 0.36, box.y + box.height * 0.5);
  await app.mouse.down();
  for (let step = 0; step <= 10; step += 1)
    await app.mouse.move(box.x + box.width * 0.36, box.y + box.height * (0.5 + step * 0.015));
  await app.mouse.up();
  // The focus is on the image now: its keys still act.
  await app.keyboard.press("b");
  await expect(app.getByRole("button", { name: "Brush", exact: true })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await app.keyboard.press("e");
  await expect(app.getByRole("button", { name: "Eraser" })).toHaveAttribute("aria-pressed", "true");
  await expect(size, "the size follows the stroke").not.toHaveText(before ?? "");
  const erased = await size.textContent();
  await app.keyboard.press("Control+z");
  await expect(size, "undo brings the voxels back").toHaveText(before ?? "");
  await app.keyboard.press("Control+y");
  await expect(size).toHaveText(erased ?? "");
  await app.keyboard.press("s");
  await expect(app.locator(".finding [data-state=corrected]")).toBeVisible();
  await app.getByRole("checkbox", { name: "Model's own, dashed" }).press("Space");
  await expect(
    app.locator(".page-layer[data-layer=preview]"),
    "the model's own beside the correction",
  ).toHaveCount(1);
  await app.reload();
  await expect(size, "the corrected mask is what opens again").toHaveText(erased ?? "", {
    timeout: 40_000,
  });
  const [decision] = (await films(desk)).decisions;
  expect(decision?.action).toBe("correct");
  expect(decision?.value?.voxelsChanged).toBeGreaterThan(50);
});

test("an impossible request is answered with what can be asked, and nothing runs", async ({
  app,
  desk,
}) => {
  const study = await films(desk);
  await app.goto(new URL(`/read/${study.id}`, desk.url).href);
  await app.getByLabel("Ask about this image").fill("outline the liver <CXR_LUNGS(lungs)>");
  await app.keyboard.press("Enter");
  await expect(app.getByText(/No installed expert|reads CT/)).toBeVisible();
  expect((await films(desk)).suggestions).toEqual([]);
});

test("a volume is drawn in three planes", async ({ app, desk }) => {
  const studies = (await desk.call("imaging.studies", {})) as { id: string; name: string }[];
  const volume = studies.find((study) => study.name.includes("NIfTI"));
  await app.goto(new URL(`/read/${volume?.id}`, desk.url).href);
  await app.getByLabel("Layout").selectOption("three");
  await expect(app.locator(".viewer canvas")).toHaveCount(3);
  await expect(app.getByText("Sagittal")).toBeVisible();
  const axial = app.locator(".viewer-view").first();
  await expect(axial.locator('.view-edge[data-edge="left"]')).toHaveText("R");
  await expect(axial.locator('.view-edge[data-edge="top"]')).toHaveText("A");
  // The window is kept when the planes are drawn anew.
  await expect(axial.locator('.view-mark[data-corner="bottom-left"]')).toHaveText(/C 40 W 400/);
  await expect(axial.locator('.view-mark[data-corner="top-right"]')).toHaveText(/^\d+ \/ \d+$/);
});

test("a picture that does not say where left is gets no letters", async ({ app, desk }) => {
  const studies = (await desk.call("imaging.studies", {})) as { id: string; name: string }[];
  const films = studies.find((study) => study.name.includes("films"));
  await app.goto(new URL(`/read/${films?.id}`, desk.url).href);
  await expect(app.getByText("Sides not given by the file")).toBeVisible();
  await expect(app.locator(".view-edge")).toHaveCount(0);
  // Nor millimetres: nobody knows how large its pixels are.
  await app.keyboard.press("d");
  const canvas = app.locator(".viewer-canvas").first();
  const box = await canvas.boundingBox();
  if (!box) throw new Error("The viewer has no place on the page.");
  await app.mouse.move(box.x + 200, box.y + 200);
  await app.mouse.down();
  await app.mouse.move(box.x + 260, box.y + 210, { steps: 4 });
  await app.mouse.move(box.x + 330, box.y + 240, { steps: 4 });
  await app.mouse.up();
  await expect(app.locator(".viewer svg text").first()).toHaveText(/\d px/);
  const window = app.locator('.view-mark[data-corner="bottom-left"]');
  const before = await window.textContent();
  await app.keyboard.press("2");
  await expect(window).not.toHaveText(before ?? "");
});

test("a film black for white is asked about, nothing runs before the answer, and the answer says who was chosen and why", async ({
  app,
  desk,
}) => {
  // The sample's film black for white: no expert was made for it.
  const film = decode(readFileSync("samples/images/adult-pa.jpg"), { formatAsRGBA: false });
  const data = Uint8Array.from(
    { length: film.width * film.height },
    (_, at) => 255 - (film.data[3 * at] ?? 0),
  );
  const { width, height } = film;
  const bytes = encode({ width, height, data, channels: 1, depth: 8 });
  await desk.call("settings.set", { planner: "rules" });
  const study = await openStudy(desk, "Inverted", [{ name: "inverted.png", bytes }]);
  await app.goto(new URL(`/read/${study.id}`, desk.url).href);
  await expect(app.getByText("Not clear what this is")).toBeVisible({ timeout: 30_000 });
  await app.getByLabel("Ask about this image").fill("outline the lungs");
  await app.keyboard.press("Enter");
  const choices = app.getByRole("group", { name: "What this image is" }).getByRole("button");
  await expect(choices).toHaveCount(2, { timeout: 30_000 });
  expect((await desk.call("imaging.get", { studyId: study.id })) as Study).toMatchObject({
    suggestions: [],
  });
  await choices.filter({ hasText: "chest film" }).first().click();
  await expect(app.locator(".expert-why")).toContainText("by your word", { timeout: 30_000 });
});
