import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openAssets } from "../review/assets.ts";
import { openReviews } from "../review/reviews.ts";
import { column, tinyPdf } from "./fixtures/tiny-pdf.ts";
import { createExtractionHandlers } from "./handlers.ts";
import type { AskPack } from "./suggest-values.ts";
import type { TagText } from "./tagging.ts";

const frame = { signal: new AbortController().signal, emit: (): void => {} };
const trial =
  "TITLE:\nDrug X versus placebo for knee pain in adults\n\nABSTRACT.METHODS:\nNinety-six adults with knee pain were randomly assigned to drug X (n = 49) or placebo (n = 47). Registered as NCT01234567.\n\nMETHODS:\nFifty centres in Norway were asked.\n";

async function desk(tag?: TagText, ask?: AskPack) {
  const folder = mkdtempSync(join(tmpdir(), "evidesk-extraction-"));
  const reviews = openReviews(folder);
  const assets = openAssets(join(folder, "assets"));
  const file = reviews.create("A review", "");
  const record = (title: string, doi: string) => ({
    title,
    abstract: "",
    authors: ["Doe, J"],
    year: 2020,
    journal: "",
    doi,
    pmid: "",
    source: "a.ris",
    extra: null,
  });
  file.importRecords(
    "AB",
    { name: "a.ris", format: "ris", rejected: [] },
    [
      record("Drug X versus placebo for knee pain in adults", ""),
      record("Surgery for hernia in horses", "10.1000/horse"),
    ],
    (_, incoming) => incoming.map(() => null),
  );
  const handlers = createExtractionHandlers({
    reviews,
    assets,
    recognised: { get: () => [], put: () => {} },
    ...(tag ? { tag } : {}),
    ...(ask ? { ask, packs: async () => [{ id: "writer", version: "1.0.0" }] } : {}),
    fetch: () => Promise.reject(new Error("nothing leaves the machine")),
  });
  const upload = async (content: string | Uint8Array, name: string) =>
    (
      await assets.put(typeof content === "string" ? new TextEncoder().encode(content) : content, {
        name,
        type: "",
      })
    ).id;
  return { handlers, file, reviewId: file.id(), upload };
}

test("a paper finds its record by title or DOI, and another paper is never attached silently", async () => {
  const { handlers, file, reviewId, upload } = await desk();
  const assetId = await upload(trial, "x.txt");
  const [byTitle] = await handlers["extraction.attach"](
    { reviewId, files: [{ assetId, name: "x.txt" }], confirm: false },
    frame,
  );
  expect(byTitle).toMatchObject({ recordId: "1", matchedBy: "title" });
  const horse = await upload(
    tinyPdf([
      column(
        ["Hernia repair", "doi: 10.1000/horse", "Some words of the text of the paper."],
        50,
        100,
      ),
    ]),
    "horse.pdf",
  );
  const [byDoi] = await handlers["extraction.attach"](
    { reviewId, files: [{ assetId: horse, name: "horse.pdf" }], confirm: false },
    frame,
  );
  expect(byDoi).toMatchObject({ recordId: "2", matchedBy: "doi" });
  const dropped = { assetId, name: "x.txt", recordId: "2" };
  const [other] = await handlers["extraction.attach"](
    { reviewId, files: [dropped], confirm: false },
    frame,
  );
  expect(other).toMatchObject({
    recordId: null,
    warning: expect.stringContaining("another paper"),
  });
  expect(file.reports().find((report) => report.recordId === "2")?.assetId).toBe(horse);
  const [insisted] = await handlers["extraction.attach"](
    { reviewId, files: [dropped], confirm: true },
    frame,
  );
  expect(insisted).toMatchObject({
    recordId: "2",
    matchedBy: "chosen",
    warning: expect.stringContaining("another paper"),
  });
});

test("a file that cannot be read is reported and the others still attach", async () => {
  const { handlers, reviewId, upload } = await desk();
  const files = [
    { assetId: await upload("%PDF-1.7 nothing", "bad.pdf"), name: "bad.pdf" },
    { assetId: await upload(trial, "x.txt"), name: "x.txt" },
  ];
  const results = await handlers["extraction.attach"]({ reviewId, files, confirm: false }, frame);
  expect(results.map((result) => result.recordId)).toEqual([null, "1"]);
  expect(results[0]?.warning).toContain("cannot be read as a PDF");
});

async function suggested(text = trial) {
  const all = await desk();
  const assetId = await all.upload(text, "x.txt");
  await all.handlers["extraction.attach"](
    { reviewId: all.reviewId, files: [{ assetId, name: "x.txt" }], confirm: false },
    frame,
  );
  await all.handlers["extraction.suggest"](
    { reviewId: all.reviewId, recordIds: [], fieldIds: [] },
    frame,
  );
  const cell = async (fieldId: string) =>
    (
      await all.handlers["extraction.grid"]({ reviewId: all.reviewId }, frame)
    ).studies[0]?.cells.filter((one) => one.fieldId === fieldId) ?? [];
  return { ...all, cell };
}

test("a locked paper is told by its error's code, so that the page can ask for the password", async () => {
  const { handlers, reviewId, upload } = await desk();
  const page = [column(["Words behind a lock"], 50, 100)];
  const locked = await upload(tinyPdf(page, { locked: true }), "locked.pdf");
  const broken = await upload("%PDF-1.4 nothing", "broken.pdf");
  const attach = (files: { assetId: string; name: string; password?: string }[]) =>
    handlers["extraction.attach"]({ reviewId, files, confirm: false }, frame);
  const results = await attach([
    { assetId: locked, name: "locked.pdf" },
    { assetId: locked, name: "locked.pdf", password: "no" },
    { assetId: broken, name: "broken.pdf" },
    { assetId: await upload(trial, "x.txt"), name: "x.txt" },
  ]);
  expect(results.map(({ code }) => code)).toEqual([
    "passwordRequired",
    "passwordRequired",
    "badFile",
    null,
  ]);
  expect(results[1]?.warning).toBe("The password does not open this PDF.");
});

test("accepting a column at once leaves what fails a check to a person", async () => {
  const wrong = await suggested(trial.replace(/Ninety-six|96/, "A total of 142"));
  const column = { reviewId: wrong.reviewId, fieldId: "groupSize" };
  expect(await wrong.handlers["extraction.acceptVerified"](column, frame)).toMatchObject({
    accepted: 0,
    skipped: 2,
  });
  const right = await suggested();
  expect(
    await right.handlers["extraction.acceptVerified"](
      { ...column, reviewId: right.reviewId },
      frame,
    ),
  ).toMatchObject({ accepted: 2, skipped: 0 });
});

test("what was accepted together is taken back together, and nothing else is", async () => {
  const { handlers, reviewId, cell } = await suggested();
  await handlers["extraction.decide"](
    { reviewId, recordId: "1", fieldId: "sampleSize", arm: null, action: "accept" },
    frame,
  );
  const { subjects } = await handlers["extraction.acceptVerified"](
    { reviewId, fieldId: "groupSize" },
    frame,
  );
  expect(subjects).toHaveLength(2);
  expect(await handlers["extraction.withdraw"]({ reviewId, subjects }, frame)).toEqual({
    withdrawn: 2,
  });
  expect((await cell("groupSize")).map(({ state }) => state)).toEqual(["verified", "verified"]);
  expect((await cell("sampleSize"))[0]?.state).toBe("accepted");
  expect(await handlers["extraction.withdraw"]({ reviewId, subjects }, frame)).toEqual({
    withdrawn: 0,
  });
});

test("suggestions fill the grid, a decision rules over them, and undoing shows the suggestion again", async () => {
  const { handlers, reviewId, cell } = await suggested();
  expect((await cell("groupSize")).map(({ arm, value, state }) => [arm, value, state])).toEqual([
    ["drug X", "49", "verified"],
    ["placebo", "47", "verified"],
  ]);
  const at = { reviewId, recordId: "1", fieldId: "sampleSize", arm: null };
  expect(await handlers["extraction.decide"]({ ...at, action: "accept" }, frame)).toMatchObject({
    state: "accepted",
    value: "96",
  });
  expect(
    await handlers["extraction.decide"](
      { ...at, action: "correct", value: { value: "95" } },
      frame,
    ),
  ).toMatchObject({ state: "corrected", value: "95" });
  expect(await handlers["extraction.decide"]({ ...at, action: "withdraw" }, frame)).toMatchObject({
    state: "verified",
    value: "96",
  });
  expect(
    (await handlers["extraction.history"](at, frame)).decisions.map(({ action }) => action),
  ).toEqual(["accept", "correct", "withdraw"]);
});

test("accepting a column takes verified cells only, and a missing value cannot be accepted", async () => {
  const { handlers, file, reviewId, cell } = await suggested();
  file.ledger.suggest([
    {
      kind: "extract",
      subject: "record:1/field:registration",
      value: { value: "NCT99999999" },
      status: "unsupported",
      evidence: [],
      checks: [],
      model: "m",
      modelVersion: "1",
      inputSha256: "",
      method: "m",
    },
  ]);
  expect(
    await handlers["extraction.acceptVerified"]({ reviewId, fieldId: "registration" }, frame),
  ).toMatchObject({ accepted: 0, skipped: 1 });
  expect((await cell("registration"))[0]?.state).toBe("unsupported");
  expect(
    await handlers["extraction.acceptVerified"]({ reviewId, fieldId: "groupSize" }, frame),
  ).toMatchObject({ accepted: 2, skipped: 0 });
  await expect(
    handlers["extraction.decide"](
      { reviewId, recordId: "1", fieldId: "funding", arm: null, action: "accept" },
      frame,
    ),
  ).rejects.toMatchObject({ code: "badInput" });
  expect(
    await handlers["extraction.decide"](
      { reviewId, recordId: "1", fieldId: "funding", arm: null, action: "notReported" },
      frame,
    ),
  ).toMatchObject({ state: "notReported", value: null });
});

test("what rules find is there before the packs answer, once, and nothing is called unreported early", async () => {
  const packs = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const { handlers, file, reviewId, upload } = await desk(async (_, text) => {
    asked.resolve();
    await packs.promise;
    const start = text.indexOf("drug X");
    return [{ start, end: start + 6, label: "Intervention", text: "drug X", score: 0.9 }];
  });
  const assetId = await upload(trial, "x.txt");
  await handlers["extraction.attach"](
    { reviewId, files: [{ assetId, name: "x.txt" }], confirm: false },
    frame,
  );
  const run = () =>
    handlers["extraction.suggest"]({ reviewId, recordIds: [], fieldIds: [] }, frame);
  const running = run();
  await asked.promise;
  const early = file.ledger.suggestions("extract");
  expect(early.length).toBeGreaterThan(0);
  expect(new Set(early.map(({ status }) => status))).toEqual(new Set(["verified"]));
  packs.resolve();
  await running;
  const all = file.ledger.suggestions("extract");
  const size = all.filter(({ subject }) => subject === "record:1/field:sampleSize");
  expect(size).toHaveLength(1);
  expect(all.some(({ status }) => status === "notReported")).toBe(true);
  // A second run adds one answer to each cell: what is on screen is not suggested early again.
  await run();
  const again = file.ledger
    .suggestions("extract")
    .filter(({ subject }) => subject === size[0]?.subject);
  expect(again).toHaveLength(2);
});

test("a language model reads the papers in the desk too: its values are its own, proved like any other's", async () => {
  const told = { model: "m", version: "1", seed: 1, tokens: 1, text: "" };
  const all = await desk(undefined, async (packId, prompt) => {
    expect(packId).toBe("writer");
    const fields = [
      { field: 1, value: "Norway", quote: "Fifty centres in Norway were asked.", passage: null },
    ];
    return { ok: true, ...told, prompt: `${prompt}@1`, value: { fields } };
  });
  const { handlers, file, reviewId } = all;
  const assetId = await all.upload(trial, "x.txt");
  await handlers["extraction.attach"](
    { reviewId, files: [{ assetId, name: "x.txt", recordId: "1" }], confirm: true },
    frame,
  );
  const country = { name: "Country", description: "", type: "text" as const, perArm: false };
  await handlers["extraction.setFields"]({ reviewId, fields: [{ ...country, id: "c" }] }, frame);
  const call = { reviewId, recordIds: [], fieldIds: [] };
  await handlers["extraction.suggest"]({ ...call, packId: "writer" }, frame);
  expect(
    file.ledger
      .suggestions("extract")
      .map(({ model, modelVersion, status }) => [model, modelVersion, status]),
  ).toEqual([["writer", "1.0.0", "verified"]]);
  await expect(
    handlers["extraction.suggest"]({ ...call, packId: "gone" }, frame),
  ).rejects.toMatchObject({ code: "notFound", data: { packId: "gone" } });
});
