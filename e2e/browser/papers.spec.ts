/** Papers: import with reasons, extraction linked to the source, and pages that print no broken text. */
import { readFileSync } from "node:fs";
import { expect, sampleId, test } from "../app.ts";

test("a cut reference file imports what is whole and names the line of what is not", async ({
  desk,
  app,
}) => {
  const { id } = (await desk.call("review.create", { title: "Cut file" })) as { id: string };
  await app.goto(desk.url.replace("/#", `/review/${id}/search#`));
  const chooser = app.waitForEvent("filechooser");
  await app.getByRole("button", { name: "Choose files" }).click();
  const text =
    "TY  - JOUR\r\nTI  - A whole record\r\nPY  - 2020\r\nER  - \r\n\r\nTY  - JOUR\r\nTI  - A cut rec";
  await (
    await chooser
  ).setFiles({ name: "cut.ris", mimeType: "text/plain", buffer: Buffer.from(text) });
  await expect(app.getByText(/1 imported · 0 duplicates · 1 rejected/)).toBeVisible();
  await app.getByText("What was rejected, and why").click();
  await expect(app.locator(".import-report td.number")).toHaveText(/^\d+$/);
});

test("the compiled query is not sent anywhere before Count or Run", async ({ desk, app }) => {
  const reviewId = await sampleId(desk);
  const sent: string[] = [];
  app.on("request", (request) => sent.push(request.url()));
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/search#`));
  await app.getByRole("button", { name: /Suggest terms/ }).click();
  await expect(app.locator(".query-text")).toHaveValue(/\[tiab\]/);
  await app.locator(".query-text").fill("asthma[tiab] AND typed by hand");
  await expect(app.getByText("Edited by hand for PubMed.")).toBeVisible();
  await app
    .getByRole("link", { name: /^Screen/ })
    .first()
    .click();
  await expect(app.locator(".query-text")).toHaveCount(0);
  await app.reload();
  await app.goto(`http://127.0.0.1:${desk.port}/review/${reviewId}/search`);
  await expect(app.locator(".query-text"), "the plan is kept in the review").toHaveValue(
    "asthma[tiab] AND typed by hand",
  );
  expect(sent.filter((url) => /search\.(count|run)/.test(url))).toEqual([]);
  expect(sent.filter((url) => !url.startsWith(`http://127.0.0.1:${desk.port}/`))).toEqual([]);
});

test("the focused value is marked on its page, and accepting it stores a decision", async ({
  desk,
  app,
}) => {
  const reviewId = await sampleId(desk);
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/full-text#`));
  await desk.call("extraction.suggest", { reviewId });
  await app.goto(`http://127.0.0.1:${desk.port}/review/${reviewId}/extract`);
  const cell = app.locator(".cell[data-state=verified]").first();
  await cell.click();
  await expect(app.locator(".pdf-box[data-kind=mark]").first()).toBeVisible();
  await expect(app.locator(".why-quote").first()).toBeVisible();
  const subject = await app.locator(".cell[aria-selected=true] .cell-text").textContent();
  await app.keyboard.press("a");
  await expect(app.locator(".toast")).toContainText("Accepted");
  const grid = (await desk.call("extraction.grid", { reviewId })) as {
    studies: { cells: { state: string; value: string | null; arm: string | null }[] }[];
  };
  const accepted = grid.studies
    .flatMap((study) => study.cells)
    .filter((one) => one.state === "accepted");
  expect(accepted).toHaveLength(1);
  expect(subject).toContain(accepted[0]?.value ?? "nothing");
  await app.keyboard.press("u");
  await expect(app.locator(".toast"), "undo follows the decision, not the focus").toContainText(
    "Taken back",
  );
  await expect(app.locator(".cell[data-state=accepted]")).toHaveCount(0);
});

test("a column accepted at once is taken back at once, and words dragged from the paper become a cell's value", async ({
  desk,
  app,
}) => {
  const reviewId = await sampleId(desk);
  await desk.call("extraction.suggest", { reviewId });
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/extract#`));
  const words = app
    .locator(".pdf-text span")
    .filter({ hasText: /\w{5,} \w{4,}/ })
    .first();
  await words.waitFor({ state: "attached", timeout: 60_000 });
  const accepted = app.locator(".cell[data-state=accepted]");
  await app
    .getByRole("button", { name: /^Accept the \d+ found in the source/ })
    .first()
    .click();
  await expect(app.locator(".toast")).toContainText("accepted");
  await expect(accepted).not.toHaveCount(0);
  await app.keyboard.press("u");
  await expect(app.locator(".toast")).toContainText("Taken back");
  await expect(accepted).toHaveCount(0);

  await words.scrollIntoViewIfNeeded();
  const selected = await words.evaluate((element) => {
    const { ownerDocument: page } = element;
    page.getSelection()?.selectAllChildren(element);
    return page.getSelection()?.toString() ?? "";
  });
  const middle = async (place: typeof words): Promise<[number, number]> => {
    const box = await place.boundingBox();
    if (!box) throw new Error("not on screen");
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  await app.mouse.move(...(await middle(words)));
  await app.mouse.down();
  const cell = app.locator(".grid-row").first().locator(".cell").nth(1);
  await app.mouse.move(...(await middle(cell)), { steps: 12 });
  await app.mouse.up();
  await expect(app.locator(".toast")).toContainText("Taken from page");
  await expect(app.locator(".cell[data-state=corrected] .cell-text")).toContainText(
    selected.trim().split(" ")[0] ?? "",
  );
});

test("a registry's record stands beside the paper: the difference is told, the registry's value is taken by key, nothing is sent", async ({
  desk,
  app,
}) => {
  const reviewId = await sampleId(desk);
  await desk.call("extraction.suggest", { reviewId });
  const sent: string[] = [];
  app.on("request", (request) => sent.push(request.url()));
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/extract#`));
  await app.getByRole("button", { name: "Registry" }).click();
  const chooser = app.waitForEvent("filechooser");
  await app.getByRole("button", { name: "Take a JSON file" }).click();
  await (await chooser).setFiles("electron/features/extraction/fixtures/NCT01305200.json");
  await expect(app.locator(".toast")).toContainText("Registry record NCT01305200");
  const study = app
    .locator("tbody tr, [role=row]")
    .filter({ has: app.locator(".cell") })
    .first();
  const differing = study.locator(".cell", {
    has: app.locator('.cell-doubt[title*="ClinicalTrials.gov NCT01305200"]'),
  });
  await differing.first().click();
  await expect(app.getByText("The registry says otherwise")).toBeVisible();
  await expect(app.locator('.why-quote[data-differs="true"] footer')).toContainText(
    "ClinicalTrials.gov NCT01305200, protocolSection.",
  );
  const registrys = await app.locator('.why-quote[data-differs="true"]').textContent();
  await app.keyboard.press("g");
  await expect(app.locator(".toast")).toContainText("Accepted");
  const taken = app.locator(".cell[data-state=accepted] .cell-text").first();
  expect(registrys).toContain((await taken.textContent()) ?? "nothing");
  expect(sent.filter((url) => !url.startsWith(`http://127.0.0.1:${desk.port}/`))).toEqual([]);
});

test("a template adds what is lacking, and a field is edited, ordered and kept", async ({
  desk,
  app,
}) => {
  const id = await sampleId(desk);
  const fields = async () =>
    (await desk.call("extraction.fields", { reviewId: id })) as Record<string, unknown>[];
  await desk.call("extraction.setFields", { reviewId: id, fields: (await fields()).slice(0, 2) });
  await app.goto(desk.url.replace("/#", `/review/${id}/extract#`));
  await app.getByRole("button", { name: "Fields" }).click();
  const dialog = app.getByRole("dialog", { name: "Fields" });
  await dialog.getByLabel("Add the fields of a template").selectOption("pico");
  await expect(dialog.getByRole("listitem")).toHaveCount(5);
  await dialog.getByRole("button", { name: 'Move "Population" earlier' }).click();
  await expect(dialog.getByRole("listitem").first()).toContainText("Population");
  await dialog.getByRole("button", { name: "New field" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("Events");
  await dialog.getByLabel("Type").selectOption("number");
  await dialog.getByRole("textbox", { name: "Unit" }).fill("participants");
  await dialog.getByRole("textbox", { name: "Outcome" }).fill("Death");
  await dialog.getByLabel("Time point").fill("1 year");
  await dialog.getByLabel("one value per arm").check();
  await dialog.getByLabel("required").check();
  await dialog.getByRole("button", { name: "Save field" }).click();
  await expect(dialog.getByRole("listitem").last()).toContainText("Events");
  const kept = await fields();
  expect(kept.map((field) => field["name"]).slice(0, 2)).toEqual(["Population", "Study design"]);
  expect(kept.at(-1)).toMatchObject({
    type: "number",
    unit: "participants",
    perArm: true,
    outcome: "Death",
    timePoint: "1 year",
    required: true,
  });
});

test("two extractors: the second sees nothing first, a difference is found and settled by keyboard", async ({
  desk,
  app,
}) => {
  const reviewId = await sampleId(desk);
  await desk.call("extraction.suggest", { reviewId });
  await desk.call("team.set", { reviewId, extractors: 2 });
  const as = (reviewer: string) => (name: string, input: unknown) =>
    desk.call(name, input, reviewer);
  const grid = (await desk.call("extraction.grid", { reviewId })) as {
    studies: {
      recordId: string;
      cells: { fieldId: string; arm: string | null; state: string }[];
    }[];
  };
  const study = grid.studies.find(({ cells }) => cells.some(({ state }) => state === "verified"));
  const cell = study?.cells.find(({ state }) => state === "verified");
  const at = { reviewId, recordId: study?.recordId, fieldId: cell?.fieldId, arm: cell?.arm };
  await as("Ana Silva")("extraction.decide", {
    ...at,
    action: "correct",
    value: { value: "ALPHA" },
  });
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/extract#`));
  await expect(app.locator(".cell").first()).toBeVisible();
  await expect(app.getByText("ALPHA")).toHaveCount(0);
  const me = (await desk.call("team.get", { reviewId })) as { me: string };
  await as(me.me)("extraction.decide", { ...at, action: "correct", value: { value: "BETA" } });
  await app.reload();
  await app.getByRole("button", { name: /1 difference/ }).click();
  await expect(app.locator(".dual-sides li")).toHaveCount(2);
  await app.keyboard.press("1");
  await expect(app.locator(".toast")).toContainText("Settled: ALPHA");
  await expect(app.locator(".cell[aria-selected=true]")).toContainText("ALPHA");
  await expect(app.getByText(/Same answer in 0 of 1 cells/)).toBeVisible();
  await expect(app.getByRole("button", { name: /difference/ })).toHaveCount(0);
});

test("a scanned paper says so, is read here, and its values wait for a look at the picture", async ({
  desk,
  app,
}) => {
  const { id: reviewId } = (await desk.call("review.create", { title: "Scans" })) as { id: string };
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/search#`));
  const upload = async (name: string, body: Buffer): Promise<string> => {
    const answer = await app.request.post(`http://127.0.0.1:${desk.port}/assets?name=${name}`, {
      headers: {
        Authorization: `Bearer ${desk.token}`,
        "Content-Type": "application/octet-stream",
      },
      data: body,
    });
    return ((await answer.json()) as { id: string }).id;
  };
  const ris =
    "TY  - JOUR\nTI  - Yoga for high blood pressure: a randomised trial\nPY  - 2020\nER  - \n";
  const refs = await upload("a.ris", Buffer.from(ris));
  await desk.call("review.import", { reviewId, files: [{ assetId: refs, name: "a.ris" }] });
  const { records } = (await desk.call("review.records", { reviewId, limit: 1 })) as {
    records: { id: string }[];
  };
  const paper = await upload(
    "scan.pdf",
    readFileSync("electron/features/extraction/fixtures/scan.pdf"),
  );
  await desk.call("extraction.attach", {
    reviewId,
    files: [{ assetId: paper, name: "scan.pdf", recordId: records[0]?.id }],
    confirm: true,
  });
  await app.goto(`http://127.0.0.1:${desk.port}/review/${reviewId}/extract`);
  await expect(app.getByText("1 of 1 page is a picture without text")).toBeVisible();
  await app.getByRole("button", { name: "Read the scan here" }).click();
  await expect(app.getByText(/1 page read from a scan. Digits may be mistaken/)).toBeVisible({
    timeout: 60_000,
  });
  await expect(app.locator(".cell-text").filter({ hasText: "60" }).first()).toBeVisible();
  await expect(app.locator(".cell[data-state=verified]")).toHaveCount(0);
});

test("words selected in the paper become the value, with where they stand", async ({
  desk,
  app,
}) => {
  const reviewId = await sampleId(desk);
  await desk.call("extraction.suggest", { reviewId });
  await app.goto(desk.url.replace("/#", `/review/${reviewId}/extract#`));
  const cell = app.locator(".cell[data-state=verified]").first();
  await cell.click();
  await expect(app.locator(".pdf-box[data-kind=mark]").first()).toBeVisible();
  await app.keyboard.press("v");
  await expect(app.locator(".toast")).toContainText("Select words in the paper first");
  const word = app
    .locator(".pdf-text span")
    .filter({ hasText: /[a-z]{6}/ })
    .first();
  await expect(word).toBeAttached();
  // A double click at the span's middle selects the word that stands there.
  await word.dblclick({ force: true });
  const selected = await app.evaluate(`getSelection().toString().replaceAll(/\\s+/g, " ").trim()`);
  expect(selected).not.toBe("");
  await app.keyboard.press("v");
  await expect(app.locator(".toast")).toContainText("Taken from page");
  await expect(app.locator(".cell[aria-selected=true]")).toContainText(String(selected));
  await expect(app.locator(".why-quote[data-by=person]")).toContainText("selected by");
  const grid = (await desk.call("extraction.grid", { reviewId })) as {
    studies: {
      cells: { decision: { value: { source?: { page: number; boxes: unknown[] } } } | null }[];
    }[];
  };
  const source = grid.studies.flatMap(({ cells }) => cells).find(({ decision }) => decision)
    ?.decision?.value.source;
  expect(source?.page).toBeGreaterThan(0);
  expect(source?.boxes.length).toBeGreaterThan(0);
  await app.keyboard.press("u");
  await expect(app.locator(".cell[data-state=corrected]")).toHaveCount(0);
});
