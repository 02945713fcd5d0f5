import { expect, test } from "vitest";
import { emptyDesk, openDesk } from "../team/team-desk.ts";

const csv = `title,abstract,authors,doi
"Yoga for chronic back pain in adults: a trial",NCT01234567. Adults.,"Lima, A",10.1000/a
"Yoga for chronic back pain in adults: a trial.",,"Lima, A",10.1000/b
Two-year follow-up of a movement programme,NCT01234567 was registered.,"Öz, B",10.1000/c
Beta blockers,Mortality.,"Doe, J",10.1000/d
`;

test("tags and notes survive export as RIS and as CSV, and come back in another review", async () => {
  const desk = await openDesk(csv);
  const { reviewId } = desk;
  const ana = desk.as("Ana");
  await ana("records.annotate", {
    reviewId,
    recordId: "1",
    tags: ["key trial", " key trial ", "näher"],
    note: "Ask for\nthe data; see fig. 2",
  });
  for (const [format, name] of [
    ["ris", "records.ris"],
    ["csv", "records.csv"],
  ] as const) {
    const { files } = await ana("export.create", { reviewId, format });
    const file = files.find((one) => one.name === name);
    const other = await emptyDesk();
    const ben = other.as("Ben");
    const { id } = await ben("review.create", { title: "Again" });
    await other.importText(id, await desk.textOf(file?.assetId ?? ""), name);
    const { records } = await other.as("Ana")("review.records", { reviewId: id });
    expect(records).toHaveLength(4);
    expect(records[0]).toMatchObject({
      tags: ["key trial", "näher"],
      note: "Ask for the data; see fig. 2",
    });
    expect(records[1]).toMatchObject({ tags: [], note: "" });
  }
});

test("the list filters by decision, reason with its narrower ones, tag, and what is lacking", async () => {
  const desk = await openDesk(csv);
  const { reviewId } = desk;
  const ana = desk.as("Ana");
  const exclude = (recordId: string, reason: string) =>
    ana("screening.decide", { reviewId, recordId, action: "exclude", reason });
  await exclude("1", "Wrong population / Children");
  await exclude("2", "Wrong population");
  await exclude("3", "Wrong outcome");
  await ana("records.annotate", { reviewId, recordId: "4", tags: ["later"], note: "" });
  const ids = async (filter: object) =>
    (await ana("review.records", { reviewId, ...filter })).records.map(({ id }) => id);
  expect(await ids({ reason: "Wrong population" })).toEqual(["1", "2"]);
  expect(await ids({ tag: "later" })).toEqual(["4"]);
  expect(await ids({ decision: "none" })).toEqual(["4"]);
  expect(await ids({ lacking: "abstract" })).toEqual(["2"]);
  expect(await ana("records.tags", { reviewId })).toEqual([{ tag: "later", records: 1 }]);
  // Changing a reason afterwards adds decisions; the old ones stay.
  expect(
    await ana("records.changeReason", { reviewId, from: "Wrong outcome", to: "Wrong design" }),
  ).toEqual({ changed: 1 });
  expect(await ids({ reason: "Wrong design" })).toEqual(["3"]);
  const { history } = await ana("screening.record", { reviewId, recordId: "3" });
  expect(history.map(({ reason }) => reason)).toEqual(["Wrong outcome", "Wrong design"]);
});

test("one decision counts for a whole group, undo takes all of it back, and it is one place in the queue", async () => {
  const desk = await openDesk(csv);
  const { reviewId } = desk;
  const ana = desk.as("Ana");
  const suggested = await ana("records.suggestGroups", { reviewId });
  expect(suggested.map(({ records, reason }) => [records.map(({ id }) => id), reason])).toEqual([
    [["1", "3"], "Same registration NCT01234567"],
    [["1", "2"], "Nearly the same title, same first author"],
  ]);
  await ana("records.group", { reviewId, recordIds: ["1", "2"], why: "near-duplicate" });
  await ana("records.group", { reviewId, recordIds: ["2", "3"], why: "companion" });
  const queue = await ana("screening.queue", { reviewId });
  expect(queue.records.map(({ id }) => id)).toEqual(["1", "4"]);
  await ana("screening.decide", { reviewId, recordId: "1", action: "include" });
  const included = async () =>
    (await ana("review.records", { reviewId, decision: "include" })).records.map(({ id }) => id);
  expect(await included()).toEqual(["1", "2", "3"]);
  await ana("screening.undo", { reviewId });
  expect(await included()).toEqual([]);
  await ana("records.ungroup", { reviewId, recordId: "3" });
  await ana("screening.decide", { reviewId, recordId: "1", action: "exclude" });
  expect((await ana("review.records", { reviewId, decision: "none" })).total).toBe(2);
});

test("contradictory near-duplicates are named, and one decision for their group settles them", async () => {
  const desk = await openDesk(csv);
  const { reviewId } = desk;
  const ana = desk.as("Ana");
  await ana("screening.decide", { reviewId, recordId: "1", action: "include" });
  await ana("screening.decide", { reviewId, recordId: "2", action: "exclude" });
  const pair = (await ana("records.suggestGroups", { reviewId })).find(({ reason }) =>
    reason.startsWith("Nearly"),
  );
  expect(pair?.contradictory).toBe(true);
  // Both labels on one text must not stop the ranking.
  let queue = await ana("screening.queue", { reviewId });
  while (queue.pending) queue = await ana("screening.queue", { reviewId });
  expect(queue).toMatchObject({ trained: true, remaining: 2 });
  await ana("records.group", { reviewId, recordIds: ["1", "2"] });
  await ana("screening.decide", { reviewId, recordId: "2", action: "include" });
  const { records } = await ana("review.records", { reviewId, decision: "include" });
  expect(records.map(({ id }) => id)).toEqual(["1", "2"]);
});

test("a missing abstract written by hand is in the audit and ranks at once; records join mid-review", async () => {
  const desk = await openDesk(csv);
  const { reviewId } = desk;
  const ana = desk.as("Ana");
  await ana("screening.decide", { reviewId, recordId: "1", action: "include" });
  const fixed = await ana("records.edit", { reviewId, recordId: "2", abstract: " Found it. " });
  expect(fixed).toMatchObject({ abstract: "Found it.", title: expect.stringContaining("Yoga") });
  const { events } = await ana("audit.list", { reviewId, text: "editRecord" });
  expect(events[0]?.payload).toMatchObject({
    recordId: "2",
    before: { abstract: "" },
    after: { abstract: "Found it." },
  });
  const added = await ana("records.add", { reviewId, title: "A trial from a colleague" });
  expect(added).toMatchObject({ duplicates: 0, record: { id: "5", source: "Added by hand" } });
  expect(
    await ana("records.add", { reviewId, title: "Beta blockers", doi: "10.1000/d" }),
  ).toMatchObject({ duplicates: 1, record: null });
  expect((await ana("screening.queue", { reviewId })).remaining).toBe(4);
  expect(await ana("audit.verify", { reviewId })).toMatchObject({ ok: true });
});

test("the full-text decision keeps its criterion and passage, and PRISMA counts by the broad reason", async () => {
  const desk = await openDesk(csv);
  const { reviewId } = desk;
  const ana = desk.as("Ana");
  const criterion = {
    id: "E1",
    kind: "exclusion",
    element: "population",
    text: "Children",
    weight: 1,
    muted: false,
  } as const;
  await ana("review.update", { reviewId, criteria: [criterion] });
  for (const recordId of ["1", "3", "4"])
    await ana("screening.decide", { reviewId, recordId, action: "include" });
  const assess = { reviewId, stage: "fullText" } as const;
  await ana("screening.decide", {
    ...assess,
    recordId: "1",
    action: "exclude",
    reason: "Wrong population / Children",
    criterionId: "E1",
    quote: "aged 6 to 12 years",
    page: 3,
  });
  await ana("screening.decide", { ...assess, recordId: "3", action: "include" });
  await expect(
    ana("screening.decide", { ...assess, recordId: "4", action: "exclude", criterionId: "E9" }),
  ).rejects.toThrow(/no criterion "E9"/);
  const { history } = await ana("screening.record", { reviewId, recordId: "1" });
  expect(history.at(-1)?.value).toEqual({
    criterionId: "E1",
    criterion: "Children",
    quote: "aged 6 to 12 years",
    page: 3,
  });
  const { files } = await ana("export.create", { reviewId, format: "csv" });
  const table = await desk.textOf(files.find((one) => one.name === "records.csv")?.assetId ?? "");
  expect(table).toContain('"Wrong population / Children","Children","aged 6 to 12 years","3"');
  expect((await ana("review.get", { reviewId })).prisma).toMatchObject({
    soughtForRetrieval: 3,
    notRetrieved: 1,
    assessed: 2,
    unassessed: 0,
    excludedAtFullText: [{ reason: "Wrong population", reports: 1 }],
    included: 1,
  });
  expect(await ana("screening.progress", { ...assess })).toMatchObject({
    records: 3,
    screened: 2,
    included: 1,
  });
  const { records } = await ana("review.records", { reviewId, fullText: "exclude" });
  expect(records).toMatchObject([{ id: "1", fullTextReason: "Wrong population / Children" }]);
});
