import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openReview } from "../review/store.ts";
import { createScreeningHandlers } from "./handlers.ts";
import { recipes } from "./learner.ts";
import { deskWith, still } from "./screening-desk.ts";

const texts: [string, string][] = [
  ["Yoga for back pain, a randomised trial", "Adults were randomly assigned to yoga."],
  ["Beta blockers after infarction", "Mortality fell."],
  ["Yoga and sleep", "A survey."],
  ["Back pain treated with yoga", "Randomly assigned adults, yoga or care."],
  ["", ""],
  ["高血圧に対する運動療法", "ランダム化比較試験"],
];

/** The ranking comes behind the list: asks again until it is there. */
async function settled(desk: ReturnType<typeof deskWith>) {
  let queue = await desk.queue();
  while (queue.pending) queue = await desk.queue();
  return queue;
}

test("an acknowledged decision is in the file for a second opener", async () => {
  const desk = deskWith(texts);
  await desk.decide("1", "include");
  const copy = join(mkdtempSync(join(tmpdir(), "evidesk-screening-")), "copy.evidesk");
  desk.file.copyTo(copy);
  expect(
    openReview(copy).records(desk.file.ledger.currentDecisions("screen")[0]?.reviewer)[0]?.decision,
  ).toBe("include");
});

test("a decision of another window is not overwritten unseen, and can be superseded knowingly", async () => {
  const desk = deskWith(texts);
  const decide = (action: "include" | "exclude", standing: string | null) =>
    desk.calls["screening.decide"](
      { reviewId: desk.reviewId, recordId: "1", action, stage: "screen", standing },
      still,
    );
  const first = await decide("include", null);
  await expect(decide("exclude", null)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining('"include"'),
  });
  expect(desk.file.ledger.currentDecisions("screen")).toHaveLength(1);
  expect(await decide("exclude", first.id)).toMatchObject({ action: "exclude" });
});

test("the next start opens on the last ranking, and another reviewer never does", async () => {
  const many = Array.from({ length: 2_000 }, (_, at): [string, string] =>
    at === 390
      ? ["Back pain treated with yoga", "Randomly assigned adults, yoga or care."]
      : at === 0
        ? ["Yoga for back pain", "Adults were randomly assigned to yoga."]
        : [`Beta blockers after infarction, report ${at}`, "Mortality fell."],
  );
  const desk = deskWith(many);
  await desk.decide("1", "include");
  await desk.decide("2", "exclude");
  const before = await settled(desk);
  expect(before.records[0]?.id).toBe("391");
  await new Promise((resolve) => setTimeout(resolve, 20));
  const started = () => createScreeningHandlers({ reviews: desk.reviews, keepAfterMs: 0 });
  const ask = { reviewId: desk.reviewId, limit: 20, stage: "screen", order: "certain" } as const;
  // A large review's first record must not wait until all texts are read for the ranking.
  const read = vi.spyOn(desk.file, "texts");
  const first = await started()["screening.queue"](ask, still);
  expect(read).not.toHaveBeenCalled();
  expect(first.pending).toBe(true);
  expect(first).toMatchObject({ trained: true, learnedFrom: 2, model: before.model });
  expect(first.records.map(({ id, score }) => [id, score])).toEqual(
    before.records.map(({ id, score }) => [id, score]),
  );
  desk.reviews.setSettings({ reviewer: "Someone else" });
  const other = await started()["screening.queue"](ask, still);
  expect(other.records[0]).toMatchObject({ id: "1" });
});

test("file order, then learned order, then file order again when all is withdrawn", async () => {
  const desk = deskWith(texts);
  expect((await settled(desk)).records.map(({ id }) => id)).toEqual(["1", "2", "3", "4", "5", "6"]);
  await desk.decide("1", "include");
  expect(await settled(desk)).toMatchObject({ trained: false, model: "file order", remaining: 5 });
  await desk.decide("2", "exclude");
  const learned = await settled(desk);
  expect(learned).toMatchObject({ trained: true, learnedFrom: 2, remaining: 4 });
  expect(learned.records[0]?.id).toBe("4");
  await desk.calls["screening.undo"]({ reviewId: desk.reviewId }, still);
  await desk.calls["screening.undo"]({ reviewId: desk.reviewId }, still);
  expect(await settled(desk)).toMatchObject({ trained: false, learnedFrom: 0, remaining: 6 });
  expect(await desk.calls["screening.undo"]({ reviewId: desk.reviewId }, still)).toEqual({
    undone: null,
    title: "",
  });
});

test("criteria rank before decisions, with verdicts and highlights inside the text", async () => {
  const desk = deskWith(texts);
  desk.file.update("AB", {
    criteria: [
      {
        id: "I1",
        kind: "inclusion",
        element: "intervention",
        text: "yoga for back pain",
        weight: 1,
        muted: false,
      },
    ],
  });
  const { records, model } = await settled(desk);
  expect(model).toBe("criteria");
  expect(new Set(records.slice(0, 2).map(({ id }) => id))).toEqual(new Set(["1", "4"]));
  expect(records[0]?.verdicts[0]).toMatchObject({ criterionId: "I1", verdict: "yes" });
  for (const record of records)
    for (const { field, start, end } of record.highlights)
      expect(record[field].slice(start, end)).toMatch(/yoga|back|pain/i);
});

test("maybe leaves the queue but teaches nothing", async () => {
  const desk = deskWith(texts);
  await desk.decide("1", "include");
  await desk.decide("2", "maybe");
  expect(await settled(desk)).toMatchObject({ trained: false, remaining: 4 });
});

test("records imported later join the ranking", async () => {
  const desk = deskWith(texts);
  await desk.decide("1", "include");
  await desk.decide("2", "exclude");
  await settled(desk);
  const more = {
    title: "Yoga for back pain at work",
    abstract: "Adults.",
    authors: [],
    year: null,
    journal: "",
    doi: "",
    pmid: "",
    source: "b.ris",
    extra: null,
  };
  desk.file.importRecords(
    "AB",
    { name: "b.ris", format: "ris", rejected: [] },
    [more],
    (_known, all) => all.map(() => null),
  );
  const queue = await settled(desk);
  expect(queue).toMatchObject({ trained: true, remaining: 5 });
  expect(queue.records.map(({ id }) => id)).toContain("7");
});

test("a review without records and an unknown record are answered, not crashed on", async () => {
  const desk = deskWith([]);
  expect(await settled(desk)).toMatchObject({ records: [], remaining: 0, trained: false });
  await expect(desk.decide("99", "include")).rejects.toThrow(/no record 99/);
  expect(
    await desk.calls["screening.progress"]({ reviewId: desk.reviewId, stage: "screen" }, still),
  ).toMatchObject({
    records: 0,
    estimate: null,
  });
});

test("criteria written or muted after the first decisions re-rank the list at once", async () => {
  const desk = deskWith([
    ["Yoga for back pain, a randomised trial", "Adults were randomly assigned."],
    ["Sleep of nurses", "A survey."],
    ["Tai chi for neck pain, a randomised trial", "Adults were randomly assigned."],
    ["Pilates for neck pain, a randomised trial", "Adults were randomly assigned."],
    ...["Walking", "Swimming", "Cycling", "Rowing"].map((sport): [string, string] => [
      `${sport} for hip pain, a randomised trial`,
      "Adults were randomly assigned.",
    ]),
  ]);
  await desk.decide("1", "include");
  await desk.decide("2", "exclude");
  const criterion = (text: string, muted = false) => ({
    id: "I1",
    kind: "inclusion" as const,
    element: "intervention" as const,
    text,
    weight: 1,
    muted,
  });
  const orderWith = async (text: string, muted = false) => {
    desk.file.update("AB", { criteria: [criterion(text, muted)] });
    const { records, model } = await settled(desk);
    expect(model).toBe(recipes.desk.name);
    return records.map(({ id }) => id);
  };
  const walking = await orderWith("Walking for hip pain");
  const rowing = await orderWith("Rowing for hip pain");
  expect(walking.indexOf("5")).toBeLessThan(walking.indexOf("8"));
  expect(rowing.indexOf("8")).toBeLessThan(rowing.indexOf("5"));
  expect(await orderWith("Walking for hip pain", true)).toEqual(
    await orderWith("Rowing for hip pain", true),
  );
});

test("a decision that the others speak against is told until it is changed or made again", async () => {
  const desk = deskWith([
    ...Array.from({ length: 12 }, (_, at): [string, string] => [`Yoga for back pain ${at}`, ""]),
    ...Array.from({ length: 30 }, (_, at): [string, string] => [`Salt in soup, report ${at}`, ""]),
  ]);
  const { reviewId, calls } = desk;
  const told = async () => {
    for (;;) {
      const answer = await calls["screening.lookAgain"]({ reviewId }, still);
      if (answer.state !== "pending") return answer;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  expect(await told()).toMatchObject({ state: "tooFew", records: [] });
  for (let id = 1; id <= 42; id += 1)
    await desk.decide(String(id), id <= 12 && id !== 4 ? "include" : "exclude");
  const first = await told();
  expect(first.state).toBe("told");
  expect(first.records[0]).toMatchObject({ id: "4", decision: "exclude" });
  await desk.decide("4", "exclude");
  expect((await told()).records.map(({ id }) => id)).not.toContain("4");
  // Taking the second one back leaves nothing in force: nothing to doubt.
  await calls["screening.undo"]({ reviewId }, still);
  expect((await told()).records.map(({ id }) => id)).not.toContain("4");
});
