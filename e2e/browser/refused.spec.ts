import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dicomSlice } from "../../electron/features/imaging/fixtures/dicom-slice.ts";
import { expect, test } from "../app.ts";

test("broken files are named with their reason, and what opened is one press away", async ({
  app,
  desk,
}) => {
  const broken = join(
    import.meta.dirname,
    "../../electron/features/imaging/fixtures/broken/jpeg-ls-endless.dcm",
  );
  await app.goto(new URL("/read", desk.url).href);
  const chooser = app.waitForEvent("filechooser");
  await app.getByRole("button", { name: "Open images" }).first().click();
  await (
    await chooser
  ).setFiles([
    { name: "endless.dcm", mimeType: "", buffer: readFileSync(broken) },
    { name: "notes.dcm", mimeType: "", buffer: Buffer.from("no image at all") },
    { name: "good.dcm", mimeType: "", buffer: Buffer.from(dicomSlice({ columns: 16, rows: 16 })) },
  ]);
  const told = app.getByRole("alert");
  await expect(told).toContainText("2 files were not opened; everything else was.");
  await expect(told).toContainText(/"endless\.dcm": .* frame 1 .*did not end within/);
  await expect(told).toContainText('"notes.dcm" is no image that can be opened');
  await told.getByRole("button", { name: "Read good.dcm" }).click();
  await expect(app.locator('.view-mark[data-corner="bottom-left"]')).toBeVisible();
});
