import type { Page } from "@playwright/test";
import { writeNifti } from "../../electron/features/imaging/nifti.ts";
import { expect, test, type Desk } from "../app.ts";
import { openStudy } from "../studies.ts";

const size = 24;

/** A block in the patient's left, front and upper eighth, stored in any order of axes; the affine is RAS+. */
function landmark(affine: number[]): Uint8Array {
  const data = new Uint8Array(size ** 3);
  const inverse = (axis: number) => affine[axis * 4 + 3] ?? 0;
  for (let k = 0; k < size; k += 1)
    for (let j = 0; j < size; j += 1)
      for (let i = 0; i < size; i += 1) {
        const [x, y, z] = [0, 1, 2].map(
          (row) =>
            (affine[row * 4] ?? 0) * i +
            (affine[row * 4 + 1] ?? 0) * j +
            (affine[row * 4 + 2] ?? 0) * k +
            inverse(row),
        ) as [number, number, number];
        // Around the middle the block reaches over the centre, so that every middle plane cuts it.
        if (x < 1.5 && x > -8 && y > -1.5 && y < 8 && z > -1.5 && z < 8)
          data[i + size * (j + size * k)] = 200;
      }
  return writeNifti({ shape: [size, size, size], affine, data }, true);
}

/** Axes to RAS directions, centred on the origin. */
function affineOf(columns: [number[], number[], number[]]): number[] {
  const half = (size - 1) / 2;
  const rows = [0, 1, 2].map((row) => {
    const parts = columns.map((column) => column[row] ?? 0);
    return [...parts, -half * parts.reduce((sum, part) => sum + part, 0)];
  });
  return [...rows.flat(), 0, 0, 0, 1];
}

const stored = {
  "axial, RAS": affineOf([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]),
  "axial, LPS": affineOf([
    [-1, 0, 0],
    [0, -1, 0],
    [0, 0, 1],
  ]),
  "axial, feet last": affineOf([
    [-1, 0, 0],
    [0, -1, 0],
    [0, 0, -1],
  ]),
  "axial, on its side": affineOf([
    [0, -1, 0],
    [-1, 0, 0],
    [0, 0, 1],
  ]),
  sagittal: affineOf([
    [0, -1, 0],
    [0, 0, -1],
    [1, 0, 0],
  ]),
  coronal: affineOf([
    [-1, 0, 0],
    [0, 0, -1],
    [0, 1, 0],
  ]),
};

/** The letters of the sides towards which the bright block lies, pane by pane. */
async function brightSides(page: Page): Promise<string[]> {
  return page.locator(".viewer-view").evaluateAll((panes) =>
    panes.map((pane) => {
      const canvas = pane.querySelector("canvas");
      const context = canvas?.getContext("2d");
      if (!canvas || !context) return "no canvas";
      const { width, height } = canvas;
      const { data } = context.getImageData(0, 0, width, height);
      let [sum, x, y] = [0, 0, 0];
      for (let at = 0; at < width * height; at += 1) {
        if ((data[at * 4] ?? 0) < 128) continue;
        sum += 1;
        x += at % width;
        y += Math.floor(at / width);
      }
      if (sum === 0) return "nothing bright";
      const letter = (edge: string) =>
        pane.querySelector(`.view-edge[data-edge="${edge}"]`)?.textContent ?? "?";
      return (
        letter(x / sum < width / 2 ? "left" : "right") +
        letter(y / sum < height / 2 ? "top" : "bottom")
      );
    }),
  );
}

async function openRead(app: Page, desk: Desk, studyId: string): Promise<void> {
  await app.goto(new URL(`/read/${studyId}`, desk.url).href);
  await expect(app.locator('.view-mark[data-corner="bottom-left"]').first()).toBeVisible({
    timeout: 45_000,
  });
}

test("an L marker is on the left: sides are right in every stored order, mirrored and turned", async ({
  app,
  desk,
}) => {
  test.setTimeout(400_000);
  const files = Object.entries(stored).map(([name, affine]) => ({
    name: `${name.replaceAll(/[ ,]+/g, "-")}.nii.gz`,
    bytes: landmark(affine),
  }));
  const study = await openStudy(desk, "Landmarks", files);
  await openRead(app, desk, study.id);
  for (const image of study.images) {
    await app.getByRole("button", { name: image.name }).click();
    await app.waitForTimeout(900);
    // Two of the three letters of the block's place, whichever plane it was taken in.
    const letters = /^[LAS]{2}$/;
    const see = (what: string): Promise<void> =>
      expect
        .poll(async () => (await brightSides(app)).every((sides) => letters.test(sides)), {
          message: `${image.name}, ${what}`,
          timeout: 40_000,
        })
        .toBe(true);
    await see("as hung");
    const hung = await app.locator(".view-edge").allTextContents();
    expect(hung.join(""), `${image.name} hangs with the head or the front up`).toMatch(/^[AS]/);
    await app.keyboard.press("h");
    await app.waitForTimeout(250);
    await see("mirrored");
    await app.keyboard.press("r");
    await app.waitForTimeout(250);
    await see("mirrored and turned");
    await app.keyboard.press("=");
    await app.waitForTimeout(250);
    await expect(app.locator(".view-edge")).toHaveText(hung);
    await app.getByLabel("Layout").selectOption("three");
    await expect(app.locator(".viewer canvas")).toHaveCount(3);
    await see("three planes");
  }
});

test("four sequences hang two by two and scroll together; a prior scrolls along", async ({
  app,
  desk,
}) => {
  test.setTimeout(180_000);
  const affine = stored["axial, LPS"];
  const study = await openStudy(
    desk,
    "Brain",
    ["flair", "t1", "t1ce", "t2"].map((name) => ({
      name: `patient_${name}.nii.gz`,
      bytes: landmark(affine),
    })),
  );
  await openRead(app, desk, study.id);
  const names = app.locator('.view-mark[data-corner="top-left"]');
  await expect(names).toHaveText(["T1", "T1c", "T2", "FLAIR"]);
  await expect(app.getByText("Brain MR: T1, T1c, T2 and FLAIR")).toBeVisible();
  const slices = app.locator('.view-mark[data-corner="top-right"]');
  await expect(slices).toHaveText(Array(4).fill("13 / 24"));
  await app.keyboard.press("ArrowDown");
  await app.keyboard.press("ArrowDown");
  await expect(slices).toHaveText(Array(4).fill("15 / 24"));
  await app.keyboard.press(",");
  await app.keyboard.press(".");
  const prior = await openStudy(desk, "Brain, a year ago", [
    { name: "old_t2.nii.gz", bytes: landmark(affine) },
  ]);
  await app.reload();
  await expect(names).toHaveText(["T1", "T1c", "T2", "FLAIR"]);
  await app.getByLabel("Layout").selectOption("compare");
  await app.getByLabel("Compare with").selectOption(prior.id);
  await expect(names).toHaveText(["patient_flair.nii.gz", "Compared: old_t2.nii.gz"]);
  await app.waitForTimeout(700);
  await app.keyboard.press("ArrowUp");
  await expect(slices).toHaveText(["12 / 24", "12 / 24"]);
  // Unlinked, one pane moves alone; linked again, the distance stays.
  await app.getByRole("button", { name: "Scroll each pane alone" }).click();
  await app.keyboard.press("ArrowUp");
  await expect(slices).toHaveText(["11 / 24", "12 / 24"]);
  await app.getByRole("button", { name: "Link the panes as they stand" }).click();
  await app.keyboard.press("ArrowDown");
  await expect(slices).toHaveText(["12 / 24", "13 / 24"]);
});

test("a slab, cine, wheel and pinch do what they say", async ({ app, desk }) => {
  const studies = (await desk.call("imaging.studies", {})) as { id: string; name: string }[];
  await openRead(app, desk, studies.find(({ name }) => name.includes("NIfTI"))?.id ?? "");
  const slice = app.locator('.view-mark[data-corner="top-right"]');
  const zoom = app.locator('.view-mark[data-corner="bottom-right"]');
  await expect(slice).toHaveText("57 / 112");
  const place = await app.locator(".viewer-canvas").first().boundingBox();
  if (!place) throw new Error("The viewer has no place on the page.");
  await app.mouse.move(place.x + 200, place.y + 200);
  await app.mouse.wheel(0, 120);
  await expect(slice).toHaveText("58 / 112");
  await app.keyboard.down("Control");
  await app.mouse.wheel(0, -240);
  await app.keyboard.up("Control");
  await expect(zoom).not.toHaveText("100 %");
  await app.keyboard.press("=");
  await expect(zoom).toHaveText("100 %");
  await app.keyboard.press("c");
  await expect(slice).not.toHaveText("58 / 112");
  await app.keyboard.press("c");
  await expect(app.getByRole("button", { name: "Play as cine" })).toBeVisible();
  // The picture asked for last is drawn before the slice is read.
  await app.waitForTimeout(1500);
  const stopped = (await slice.textContent()) ?? "";
  await app.getByLabel("Slab").selectOption("40");
  await app.waitForTimeout(1500);
  await expect(slice, "a slab opens where the reader was").toHaveText(stopped);
  await app.keyboard.press("i");
  await expect(app.locator('.view-mark[data-corner="bottom-left"]')).toHaveText(/inverted/);
});
