import { copyFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { canonicalJson, sha256 } from "../audit/chain.ts";
import { makeBundle } from "../review/bundle.ts";
import { openReviews } from "../review/reviews.ts";
import { emptyDesk, openDesk } from "./team-desk.ts";

const csv = `title,abstract,doi
Yoga for back pain: a trial,Adults.,10.1000/a
Beta blockers after infarction,Mortality fell.,10.1000/b
مراجعة منهجية لليوغا,دراسة,
`;

/** Ana's desk, and Ben's with a copy of the same review file. */
async function twoMachines() {
  const here = await openDesk(csv);
  const { reviewId } = here;
  const copy = join(mkdtempSync(join(tmpdir(), "evidesk-copy-")), "copy.evidesk");
  here.app.reviews.get(reviewId).copyTo(copy);
  const there = await emptyDesk();
  there.app.reviews.adopt(copy, "copy.evidesk");
  const take = async (desk: typeof there, who: string) => {
    const { assetId, name } = await desk.as(who)("team.exportBundle", { reviewId });
    return { text: await desk.textOf(assetId), name };
  };
  const merge = async (desk: typeof there, who: string, text: string, name = "b.bundle.json") =>
    desk.as(who)("team.importBundle", { reviewId, assetId: await desk.putText(text, name), name });
  return { here, there, reviewId, take, merge };
}

test("decisions, reasons, notes and tags of two machines meet; the second import adds nothing", async () => {
  const { here, there, reviewId, take, merge } = await twoMachines();
  await here.as("Ana")("team.set", { reviewId, reviewers: 2 });
  await here.as("Ana")("screening.decide", { reviewId, recordId: "1", action: "include" });
  const ben = there.as("Ben");
  await ben("team.set", { reviewId, reviewers: 2 });
  await ben("screening.decide", { reviewId, recordId: "1", action: "exclude", reason: "Too few" });
  await ben("screening.decide", { reviewId, recordId: "3", action: "maybe" });
  await ben("records.annotate", { reviewId, recordId: "3", tags: ["arabic"], note: "نص" });
  const { text, name } = await take(there, "Ben");
  expect(name).toBe("decisions-Ben.bundle.json");
  expect(await merge(here, "Ana", text)).toMatchObject({
    reviewer: "Ben",
    added: 3,
    known: 0,
    conflicts: 1,
    unmatched: [],
  });
  expect(await merge(here, "Ana", text)).toMatchObject({ added: 0, known: 3 });
  const review = await here.as("Ana")("review.get", { reviewId });
  expect(review.exclusionReasons).toContain("Too few");
  const ana = await here.as("Ana")("review.records", { reviewId });
  // Record 3 waits for Ana: Ben's tag stays covered.
  expect(ana.records[2]).toMatchObject({ decision: null, tags: [], note: "" });
  const asBen = await here.as("Ben")("review.records", { reviewId });
  expect(asBen.records[2]).toMatchObject({ decision: "maybe", tags: ["arabic"], note: "نص" });
  expect(await here.as("Ana")("audit.verify", { reviewId })).toMatchObject({ ok: true });
});

test("an older decision that arrives later never supersedes a newer one", async () => {
  const { here, there, reviewId, take, merge } = await twoMachines();
  await there.as("Ana")("screening.decide", { reviewId, recordId: "1", action: "include" });
  await new Promise((resolve) => setTimeout(resolve, 5));
  await here.as("Ana")("screening.decide", { reviewId, recordId: "1", action: "exclude" });
  const { text } = await take(there, "Ana");
  expect(await merge(here, "Ana", text)).toMatchObject({ added: 1, superseded: 1 });
  const { records } = await here.as("Ana")("review.records", { reviewId });
  expect(records[0]?.decision).toBe("exclude");
  expect(here.app.reviews.get(reviewId).ledger.decisions("screen")).toHaveLength(2);
});

test("a changed, foreign, forged or broken bundle is refused by name and nothing is written", async () => {
  const { here, there, reviewId, take, merge } = await twoMachines();
  await there.as("Ben")("screening.decide", { reviewId, recordId: "1", action: "include" });
  const { text } = await take(there, "Ben");
  const events = async () => (await here.as("Ana")("audit.list", { reviewId })).total;
  const before = await events();
  const refused = async (content: string, code: string, message: RegExp) => {
    const attempt = merge(here, "Ana", content, "ben.bundle.json");
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  };
  await refused(
    text.replace('"action": "include"', '"action": "exclude"'),
    "tampered",
    /changed after/,
  );
  await refused("{", "badFile", /not JSON/);
  await refused(JSON.stringify({ format: "other" }), "badFile", /not a bundle/);
  type Made = ReturnType<typeof makeBundle>;
  const rehashed = (change: (bundle: Made) => void): string => {
    const bundle = JSON.parse(text) as Made;
    change(bundle);
    const { sha256: _old, ...content } = bundle;
    return JSON.stringify({ ...content, sha256: sha256(canonicalJson(content)) });
  };
  await refused(
    rehashed((bundle) => (bundle.review.id = "another")),
    "conflict",
    /another review/,
  );
  await refused(
    rehashed(
      (bundle) => (bundle.decisions = bundle.decisions.map((one) => ({ ...one, reviewer: "Ana" }))),
    ),
    "tampered",
    /holds a decision of Ana/,
  );
  await refused(
    rehashed(
      (bundle) =>
        (bundle.decisions = bundle.decisions.map((one) => ({
          ...one,
          at: "2999-01-01T00:00:00.000Z",
        }))),
    ),
    "badInput",
    /future/,
  );
  await refused(
    rehashed((bundle) => (bundle.records = [])),
    "badFile",
    /does not list/,
  );
  expect(await events()).toBe(before);
  expect(here.app.reviews.get(reviewId).ledger.decisions("screen")).toEqual([]);
});

test("records are matched by what they are, not by their number; unknown ones are named", async () => {
  const { here, there, reviewId, take, merge } = await twoMachines();
  // Each machine found other records meanwhile: number 4 is not the same record.
  await here.importText(
    reviewId,
    "title,abstract,doi\nOnly here,x,10.1000/h\nOn both,x,10.1000/both\n",
    "h.csv",
  );
  await there.importText(
    reviewId,
    "title,abstract,doi\nOn both,x,10.1000/both\nOnly there,x,10.1000/t\n",
    "t.csv",
  );
  for (const recordId of ["4", "5"])
    await there.as("Ben")("screening.decide", { reviewId, recordId, action: "include" });
  const { text } = await take(there, "Ben");
  expect(await merge(here, "Ana", text)).toMatchObject({
    added: 1,
    unmatched: [{ title: "Only there", doi: "10.1000/t" }],
  });
  const { records } = await here.as("Ben")("review.records", { reviewId, decision: "include" });
  expect(records.map(({ title }) => title)).toEqual(["On both"]);
});

test("a bundle made from a file opened elsewhere has the same content hash", async () => {
  const { here, reviewId } = await twoMachines();
  await here.as("Ana")("screening.decide", { reviewId, recordId: "2", action: "exclude" });
  const folder = mkdtempSync(join(tmpdir(), "evidesk-again-"));
  const copy = join(folder, "again.evidesk");
  here.app.reviews.get(reviewId).copyTo(copy);
  copyFileSync(copy, join(folder, "second.evidesk"));
  const again = openReviews(folder).openPath(join(folder, "second.evidesk"));
  const strip = ({ madeAt: _at, sha256: _hash, ...rest }: ReturnType<typeof makeBundle>) => rest;
  expect(canonicalJson(strip(makeBundle(again, "Ana")))).toBe(
    canonicalJson(strip(makeBundle(here.app.reviews.get(reviewId), "Ana"))),
  );
});
