import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ReviewRecord } from "../../api/schemas/review.ts";
import { editRecord } from "./edit-record.ts";
import { openReview, type FindDuplicates, type NewRecord } from "./store.ts";

const path = (): string => join(mkdtempSync(join(tmpdir(), "evidesk-review-")), "a.evidesk");
const create = { title: "A review", question: "Does it help?" };
const record = (title: string, doi = ""): NewRecord => ({
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
const byDoi: FindDuplicates = (known, incoming) => {
  const seen = new Map(known.map(({ doi, id }) => [doi, id]));
  return incoming.map(({ doi, id }) => {
    const ofId = doi === "" ? undefined : seen.get(doi);
    if (ofId !== undefined) return { ofId, reason: "same DOI" };
    seen.set(doi, id);
    return null;
  });
};
const source = { name: "a.ris", format: "ris", rejected: [] };

test("duplicates within a batch and against earlier batches are kept, counted and not listed", () => {
  const file = openReview(path(), { create });
  expect(
    file.importRecords(
      "AB",
      source,
      [record("One", "10.1/a"), record("One again", "10.1/a")],
      byDoi,
    ),
  ).toMatchObject({ imported: 1, duplicates: 1 });
  expect(
    file.importRecords("AB", source, [record("One", "10.1/a"), record("Two", "10.1/b")], byDoi),
  ).toMatchObject({ imported: 1, duplicates: 1 });
  expect(file.records().map(({ title }) => title)).toEqual(["One", "Two"]);
  expect(file.prisma()).toMatchObject({
    identified: [{ source: "a.ris", records: 4 }],
    duplicatesRemoved: 2,
    unscreened: 2,
  });
});

test("an import that fails half-way leaves no record behind", () => {
  const file = openReview(path(), { create });
  const broken = { ...record("Two"), title: undefined as unknown as string };
  expect(() => file.importRecords("AB", source, [record("One"), broken], byDoi)).toThrow();
  expect(file.records()).toEqual([]);
  expect(file.prisma().identified).toEqual([]);
});

test("a file of an earlier build opens without losing its searches, and the search plan travels with a copy", () => {
  const old = path();
  const made = openReview(old, { create });
  made.ledger.database.exec("ALTER TABLE searches DROP COLUMN translation");
  made.ledger.database.exec(
    "INSERT INTO searches VALUES ('r1', 'PubMed', 'fish', '2026-01-01', 3, 2)",
  );
  made.close();
  const file = openReview(old);
  expect(file.searches()).toMatchObject([{ query: "fish", count: 3, translation: "" }]);
  const plan = {
    blocks: [{ concept: "population", terms: [{ text: "asthma", source: "user" }], used: true }],
    filter: "rct",
    edited: { pubmed: "asthma[tiab]" },
  } as const satisfies Parameters<typeof file.saveSearchPlan>[0];
  file.saveSearchPlan(plan);
  const copy = path();
  file.copyTo(copy);
  file.close();
  const again = openReview(copy);
  expect(again.searchPlan()).toEqual(plan);
  again.close();
});

test("everything comes back after closing, and a copy is a whole review", () => {
  const at = path();
  const file = openReview(at, { create });
  file.importRecords("AB", source, [record("One")], byDoi);
  file.ledger.decide([{ kind: "screen", subject: "record:1", action: "include", reviewer: "AB" }]);
  file.update("AB", { question: "Changed?" });
  const copy = path();
  file.copyTo(copy);
  file.close();
  for (const again of [openReview(at), openReview(copy)]) {
    expect(again.protocol()).toMatchObject({ title: "A review", question: "Changed?" });
    expect(again.records("AB")[0]).toMatchObject({ title: "One", decision: "include" });
    expect(again.ledger.verify().ok).toBe(true);
  }
});

test("PRISMA counts follow the decisions through both stages", () => {
  const file = openReview(path(), { create });
  file.importRecords(
    "AB",
    source,
    ["a", "b", "c", "d"].map((title) => record(title)),
    byDoi,
  );
  const decide = (
    kind: "screen" | "fullText",
    subject: string,
    action: "include" | "exclude" | "maybe",
    reason?: string,
  ) =>
    file.ledger.decide([{ kind, subject, action, reviewer: "AB", ...(reason ? { reason } : {}) }]);
  decide("screen", "record:1", "include");
  decide("screen", "record:2", "include");
  decide("screen", "record:3", "exclude");
  file.attachReport("AB", "1", { assetId: "0".repeat(64), name: "1.pdf", matchedBy: "DOI" });
  decide("fullText", "record:1", "exclude", "Wrong outcome");
  expect(file.prisma()).toMatchObject({
    screened: 3,
    excludedAtScreening: 1,
    unscreened: 1,
    soughtForRetrieval: 2,
    notRetrieved: 1,
    assessed: 1,
    excludedAtFullText: [{ reason: "Wrong outcome", reports: 1 }],
    included: 0,
  });
});

test("a review of a newer format and a foreign database are refused by name", async () => {
  const { DatabaseSync } = await import("node:sqlite");
  for (const [sql, problem] of [
    ["PRAGMA user_version = 99", /newer/],
    ["CREATE TABLE other(x)", /not an Evidesk review/],
  ] as const) {
    const at = path();
    const raw = new DatabaseSync(at);
    raw.exec(sql);
    raw.close();
    expect(() => openReview(at)).toThrow(problem);
  }
});

test("the summary that Home shows counts what the records say", async () => {
  const { summarise } = await import("./reviews.ts");
  const file = openReview(path(), { create });
  file.importRecords(
    "AB",
    source,
    ["a", "b", "c"].map((title) => record(title)),
    byDoi,
  );
  for (const [subject, action] of [
    ["record:1", "include"],
    ["record:2", "exclude"],
    ["record:2", "withdraw"],
    ["record:3", "maybe"],
  ] as const) {
    file.ledger.decide([{ kind: "screen", subject, action, reviewer: "AB" }]);
  }
  file.attachReport("AB", "1", { assetId: "0".repeat(64), name: "1.pdf", matchedBy: "DOI" });
  expect(summarise(file, "AB")).toMatchObject({
    records: 3,
    decided: 2,
    decidedByMe: 2,
    included: 1,
    reports: 1,
    title: "A review",
  });
});

test("the records' version changes with records and their texts, not with decisions", () => {
  const file = openReview(path(), { create });
  const bring = (title: string) => file.importRecords("AB", source, [record(title)], byDoi);
  const versions = [file.recordsVersion()];
  bring("One");
  versions.push(file.recordsVersion());
  bring("Two");
  versions.push(file.recordsVersion());
  // As long as before: the ranking must learn of it all the same.
  editRecord(file.ledger, "AB", file.record("1") as ReviewRecord, { title: "Eno" });
  versions.push(file.recordsVersion());
  expect(new Set(versions).size).toBe(4);
  file.ledger.decide([{ kind: "screen", subject: "record:1", action: "include", reviewer: "AB" }]);
  expect(file.recordsVersion()).toBe(versions.at(-1));
  file.close();
});
