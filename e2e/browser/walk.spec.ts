/**
 * A reader's whole way on real images: a question, the expert's mask, a correction, a measurement, the report, the
 * export, and what was exported opened again beside the same images: the same mask voxel by voxel, the same report.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "../app.ts";
import {
  ask,
  correct,
  exported,
  fileOf,
  maskBytes,
  measure,
  named,
  openOnPage,
  report,
  samples,
} from "../reading.ts";

test.use({ viewport: { width: 1440, height: 900 } });

test("a CT from question to archive and back: the corrected mask and the report open again as they were", async ({
  app,
  desk,
}) => {
  test.setTimeout(600_000);
  const slices = samples("ct-dicom", /^CT\./);
  const now = await openOnPage(app, desk, slices);
  await ask(app, "outline the bone");
  await correct(app);
  await measure(app);
  const sentences = await report(app);
  const files = await exported(app);
  const read = await now();
  const corrected = read.decisions.find(({ action }) => action === "correct")?.value;
  expect(corrected?.voxelsChanged).toBeGreaterThan(0);
  const mask = await maskBytes(desk, corrected?.mask);
  expect(mask.some((label) => label > 0)).toBe(true);
  for (const kind of [/\.nii\.gz$/, /tissue\.json$/, /\.png$/, /measurements\.csv$/, /fhir\.json$/])
    named(files, kind);

  const seg = named(files, /tissue\.dcm$/);
  const again = await openOnPage(app, desk, [...slices, seg, named(files, /sr\.dcm$/)]);
  const back = await again();
  const [suggestion] = back.suggestions;
  expect(back.images[0]?.pixels, "the same image").toBe(read.images[0]?.pixels);
  expect(Buffer.compare(await maskBytes(desk, suggestion?.value.mask), mask)).toBe(0);
  const lines = back.reports.flatMap((one) => one.lines.map(({ text }) => text)).join("\n");
  for (const sentence of sentences) expect(lines).toContain(sentence);
  await app.getByRole("radio", { name: "Conversation", exact: true }).click();
  await expect(app.getByRole("region", { name: "Suggested outline" })).toBeVisible();

  // The NIfTI mask alone, added to a further study of the same images.
  const third = await openOnPage(app, desk, slices);
  const chooser = app.waitForEvent("filechooser");
  await app.getByRole("button", { name: "Attach files" }).click();
  await (await chooser).setFiles([named(files, /tissue\.nii\.gz$/)]);
  await expect(app.getByText(/1 attached/)).toBeVisible({ timeout: 60_000 });
  const [layer] = (await third()).suggestions;
  expect(Buffer.compare(await maskBytes(desk, layer?.value.mask), mask)).toBe(0);
});

test("a film as a picture: lungs accepted and measured in pixels, exported, and its mask opens on it again", async ({
  app,
  desk,
}) => {
  test.setTimeout(300_000);
  const film = samples("images", /adult-pa/);
  const now = await openOnPage(app, desk, film);
  await ask(app, "outline the lungs");
  await app.keyboard.press("Enter");
  await expect(app.getByText("Accepted.")).toBeVisible();
  await measure(app);
  await report(app);
  const files = await exported(app);
  const mask = await maskBytes(desk, (await now()).suggestions[0]?.value.mask);
  const again = await openOnPage(app, desk, film);
  const chooser = app.waitForEvent("filechooser");
  await app.getByRole("button", { name: "Attach files" }).click();
  await (await chooser).setFiles([named(files, /lungs\.png$/)]);
  await expect(app.getByText(/1 attached/)).toBeVisible({ timeout: 60_000 });
  expect(
    Buffer.compare(await maskBytes(desk, (await again()).suggestions[0]?.value.mask), mask),
  ).toBe(0);
});

const glioma = join(
  process.env["EVIDESK_SHARED"] ?? "../shared",
  "data/imaging/mri_lgg/images/TCGA_CS_4941_19960909_14.jpg",
);
test("a real brain MR of three sequences: the abnormality corrected, verified by name, and back as it was (needs the shared data folder)", async ({
  app,
  desk,
}) => {
  test.skip(!existsSync(glioma), "the shared data folder is not here");
  test.setTimeout(300_000);
  const slice = [fileOf("slice.jpg", readFileSync(glioma))];
  const now = await openOnPage(app, desk, slice);
  await ask(app, "outline the FLAIR abnormality");
  await correct(app);
  await measure(app);
  await report(app);
  await app.getByLabel("Name of the reader who verifies").fill("Ada Reader");
  await app.getByRole("button", { name: "I, Ada Reader, verify this report" }).click();
  await expect(app.getByText("Verified by Ada Reader").first()).toBeVisible();
  const files = await exported(app);
  const corrected = (await now()).decisions.find(({ action }) => action === "correct")?.value;
  const mask = await maskBytes(desk, corrected?.mask);
  expect(mask.some((label) => label > 0)).toBe(true);
  const again = await openOnPage(app, desk, slice);
  const chooser = app.waitForEvent("filechooser");
  await app.getByRole("button", { name: "Attach files" }).click();
  await (await chooser).setFiles([named(files, /abnormality\.png$/)]);
  await expect(app.getByText(/1 attached/)).toBeVisible({ timeout: 60_000 });
  expect(
    Buffer.compare(await maskBytes(desk, (await again()).suggestions[0]?.value.mask), mask),
  ).toBe(0);
});
