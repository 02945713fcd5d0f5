import { expect, test } from "vitest";
import { groupRecords } from "../review/groups.ts";
import { deskWith, still } from "./screening-desk.ts";

function deskOf(records: number) {
  const desk = deskWith(
    Array.from({ length: records }, (_, at) => [
      `Record ${at + 1}`,
      at % 7 === 0 ? "Yoga for back pain, randomly assigned." : "Sleep of nurses.",
    ]),
  );
  const { calls, reviewId } = desk;
  return {
    ...desk,
    progress: () => calls["screening.progress"]({ reviewId, stage: "screen" }, still),
    excludeRest: (expected: number) =>
      calls["screening.excludeRest"]({ reviewId, expected, reason: "Stopped" }, still),
  };
}

test("excluding the rest is one act: logged with the estimate, not counted as read, taken back by one undo", async () => {
  const desk = deskOf(60);
  for (let at = 1; at <= 30; at += 1)
    await desk.decide(String(at), at % 7 === 1 ? "include" : "exclude");
  const before = await desk.progress();
  expect(before).toMatchObject({ screened: 30, included: 5, open: 30, unread: 0 });
  expect(before.band.at(-1)).toMatchObject({ screened: 30, low: 5 });
  expect(await desk.excludeRest(30)).toEqual({ excluded: 30 });
  const after = await desk.progress();
  // Unread records are no evidence that there is nothing left: the estimate stays as it was.
  expect(after).toMatchObject({ screened: 30, open: 0, unread: 30, estimate: before.estimate });
  expect(desk.file.prisma()).toMatchObject({ excludedAtScreening: 55, excludedUnread: 30 });
  const event = desk.file.ledger.all("SELECT payload FROM audit WHERE action = 'excludeRest'")[0];
  expect(JSON.parse(String(event?.["payload"]))).toMatchObject({
    screened: 30,
    open: 30,
    reason: "Stopped",
    estimate: { low: 5 },
    methods: expect.arrayContaining([expect.objectContaining({ name: "callaghan" })]),
  });
  expect(desk.file.ledger.verify().ok).toBe(true);
  await desk.calls["screening.undo"]({ reviewId: desk.reviewId }, still);
  expect(await desk.progress()).toEqual(before);
});

test("the rest is excluded only as it was shown, and never over a decision within a group", async () => {
  const desk = deskOf(10);
  await desk.decide("1", "include");
  groupRecords(desk.file.ledger, "AB", ["1", "2"], "companion");
  await expect(desk.excludeRest(5)).rejects.toThrow(/9 records are open, not 5/);
  expect((await desk.progress()).unread).toBe(0);
  await desk.excludeRest(9);
  const standing = desk.file.ledger.currentDecisions("screen");
  expect(standing.find(({ subject }) => subject === "record:1")?.action).toBe("include");
  expect(standing.find(({ subject }) => subject === "record:2")?.action).toBe("exclude");
});

test("what was excluded unread teaches the ranking nothing", async () => {
  const desk = deskOf(30);
  await desk.decide("1", "include");
  await desk.decide("2", "exclude");
  const queue = () =>
    desk.calls["screening.queue"](
      { reviewId: desk.reviewId, limit: 30, stage: "screen", order: "certain" },
      still,
    );
  await desk.excludeRest(28);
  let now = await queue();
  while (now.pending) now = await queue();
  expect(now).toMatchObject({ learnedFrom: 2, remaining: 0 });
});
