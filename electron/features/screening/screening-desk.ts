/** For tests: a review of these titles and abstracts, and the screening calls on it. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openReviews } from "../review/reviews.ts";
import { createScreeningHandlers } from "./handlers.ts";

export const still = { signal: new AbortController().signal, emit: () => {} };

export function deskWith(titles: [string, string][]) {
  const folder = mkdtempSync(join(tmpdir(), "evidesk-screening-"));
  const reviews = openReviews(folder);
  const file = reviews.create("Yoga", "Does yoga help?");
  const incoming = titles.map(([title, abstract]) => ({
    title,
    abstract,
    authors: [],
    year: null,
    journal: "",
    doi: "",
    pmid: "",
    source: "a.ris",
    extra: null,
  }));
  file.importRecords(
    "AB",
    { name: "a.ris", format: "ris", rejected: [] },
    incoming,
    (_known, all) => all.map(() => null),
  );
  const calls = createScreeningHandlers({ reviews, keepAfterMs: 0 });
  const reviewId = file.id();
  return {
    file,
    reviews,
    calls,
    reviewId,
    queue: () =>
      calls["screening.queue"]({ reviewId, limit: 20, stage: "screen", order: "certain" }, still),
    decide: (recordId: string, action: "include" | "exclude" | "maybe") =>
      calls["screening.decide"]({ reviewId, recordId, action, stage: "screen" }, still),
  };
}
