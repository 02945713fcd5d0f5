import { writeNifti } from "../../electron/features/imaging/nifti.ts";
import { expect, test } from "../app.ts";
import { openStudy } from "../studies.ts";

type Stored = {
  id: string;
  kind: string;
  label: string;
  slice: number;
  values: { name: string; value: number; unit: string }[];
};

test("measurements are the reader's own records: drawn, stored, restored, renamed, deleted, undone, exported", async ({
  app,
  desk,
}) => {
  test.setTimeout(400_000);
  // 32 × 32 × 8 voxels of 2 × 2 × 5 mm: 200 in columns and rows 8 to 23, 40 elsewhere.
  const side = 32;
  const data = new Uint8Array(side * side * 8).fill(40);
  for (let at = 0; at < data.length; at += 1) {
    const [x, y] = [at % side, Math.floor(at / side) % side];
    if (x >= 8 && x < 24 && y >= 8 && y < 24) data[at] = 200;
  }
  const affine = [-2, 0, 0, 31, 0, -2, 0, 31, 0, 0, 5, -20, 0, 0, 0, 1];
  const study = await openStudy(desk, "Phantom", [
    { name: "phantom.nii.gz", bytes: writeNifti({ shape: [side, side, 8], affine, data }, true) },
  ]);
  const stored = async () =>
    ((await desk.call("imaging.reading", { studyId: study.id })) as { measurements: Stored[] })
      .measurements;
  const open = async (): Promise<void> => {
    await app.goto(new URL(`/read/${study.id}`, desk.url).href);
    await expect(app.locator('.view-mark[data-corner="bottom-left"]').first()).toBeVisible({
      timeout: 90_000,
    });
  };
  await open();
  const box = await app.locator(".viewer-canvas").first().boundingBox();
  if (!box) throw new Error("The viewer has no place on the page.");
  // The image fills the shorter side: 32 voxels of 2 mm.
  const voxel = Math.min(box.width, box.height) / side;
  const at = (x: number, y: number): [number, number] => [
    box.x + box.width / 2 + (x - side / 2) * voxel,
    box.y + box.height / 2 + (y - side / 2) * voxel,
  ];
  const drag = async (from: [number, number], to: [number, number]): Promise<void> => {
    await app.mouse.move(...from);
    await app.mouse.down();
    await app.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 4 });
    await app.mouse.move(...to, { steps: 4 });
    await app.mouse.up();
  };
  const count = (n: number) =>
    expect.poll(async () => (await stored()).length, { timeout: 20_000 }).toBe(n);

  await app.keyboard.press("Shift+K");
  await drag(at(10, 10), at(20, 18));
  await count(1);
  const of = (one: Stored | undefined) =>
    Object.fromEntries((one?.values ?? []).map(({ name, value, unit }) => [name, { value, unit }]));
  const region = of((await stored())[0]);
  expect(region["Mean"]?.value).toBe(200);
  expect(region["Standard deviation"]?.value).toBe(0);
  expect(region["Area"]?.unit).toBe("mm2");
  expect((region["Area"]?.value ?? 0) / (20 * 16)).toBeCloseTo(1, 1);

  await app.keyboard.press("d");
  await drag(at(8, 26), at(24, 26));
  await count(2);
  const length = (await stored()).find(({ kind }) => kind === "length");
  expect(length?.values[0]?.unit).toBe("mm");
  expect((length?.values[0]?.value ?? 0) / 32).toBeCloseTo(1, 1);
  expect(length?.slice).toBe(4);
  // What stands on the picture is what is stored.
  await expect(app.locator(".viewer svg").getByText(/^3[12]\.\d mm$|^32 mm$/)).toBeVisible();

  await app.keyboard.press("y");
  await app.mouse.click(...at(4, 4));
  await count(3);
  expect(of((await stored()).find(({ kind }) => kind === "probe"))["Value"]?.value).toBe(40);
  await app.keyboard.press("Escape");

  const list = app.getByRole("region", { name: "Measurements" });
  await expect(list.getByRole("listitem")).toHaveCount(3);
  await list.getByLabel("Name of this measurement").first().fill("bright block");
  await app.keyboard.press("Enter");
  await expect
    .poll(async () => (await stored()).map(({ label }) => label))
    .toContain("bright block");

  await open();
  await expect(list.getByRole("listitem")).toHaveCount(3);
  await expect(app.locator(".viewer svg").getByText("bright block")).toBeVisible();
  await app.keyboard.press("End");
  await expect(app.locator(".viewer svg").getByText("bright block")).toHaveCount(0);
  await list.getByRole("button", { name: /Length · slice 5/ }).click();
  await expect(app.locator('.view-mark[data-corner="top-right"]')).toHaveText("5 / 8");

  const first = list.getByRole("listitem").filter({ hasText: "Length" });
  await first.getByRole("button", { name: "Delete this measurement" }).click();
  await count(2);
  await app.getByRole("button", { name: "Undo", exact: true }).click();
  await count(3);
  const { files } = (await desk.call("imaging.export", { studyId: study.id })) as {
    files: { name: string }[];
  };
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(["measurements.csv"]));
});
