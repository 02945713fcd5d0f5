import { writeNifti } from "../../electron/features/imaging/nifti.ts";
import { expect, test } from "../app.ts";
import { openStudy } from "../studies.ts";

type Decided = {
  decisions: {
    action: string;
    value?: { voxelsChanged: number; segments: { name: string; state: string }[] };
  }[];
};

// Every movement draws in software: a smaller page and short strokes keep the gate short.
test.use({ viewport: { width: 1024, height: 700 } });

test("own segments: drawn, filled between slices, undone, locked, saved with their state, opened again", async ({
  app,
  desk,
}) => {
  test.setTimeout(240_000);
  const [side, slices] = [32, 9];
  const data = new Uint8Array(side * side * slices).fill(50);
  const affine = [-2, 0, 0, 31, 0, -2, 0, 31, 0, 0, 5, -20, 0, 0, 0, 1];
  const study = await openStudy(desk, "Phantom", [
    {
      name: "phantom.nii.gz",
      bytes: writeNifti({ shape: [side, side, slices], affine, data }, true),
    },
  ]);
  const address = new URL(`/read/${study.id}`, desk.url).href;
  await app.goto(address);
  const slice = app.locator('.view-mark[data-corner="top-right"]');
  await expect(slice).toHaveText("5 / 9", { timeout: 45_000 });
  const size = app.locator(".segments .finding-size");
  await app.keyboard.press("b");
  await expect(app.getByText("Add a segment first")).toBeVisible();
  await app.keyboard.press("a");
  await app.keyboard.press("b");
  // The brush is the tool once the label map lies over the image.
  await expect(app.getByRole("button", { name: "Brush", exact: true })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  const box = await app.locator(".viewer-canvas").first().boundingBox();
  if (!box) throw new Error("The viewer has no place on the page.");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const stroke = async (lower = 0): Promise<void> => {
    await app.mouse.move(x - 10, y + lower);
    await app.mouse.down();
    await app.mouse.move(x + 10, y + lower, { steps: 2 });
    await app.mouse.up();
  };
  await stroke();
  await expect(size).toHaveText(/^\d+\.\d+ ml · mean 50 ± 0\.00 · longest \d+\.\d mm$/);
  const one = Number.parseFloat((await size.textContent()) ?? "");
  for (let step = 0; step < 2; step += 1) await app.keyboard.press("ArrowDown");
  await expect(slice).toHaveText("7 / 9");
  await stroke();
  await expect
    .poll(async () => Number.parseFloat((await size.textContent()) ?? "") / one)
    .toBeCloseTo(2, 1);
  // Slices 5 and 7 are drawn: 6 is filled, three slices in all.
  await app.keyboard.press("n");
  await expect
    .poll(async () => Number.parseFloat((await size.textContent()) ?? "") / one)
    .toBeCloseTo(3, 0);
  const filled = (await size.textContent()) ?? "";
  for (let step = 0; step < 3; step += 1) await app.keyboard.press("Control+z");
  await expect(size).toHaveText(/^0\.00 ml/);
  for (let step = 0; step < 3; step += 1) await app.keyboard.press("Control+Shift+Z");
  await expect(size).toHaveText(filled);

  await app.getByLabel("Name of segment 1").fill("lesion");
  await app.keyboard.press("Enter");
  await app.getByRole("button", { name: /^lesion: in progress/ }).click();
  await app.getByRole("button", { name: "Lock", exact: true }).click();
  // Another segment drawn over it takes none of the locked one's voxels.
  await app.keyboard.press("a");
  await app.keyboard.press("b");
  await stroke(40);
  await expect(size.nth(1), "the other segment is drawn beside it").not.toHaveText(/^0\.00 ml/);
  await expect(size.first()).toHaveText(filled);
  await app.keyboard.press("s");
  await expect(app.getByText("Segments saved as your own work.")).toBeVisible();
  const { decisions } = (await desk.call("imaging.get", { studyId: study.id })) as Decided;
  expect(decisions.at(-1)).toMatchObject({
    action: "annotate",
    value: { segments: [{ name: "lesion", state: "done" }, { name: "Segment 2" }] },
  });
  await app.reload();
  await expect(size.first()).toHaveText(filled, { timeout: 45_000 });
  const training = (await desk.call("imaging.exportTraining", { studyId: study.id })) as {
    cases: number;
  };
  expect(training.cases).toBe(1);
});
