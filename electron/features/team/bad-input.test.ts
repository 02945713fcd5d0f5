import { expect, test } from "vitest";
import { openDesk } from "./team-desk.ts";

const long = `${"Randomised trial of yoga in adults with back pain. ".repeat(600)}End.`;
const rows: [string, string][] = [
  ["", "Adults were randomised; this record has no title."],
  ["Yoga for back pain, a randomised trial", ""],
  ["A very long abstract", long],
  ["高血圧に対する運動療法", "ランダム化比較試験を行った。"],
  ["تأثير اليوغا على آلام الظهر", "تجربة عشوائية على البالغين مع مجموعة ضابطة."],
  ["Йога при болях в спине", "Рандомизированное исследование."],
  ["שיעורי יוגה לכאבי גב", "ניסוי אקראי מבוקר."],
];
const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const csv = `title,abstract\n${rows.map((row) => row.map(cell).join(",")).join("\n")}\n`;
const criteria = [
  { id: "I1", kind: "inclusion", element: "intervention", text: "yoga", weight: 1, muted: false },
  { id: "E1", kind: "exclusion", element: "population", text: "children", weight: 1, muted: false },
] as const;

async function strangeDesk() {
  const desk = await openDesk(csv);
  const ana = desk.as("Ana");
  const { reviewId } = desk;
  await ana("review.update", { reviewId, criteria: [...criteria] });
  const settled = async () => {
    let queue = await ana("screening.queue", { reviewId });
    while (queue.pending) queue = await ana("screening.queue", { reviewId });
    return queue;
  };
  return { ...desk, ana, settled };
}

test("records without title or abstract, of 30,000 characters, and of any script queue, rank and decide", async () => {
  const { reviewId, ana, settled } = await strangeDesk();
  const queue = await settled();
  expect(long.length).toBeGreaterThan(30_000);
  expect(queue.records).toHaveLength(rows.length);
  for (const record of queue.records) {
    expect(rows).toContainEqual([record.title, record.abstract]);
    for (const { field, start, end } of record.highlights)
      expect(record[field].slice(start, end).trim()).not.toBe("");
    for (const { quote } of record.verdicts)
      expect(`${record.title} ${record.abstract}`.replaceAll(/\s+/g, " ")).toContain(
        quote.replaceAll(/\s+/g, " "),
      );
  }
  for (const [index, { id }] of queue.records.entries())
    await ana("screening.decide", {
      reviewId,
      recordId: id,
      action: index % 2 === 0 ? "include" : "exclude",
      note: "ملاحظة",
    });
  expect(await settled()).toMatchObject({ remaining: 0, records: [] });
  const found = await ana("review.records", { reviewId, text: "اليوغا" });
  expect(found.total).toBe(1);
});

test("decisions of one class keep the criteria's order; a second class lets a model learn", async () => {
  const { reviewId, ana, settled } = await strangeDesk();
  for (const recordId of ["1", "2", "3"])
    await ana("screening.decide", { reviewId, recordId, action: "exclude" });
  expect(await settled()).toMatchObject({ trained: false, learnedFrom: 0, remaining: 4 });
  expect(await ana("screening.progress", { reviewId })).toMatchObject({ included: 0, excluded: 3 });
  await ana("screening.decide", { reviewId, recordId: "5", action: "include" });
  expect(await settled()).toMatchObject({ trained: true, learnedFrom: 4, remaining: 3 });
});

test("with every decision withdrawn the review stands as at its start, its history kept", async () => {
  const { reviewId, ana, settled, app } = await strangeDesk();
  for (const [recordId, action] of [
    ["1", "include"],
    ["2", "exclude"],
    ["3", "maybe"],
  ] as const)
    await ana("screening.decide", { reviewId, recordId, action });
  await settled();
  for (let taken = 0; taken < 3; taken += 1) await ana("screening.undo", { reviewId });
  expect(await settled()).toMatchObject({ trained: false, learnedFrom: 0, remaining: rows.length });
  expect(await ana("screening.progress", { reviewId })).toMatchObject({
    screened: 0,
    curve: [],
    estimate: null,
  });
  expect(await ana("review.get", { reviewId })).toMatchObject({
    decided: 0,
    prisma: { screened: 0, unscreened: rows.length },
  });
  expect(app.reviews.get(reviewId).ledger.decisions("screen")).toHaveLength(6);
});

test("two reviewers who changed their minds and withdrew are neither a conflict nor an agreement", async () => {
  const { reviewId, ana, as } = await strangeDesk();
  const ben = as("Ben");
  await ana("team.set", { reviewId, reviewers: 2 });
  await ana("screening.decide", { reviewId, recordId: "1", action: "include" });
  await ben("screening.decide", { reviewId, recordId: "1", action: "exclude" });
  await ben("screening.undo", { reviewId });
  expect(await ana("team.get", { reviewId })).toMatchObject({
    conflicts: { screen: 0 },
    waiting: { records: 1, forMe: 0 },
  });
  expect((await ana("team.agreement", { reviewId })).pairs).toEqual([]);
});
