import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  orthancIsHere,
  startOrthanc,
  type Orthanc,
} from "../../electron/features/pacs/fixtures/orthanc.ts";
import { samplesFolder } from "../../electron/places.ts";
import { expect, test } from "../app.ts";

if (!orthancIsHere)
  process.stdout.write(
    "Orthanc with DICOMweb (Debian) is not here: the PACS panel is not tested\n",
  );

let archive: Orthanc | undefined;
test.describe.configure({ mode: "serial" });
test.skip(!orthancIsHere, "Orthanc with DICOMweb (Debian) is not here");
test.use({ viewport: { width: 1024, height: 700 } });

test.beforeAll(async () => {
  test.setTimeout(120_000);
  archive = await startOrthanc();
  const folder = join(samplesFolder, "ct-dicom");
  const files = readdirSync(folder)
    .filter((name) => name.startsWith("CT."))
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }));
  for (const { bytes } of files) await archive.rest("/instances", bytes);
});
test.afterAll(() => archive?.stop());

test("a study is found, fetched and read from a real archive, and what was drawn goes back to it", async ({
  app,
  desk,
}) => {
  test.setTimeout(300_000);
  const { address, port, rest } = archive as Orthanc;
  await app.goto(new URL("/read", desk.url).href);
  await app.getByRole("button", { name: "From a PACS" }).click();
  await app.getByLabel("DICOMweb address").fill(address);
  await app.getByLabel("User, if it asks").fill("reader");
  await app.getByLabel("Password").fill("wrong");
  await app.getByRole("button", { name: "Add archive" }).click();
  const search = app.getByRole("button", { name: `Search 127.0.0.1:${port}` });
  await search.click();
  await expect(app.getByText(/does not take this user and password/)).toBeVisible();

  await app.getByRole("button", { name: /from the list/ }).click();
  await app.getByLabel("DICOMweb address").fill(address);
  await app.getByLabel("Name", { exact: true }).fill("Ward");
  await app.getByLabel("User, if it asks").fill("reader");
  await app.getByLabel("Password").fill("secret");
  await app.getByRole("button", { name: "Add archive" }).click();
  await app.getByLabel("Modality").fill("MR");
  await search.click();
  await expect(app.getByText("The archive has no such study.")).toBeVisible();
  await app.getByLabel("Modality").fill("ct");
  await search.click();
  await expect(app.getByRole("status").filter({ hasText: "1 study" })).toBeVisible();
  await app.getByRole("button", { name: "Fetch" }).click();

  const slice = app.locator('.view-mark[data-corner="top-right"]');
  await expect(slice).toHaveText("11 / 20", { timeout: 90_000 });
  await app.keyboard.press("a");
  await app.keyboard.press("b");
  await expect(app.getByRole("button", { name: "Brush", exact: true })).toHaveAttribute(
    "aria-pressed",
    "true",
    { timeout: 20_000 },
  );
  const box = await app.locator(".viewer-canvas").first().boundingBox();
  if (!box) throw new Error("The viewer has no place on the page.");
  await app.mouse.move(box.x + box.width / 2 - 12, box.y + box.height / 2);
  await app.mouse.down();
  await app.mouse.move(box.x + box.width / 2 + 12, box.y + box.height / 2, { steps: 2 });
  await app.mouse.up();
  await expect(app.locator(".segments .finding-size")).toHaveText(/^[1-9]\d*\.\d+ ml/);
  await app.keyboard.press("s");
  await expect(app.getByText("Segments saved as your own work.")).toBeVisible();
  await app.keyboard.press("Shift+F");
  await app.getByRole("button", { name: `Send SEG and SR to 127.0.0.1:${port}` }).click();
  await expect(app.getByText(`2 files stored by 127.0.0.1:${port}, 0 refused.`)).toBeVisible({
    timeout: 60_000,
  });
  const kinds = async (): Promise<string[]> => {
    const series = (await rest("/series?expand")) as { MainDicomTags: { Modality: string } }[];
    return series.map(({ MainDicomTags }) => MainDicomTags.Modality).toSorted();
  };
  await expect.poll(kinds).toEqual(["CT", "SEG", "SR"]);

  // Fetched again, the outline stands on its series and waits for a decision.
  await app.goto(new URL("/read", desk.url).href);
  await app.getByRole("button", { name: "From a PACS" }).click();
  await search.click();
  await app.getByRole("button", { name: "Fetch" }).click();
  await expect(slice).toHaveText("11 / 20", { timeout: 90_000 });
  await expect(app.locator(".read-series .state")).toHaveText("suggested");
});
