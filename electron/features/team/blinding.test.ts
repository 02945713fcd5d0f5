import { expect, test } from "vitest";
import { openDesk } from "./team-desk.ts";

const csv = `title,abstract,doi
Yoga for back pain: a trial,Adults were randomly assigned.,10.1000/a
Beta blockers after infarction,Mortality fell.,10.1000/b
Yoga and sleep,A survey.,10.1000/c
Yoga at work,Randomised.,10.1000/d
`;

async function blinded() {
  const desk = await openDesk(csv);
  const { reviewId } = desk;
  const [ana, ben, cleo] = [desk.as("Ana"), desk.as("Ben"), desk.as("Cleo")];
  await ana("team.set", { reviewId, reviewers: 2 });
  return { ...desk, ana, ben, cleo };
}

test("queue, progress, records and undo are each reviewer's own", async () => {
  const { reviewId, ana, ben } = await blinded();
  await ana("screening.decide", { reviewId, recordId: "1", action: "include" });
  await ben("screening.decide", { reviewId, recordId: "2", action: "exclude" });
  expect(await ana("screening.progress", { reviewId })).toMatchObject({ screened: 1, included: 1 });
  expect(await ben("screening.progress", { reviewId })).toMatchObject({ screened: 1, excluded: 1 });
  expect((await ben("screening.queue", { reviewId })).records.map(({ id }) => id)).toContain("1");
  expect((await ana("screening.undo", { reviewId })).undone?.subject).toBe("record:1");
  expect((await ana("screening.undo", { reviewId })).undone).toBeNull();
  expect(await ben("screening.progress", { reviewId })).toMatchObject({ screened: 1 });
});

test("no call of the contract gives a blinded reviewer the other's decision, reason or note", async () => {
  const { reviewId, ana, ben, textOf } = await blinded();
  await ana("screening.decide", {
    reviewId,
    recordId: "1",
    action: "maybe",
    reason: "SECRET-REASON",
    note: "SECRET-NOTE",
  });
  await ana("records.annotate", { reviewId, recordId: "1", tags: ["SECRET-TAG"], note: "SECRET" });
  const told: unknown[] = [
    await ben("review.get", { reviewId }),
    await ben("review.list", {}),
    await ben("review.records", { reviewId }),
    await ben("review.records", { reviewId, decision: "maybe" }),
    await ben("review.records", { reviewId, view: "outcome" }),
    await ben("records.tags", { reviewId }),
    await ben("screening.queue", { reviewId }),
    await ben("screening.record", { reviewId, recordId: "1" }),
    await ben("screening.progress", { reviewId }),
    await ben("team.get", { reviewId }),
    await ben("team.conflicts", { reviewId }),
    await ben("team.agreement", { reviewId }),
    await ben("audit.list", { reviewId }),
    await ben("audit.list", { reviewId, text: "SECRET" }),
    await ben("extraction.grid", { reviewId }),
  ];
  for (const format of ["json", "csv", "ris", "bundle", "prisma-csv"] as const)
    for (const { assetId, name } of (await ben("export.create", { reviewId, format })).files) {
      if (!name.endsWith(".xlsx")) told.push(await textOf(assetId));
    }
  expect(JSON.stringify(told)).not.toMatch(/SECRET|"maybe":1|"decision":"maybe"|"action":"maybe"/);
  await expect(ben("team.exportBundle", { reviewId, reviewer: "Ana" })).rejects.toThrow(/blinded/);
  // Blinding ends with the own decision.
  await ben("screening.decide", { reviewId, recordId: "1", action: "exclude" });
  expect(JSON.stringify(await ben("audit.list", { reviewId }))).toContain("SECRET-NOTE");
});

test("a ranking learned from one reviewer's decisions never orders the other's queue", async () => {
  const { reviewId, ana, ben } = await blinded();
  await ana("screening.decide", { reviewId, recordId: "1", action: "include" });
  await ana("screening.decide", { reviewId, recordId: "2", action: "exclude" });
  let queue = await ana("screening.queue", { reviewId });
  while (queue.pending) queue = await ana("screening.queue", { reviewId });
  expect(queue.trained).toBe(true);
  expect(await ben("screening.queue", { reviewId })).toMatchObject({
    trained: false,
    learnedFrom: 0,
    remaining: 4,
  });
});

test("two agree: settled; they differ: open until adjudicated; nothing is overwritten", async () => {
  const { reviewId, ana, ben, cleo, app } = await blinded();
  for (const [recordId, first, second] of [
    ["1", "include", "include"],
    ["2", "exclude", "include"],
    ["3", "exclude", "maybe"],
  ] as const) {
    await ana("screening.decide", { reviewId, recordId, action: first });
    await ben("screening.decide", { reviewId, recordId, action: second });
  }
  expect(await cleo("team.conflicts", { reviewId })).toMatchObject({ open: 2 });
  expect(await ana("review.get", { reviewId })).toMatchObject({
    decided: 1,
    decidedByMe: 3,
    included: 1,
    prisma: { screened: 1, soughtForRetrieval: 1, unscreened: 3 },
  });
  // Two have decided, so a third person is asked for the last record only.
  expect((await cleo("screening.queue", { reviewId })).records.map(({ id }) => id)).toEqual(["4"]);
  await expect(
    cleo("team.adjudicate", { reviewId, recordId: "1", action: "exclude" }),
  ).rejects.toThrow(/no conflict/);
  await cleo("team.adjudicate", {
    reviewId,
    recordId: "2",
    action: "exclude",
    reason: "Wrong design",
  });
  expect((await ana("review.get", { reviewId })).prisma).toMatchObject({
    screened: 2,
    excludedAtScreening: 1,
  });
  const [open, settled] = (await ana("team.conflicts", { reviewId })).conflicts;
  expect(open).toMatchObject({ state: "conflict", record: { id: "3" } });
  expect(settled).toMatchObject({ state: "adjudicated", adjudication: { reviewer: "Cleo" } });
  expect(settled?.decisions.map(({ reviewer, action }) => [reviewer, action])).toEqual([
    ["Ana", "exclude"],
    ["Ben", "include"],
  ]);
  await ana("team.reopen", { reviewId, recordId: "2" });
  expect((await ana("team.conflicts", { reviewId })).open).toBe(2);
  // A change of mind that makes both agree settles it as well; all that was decided is still there.
  await ben("screening.decide", { reviewId, recordId: "2", action: "exclude" });
  expect((await ana("team.conflicts", { reviewId })).open).toBe(1);
  const file = app.reviews.get(reviewId);
  expect(file.ledger.decisions("screen", "record:2")).toHaveLength(3);
  expect(file.ledger.decisions("adjudicateScreen")).toHaveLength(2);
  expect(file.ledger.verify().ok).toBe(true);
});

test("agreement counts only what both decided on, and pace leaves breaks out", async () => {
  const { reviewId, ana, ben } = await blinded();
  for (const [recordId, first, second] of [
    ["1", "include", "include"],
    ["2", "exclude", "exclude"],
    ["3", "exclude", "include"],
  ] as const) {
    await ana("screening.decide", { reviewId, recordId, action: first });
    await ben("screening.decide", { reviewId, recordId, action: second });
  }
  await ana("screening.decide", { reviewId, recordId: "4", action: "exclude" });
  const { pairs, pace } = await ana("team.agreement", { reviewId, maybe: "include" });
  // po = 2/3; pe = (1/3)(2/3) + (2/3)(1/3) = 4/9; kappa = (2/9)/(5/9).
  expect(pairs).toMatchObject([
    {
      a: "Ana",
      b: "Ben",
      n: 3,
      table: [
        [1, 0],
        [1, 1],
      ],
    },
  ]);
  expect(pairs[0]?.kappa).toBeCloseTo(0.4, 12);
  expect(pace.map(({ reviewer, decided }) => [reviewer, decided])).toEqual([
    ["Ana", 4],
    ["Ben", 3],
  ]);
});

test("suggestions are withheld until the own decision, or for good, and the setting is in the audit", async () => {
  const { reviewId, ana } = await blinded();
  const criteria = [
    { id: "I1", kind: "inclusion", element: "intervention", text: "yoga", weight: 1, muted: false },
  ] as const;
  await ana("review.update", { reviewId, criteria: [...criteria] });
  await ana("team.set", { reviewId, suggestions: "after" });
  let queue = await ana("screening.queue", { reviewId });
  while (queue.pending) queue = await ana("screening.queue", { reviewId });
  for (const record of queue.records)
    expect(record).toMatchObject({ score: null, highlights: [], verdicts: [] });
  const shown = async () => (await ana("screening.record", { reviewId, recordId: "1" })).verdicts;
  expect(await shown()).toEqual([]);
  expect(await ana("screening.verdicts", { reviewId, recordIds: ["1"] })).toMatchObject({
    rows: [],
  });
  await ana("screening.decide", { reviewId, recordId: "1", action: "include" });
  expect(await shown()).toMatchObject([{ criterionId: "I1", verdict: "yes" }]);
  await ana("team.set", { reviewId, suggestions: "never" });
  expect(await shown()).toEqual([]);
  expect(await ana("screening.queue", { reviewId })).toMatchObject({
    model: "file order",
    pending: false,
  });
  const { events } = await ana("audit.list", { reviewId, text: "setTeam" });
  expect(events[0]?.payload).toMatchObject({
    before: { suggestions: "after" },
    after: { suggestions: "never" },
  });
});
