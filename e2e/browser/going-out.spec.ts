/** What leaves: an export without what names the patient. And what goes in: which series is which channel of an expert. */
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { dicomSlice } from "../../electron/features/imaging/fixtures/dicom-slice.ts";
import { writeNifti } from "../../electron/features/imaging/nifti.ts";
import { openImages } from "../../electron/features/imaging/open.ts";
import { programFolder } from "../../electron/places.ts";
import { expect, test } from "../app.ts";
import { openStudy, putFile } from "../studies.ts";

test.use({ viewport: { width: 1024, height: 700 } });

test("an export without what names the patient holds no name and no old identifier, and its SEG lies on its own images", async ({
  app,
  desk,
}) => {
  test.setTimeout(240_000);
  const side = 32;
  const study = await openStudy(
    desk,
    "Doe John CT",
    [0, 1, 2].map((at) => ({
      name: `DOE_JOHN_${at}.dcm`,
      bytes: dicomSlice({
        ...{ instance: at + 1, series: "1.2.840.77.1", position: [0, 0, 5 * at] },
        ...{ columns: side, rows: side },
        more: {
          "00080050": ["SH", "ACC-4711"],
          "00100010": ["PN", "Doe^John"],
          "00100020": ["LO", "MRN-0815"],
          "0020000d": ["UI", "1.2.840.77"],
          "00200052": ["UI", "1.2.840.77.9"],
        },
      }),
    })),
  );
  const mask = new Uint8Array(side * side * 3).fill(1, 1400, 1500);
  const segments = [{ id: 1, name: "lesion", color: "#eab308", state: "done" }];
  await desk.call("imaging.saveSegments", {
    ...{ studyId: study.id, seriesId: study.images[0]?.id, segments, seconds: 5 },
    mask: await putFile(desk, "mask.raw", mask),
  });
  await app.goto(new URL(`/read/${study.id}`, desk.url).href);
  await app.getByRole("radio", { name: "Report", exact: true }).click();
  await app.getByRole("button", { name: "Draft", exact: true }).click();
  const text = app.getByRole("region", { name: "Report text" });
  await expect(text.locator("textarea", { hasText: /drawn by hand by Reviewer 1/ })).toBeVisible();
  await text.getByRole("button", { name: "Save report" }).click();
  await expect(app.getByText("UNVERIFIED").first()).toBeVisible();

  const out = app.getByRole("region", { name: "What goes out" });
  await out.getByLabel(/Without what names the patient/).check();
  await out.getByLabel("also the DICOM images themselves").check();
  const download = app.waitForEvent("download");
  await out.getByRole("button", { name: "Export these to a ZIP" }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).not.toMatch(/doe|john/i);
  const files = unzipSync(readFileSync(await saved.path()));
  const names = Object.keys(files);
  for (const kind of [/^images\/.*\.dcm$/, /own-segments.*\.dcm$/, /sr\.dcm$/, /fhir\.json$/])
    expect(
      names.some((name) => kind.test(name)),
      `${kind}`,
    ).toBe(true);
  expect(
    names.filter((name) => /uid-map/.test(name)),
    "the table of identifiers",
  ).toEqual([]);
  for (const [name, bytes] of Object.entries(files)) {
    const content = `${name} ${Buffer.from(bytes).toString("latin1")}`;
    expect(content, name).not.toMatch(/Doe|DOE_JOHN|MRN-0815|ACC-4711|1\.2\.840\.77\b/);
  }
  await expect(out.getByRole("status", { name: "Before you share it" })).toContainText(
    /read them for names/,
  );
  await expect(out.getByRole("button", { name: "Table of identifiers" })).toBeVisible();

  // A stranger opens it: the outline lies on the images that came with it.
  const dicom = Object.entries(files).filter(([name]) => name.endsWith(".dcm"));
  const opened = await openImages(dicom.map(([name, bytes]) => ({ name, bytes })));
  expect(opened.rejected).toEqual([]);
  expect(opened.series.map(({ files: of }) => of.length)).toEqual([3]);
  const stored = [];
  for (const [name, bytes] of dicom)
    stored.push({ assetId: await putFile(desk, name, bytes), name });
  const again = (await desk.call("imaging.open", { name: "again", files: stored })) as {
    study: { suggestions: { value: { mask: string } }[] };
    rejected: unknown[];
  };
  expect(again.rejected).toEqual([]);
  const back = await fetch(
    `http://127.0.0.1:${desk.port}/assets/${again.study.suggestions[0]?.value.mask}`,
    { headers: { Authorization: `Bearer ${desk.token}` } },
  );
  expect(Buffer.compare(Buffer.from(await back.arrayBuffer()), mask)).toBe(0);
});

test("which series is which sequence is chosen in one place, a doubt is confirmed, and the choice stays with the suggestion", async ({
  app,
  desk,
}) => {
  test.setTimeout(240_000);
  const pack = join(programFolder, "electron/features/models/fixtures/segresnet-tiny");
  cpSync(pack, join(desk.dataFolder, "packs", "segresnet-tiny"), { recursive: true });
  const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const study = await openStudy(
    desk,
    "Brain",
    ["case_t2", "case_flair", "scan", "case_t1"].map((name, order) => ({
      name: `${name}.nii.gz`,
      bytes: writeNifti(
        {
          ...{ shape: [24, 16, 16], affine },
          data: Uint8Array.from({ length: 6144 }, (_, at) => ((at * (order + 3)) % 97) + 1),
        },
        true,
      ),
    })),
  );
  const idOf = (name: string): string =>
    study.images.find((image) => image.name.startsWith(name))?.id ?? "";
  await app.goto(new URL(`/read/${study.id}`, desk.url).href);
  await app.getByRole("button", { name: /: T1c, T1, T2, FLAIR$/ }).click();
  const dialog = app.getByRole("region", { name: "Which series is which sequence" });
  const outline = dialog.getByRole("button", { name: "Outline" });
  await expect(dialog.getByText("✓ its description says FLAIR")).toBeVisible();
  await expect(dialog.getByRole("alert")).toHaveText("No series is chosen for T1c.");
  await expect(outline).toBeDisabled();
  const contrast = dialog.getByLabel("Series for T1c");
  await contrast.selectOption(idOf("case_flair"));
  await expect(dialog.getByText(/stands for two channels/)).toBeVisible();
  await contrast.selectOption(idOf("scan"));
  await expect(dialog.getByText("? its description does not say")).toBeVisible();
  await expect(outline).toBeDisabled();
  await dialog.getByLabel(/I looked/).check();
  await outline.click();
  await expect(app.getByRole("region", { name: "Suggested outline" })).toBeVisible({
    timeout: 90_000,
  });
  const { suggestions } = (await desk.call("imaging.get", { studyId: study.id })) as {
    suggestions: { checks: { message: string }[]; value: { channels: { seriesId: string }[] } }[];
  };
  expect(suggestions.at(-1)?.value.channels.map(({ seriesId }) => seriesId)).toEqual(
    ["scan", "case_t1", "case_t2", "case_flair"].map(idOf),
  );
  expect(suggestions.at(-1)?.checks[0]?.message).toMatch(/T1c.* The reader confirmed it\./);
  // The planner is shown the same four, under the same names.
  await app.getByText("4 MR sequences are asked about together").click();
  await expect(app.locator(".talk-sequences").getByLabel("Series for T1c")).toHaveValue(
    idOf("scan"),
  );
});
