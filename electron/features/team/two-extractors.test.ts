/** Two people take values from the same papers: blinded, compared, settled, exported. */
import { expect, test } from "vitest";
import { openDesk } from "./team-desk.ts";

const csv = "title,abstract,doi,authors,year\nYoga trial,Text,10.1/a,Smith J,2020\n";
const fieldId = "sampleSize";

async function twoExtractors() {
  const desk = await openDesk(csv);
  const { reviewId } = desk;
  const [ana, ben, cleo] = [desk.as("Ana"), desk.as("Ben"), desk.as("Cleo")];
  const recordId = (await ana("review.records", { reviewId })).records[0]?.id ?? "";
  await ana("extraction.setFields", {
    reviewId,
    fields: [{ id: fieldId, name: "Sample size", description: "", type: "number", perArm: false }],
  });
  await ana("team.set", { reviewId, extractors: 2 });
  await ana("screening.decide", { reviewId, recordId, action: "include" });
  await ana(
    "screening.decideFullText" as never,
    { reviewId, recordId, action: "include" } as never,
  ).catch(() => {});
  const enter = (person: typeof ana, value: string) =>
    person("extraction.decide", {
      reviewId,
      recordId,
      fieldId,
      action: "correct",
      value: { value },
    });
  const cellFor = async (person: typeof ana) =>
    (await person("extraction.grid", { reviewId })).studies[0]?.cells[0];
  return { desk, reviewId, recordId, ana, ben, cleo, enter, cellFor };
}

test("the second extractor sees neither the first one's value nor its history before the own decision", async () => {
  const { reviewId, recordId, ana, ben, enter, cellFor } = await twoExtractors();
  await enter(ana, "60");
  const cell = await cellFor(ben);
  expect(cell).toMatchObject({ state: "empty", value: null, decision: null });
  expect(cell?.dual).toEqual({
    state: "waiting",
    decidedByOthers: 1,
    decisions: [],
    consensus: null,
  });
  const history = await ben("extraction.history", { reviewId, recordId, fieldId });
  expect(history.decisions).toEqual([]);
  const everything = JSON.stringify([
    await ben("extraction.grid", { reviewId }),
    await ben("audit.list" as never, { reviewId } as never).catch(() => []),
  ]);
  expect(everything).not.toContain('"60"');
});

test("the same answer written otherwise is no conflict; another unit or number is", async () => {
  const { ana, ben, enter, cellFor } = await twoExtractors();
  await enter(ana, "60");
  await enter(ben, "60.0");
  expect((await cellFor(ana))?.dual?.state).toBe("decided");
  await enter(ben, "61");
  expect(await cellFor(ana)).toMatchObject({ state: "conflict", dual: { state: "conflict" } });
});

test("a consensus settles the cell, keeps both decisions, and is opened by a later change or by hand", async () => {
  const { reviewId, recordId, ana, ben, cleo, enter, cellFor } = await twoExtractors();
  await enter(ana, "60");
  const settle = (input: object) =>
    cleo("extraction.settle", { reviewId, recordId, fieldId, ...input } as never);
  await expect(settle({ action: "notReported" })).rejects.toMatchObject({ code: "conflict" });
  await enter(ben, "61");
  const decisions = (await cellFor(cleo))?.dual?.decisions ?? [];
  expect(decisions.map(({ reviewer }) => reviewer)).toEqual(["Ana", "Ben"]);
  await expect(settle({ action: "take", decisionId: "unknown" })).rejects.toMatchObject({
    code: "badInput",
  });
  await settle({ action: "take", decisionId: decisions[1]?.id });
  expect(await cellFor(ana)).toMatchObject({ value: "61", dual: { state: "adjudicated" } });
  expect((await cellFor(ana))?.dual?.decisions).toHaveLength(2);
  await settle({ action: "withdraw" });
  expect(await cellFor(ana)).toMatchObject({ state: "conflict" });
  await settle({ action: "correct", value: { value: "62" } });
  expect(await cellFor(ben)).toMatchObject({ value: "62" });
  await enter(ana, "63");
  expect(await cellFor(ben), "a later change reopens it").toMatchObject({ state: "conflict" });
});

test("agreement counts cells that both decided on, and only settled cells are in the tables", async () => {
  const { desk, reviewId, ana, ben, enter } = await twoExtractors();
  await enter(ana, "60");
  expect(await ana("extraction.agreement", { reviewId })).toMatchObject({ n: 0, same: 0 });
  await enter(ben, "61");
  expect(await ana("extraction.agreement", { reviewId })).toMatchObject({
    n: 1,
    same: 0,
    fields: [{ fieldId, n: 1, same: 0 }],
  });
  const csvOf = async (name: string): Promise<string> => {
    const { files } = await ana("export.create", { reviewId, format: "csv" });
    const file = files.find((one) => one.name === name);
    return file ? desk.textOf(file.assetId) : "";
  };
  expect(await csvOf("provenance.csv")).not.toMatch(/60|61/);
  expect(await csvOf("cells-not-settled.csv")).toContain("two extractors differ");
  await enter(ben, "60");
  expect(await csvOf("provenance.csv")).toContain("Ana and Ben");
  expect(await csvOf("cells-not-settled.csv")).toBe("");
});

test("a bundle carries extracted values to another desk", async () => {
  const { desk, reviewId, ana, enter } = await twoExtractors();
  await enter(ana, "60");
  const { assetId } = await ana("team.exportBundle", { reviewId });
  const bundle = JSON.parse(await desk.textOf(assetId)) as { decisions: { kind: string }[] };
  expect(bundle.decisions.map(({ kind }) => kind)).toContain("extract");
});
