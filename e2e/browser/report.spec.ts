import { openImages } from "../../electron/features/imaging/open.ts";
import { writeSegmentation } from "../../electron/features/imaging/dicom-seg-writer.ts";
import { dicomSlice } from "../../electron/features/imaging/fixtures/dicom-slice.ts";
import { expect, test } from "../app.ts";
import { openStudy } from "../studies.ts";

type Film = { id: string; images: { id: string }[]; suggestions: { id: string }[] };
type Reading = {
  report: {
    sections: { sentences: { text: string; was?: string; sources: unknown[] }[] }[];
    verified: { by: string } | null;
  } | null;
};

test("a report is drafted from what was accepted, edited, saved and verified by name; a finding starts a review", async ({
  app,
  desk,
}) => {
  const studies = (await desk.call("imaging.studies", {})) as { id: string; name: string }[];
  const studyId = studies.find(({ name }) => name.includes("films"))?.id ?? "";
  const film = async (): Promise<Film> => (await desk.call("imaging.get", { studyId })) as Film;
  const seriesId = (await film()).images[0]?.id;
  for (const action of ["accept", "reject"]) {
    await desk.call("imaging.ask", { studyId, seriesId, text: "outline the lungs" });
    const suggestionId = (await film()).suggestions.at(-1)?.id;
    await desk.call("imaging.decide", { studyId, suggestionId, action });
  }
  await app.goto(new URL(`/read/${studyId}`, desk.url).href);
  await app.getByRole("radio", { name: "Report", exact: true }).click();
  const findings = app.getByRole("region", { name: "Findings" });
  await expect(findings.getByRole("button", { name: "As finding" })).toHaveCount(1);
  await findings.getByRole("button", { name: /^Add/ }).click();
  await app.getByLabel("What was found").fill("Nodule");
  await app.getByLabel("Where", { exact: true }).fill("upper lobe");
  await app.getByLabel("Side", { exact: true }).selectOption("right");
  await app.keyboard.press("Enter");
  await expect(findings.getByText("right upper lobe")).toBeVisible();

  await app.getByRole("button", { name: "Draft", exact: true }).click();
  const text = app.getByRole("region", { name: "Report text" });
  const sentences = text.getByRole("textbox");
  await expect(sentences).not.toHaveCount(0);
  const lungs = await sentences.evaluateAll(
    (all) => all.filter((one) => /lung/i.test((one as unknown as { value: string }).value)).length,
  );
  expect(lungs, "the rejected outline is not in the text").toBe(1);
  const nodule = text.locator("textarea", { hasText: /^Nodule/ });
  await expect(text.getByText("Finding “Nodule”")).toBeHidden();
  await nodule.focus();
  await expect(text.getByText("Finding “Nodule”")).toBeVisible();
  await app.keyboard.press("End");
  await app.keyboard.type(" Round.");
  await text.getByRole("button", { name: "Save report" }).click();

  await expect(app.getByText("UNVERIFIED").first()).toBeVisible();
  await app.getByLabel("Name of the reader who verifies").fill("Ada Reader");
  const reading = async (): Promise<Reading["report"]> =>
    ((await desk.call("imaging.reading", { studyId })) as Reading).report;
  expect((await reading())?.verified).toBeNull();
  await app.getByRole("button", { name: "I, Ada Reader, verify this report" }).click();
  await expect(app.getByText("Verified by Ada Reader").first()).toBeVisible();
  await expect(app.getByText("verified by Ada Reader", { exact: false }).last()).toBeVisible();
  const report = await reading();
  expect(report?.verified?.by).toBe("Ada Reader");
  const stored = report?.sections.flatMap((one) => one.sentences) ?? [];
  expect(stored.find((one) => one.text.endsWith("Round."))?.was).toMatch(/^Nodule/);

  await findings.getByRole("button", { name: "Find evidence for Nodule" }).click();
  await expect(app).toHaveURL(/\/review\/.*\/question/);
  await expect(app.getByLabel("The question, in your own words")).toHaveValue(
    /evidence for nodule of the upper lobe/,
  );
  // The two halves meet: the review names its read, and leads back to it.
  const reads = app.getByRole("region", { name: "Image reads of this review" });
  await reads.getByRole("button", { name: /^Nodule – / }).press("Enter");
  await expect(app).toHaveURL(new RegExp(`/read/${studyId}`));
  await expect(findings.getByRole("button", { name: /^Evidence for nodule/ })).toBeVisible();
});

test("a segmentation dropped on its study waits for a decision; one of another study is refused with its reason", async ({
  app,
  desk,
}) => {
  const ct = (study: string) =>
    [0, 1, 2].map((at) => ({
      name: `${study}-${at}.dcm`,
      bytes: dicomSlice({
        instance: at + 1,
        series: `${study}.1`,
        position: [0, 0, 5 * at],
        columns: 32,
        rows: 32,
        more: { "0020000d": ["UI", study], "00200052": ["UI", `${study}.9`] },
      }),
    }));
  const segmentation = async (study: string): Promise<Uint8Array> => {
    const [opened] = (await openImages(ct(study))).series;
    if (!opened) throw new Error("The slices were not opened.");
    const { volume, source } = opened;
    const data = new Uint8Array(32 * 32 * 3).fill(1, 1100, 1200);
    return writeSegmentation(
      { shape: [32, 32, 3], data, affine: volume.affine },
      [{ id: 1, name: "lesion", color: "#eab308" }],
      { algorithm: "hand", version: "1.0.0", type: "MANUAL", creator: "AB" },
      source,
    );
  };
  const study = await openStudy(desk, "CT with a lesion", ct("1.2.77"));
  await app.goto(new URL(`/read/${study.id}`, desk.url).href);
  await expect(app.locator(".viewer canvas").first()).toBeVisible();
  const files: [string, number[]][] = [
    ["own.dcm", [...(await segmentation("1.2.77"))]],
    ["stranger.dcm", [...(await segmentation("1.2.88"))]],
  ];
  const dataTransfer = await app.evaluateHandle((given) => {
    // Runs in the page, whose names the tests are not compiled with.
    const page = globalThis as unknown as {
      DataTransfer: new () => { items: { add: (file: File) => void } };
    };
    const transfer = new page.DataTransfer();
    for (const [name, bytes] of given) transfer.items.add(new File([Uint8Array.from(bytes)], name));
    return transfer;
  }, files);
  await app.locator(".read").dispatchEvent("drop", { dataTransfer });
  const notice = app.getByRole("status", { name: "Attached files" });
  await expect(notice).toContainText("1 attached, 1 not", { timeout: 20_000 });
  await expect(notice).toContainText("this SEG belongs to another study (1.2.88)");
  await expect(app.locator(".finding [data-state=suggested]")).toBeVisible();
  await expect(app.getByRole("region", { name: "Suggested outline" })).toContainText("lesion");
});
