/** Calls on the review file itself. What an import understands is injected, since search owns parsing. */
import { rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { AppError } from "../../api/errors.ts";
import type { HandlersFor } from "../../api/call.ts";
import type { reviewContract, ImportReport, ReviewRecord } from "../../api/schemas/review.ts";
import type { AssetStore } from "./assets.ts";
import { describe, type Reviews } from "./reviews.ts";
import type { FindDuplicates, NewRecord } from "./store.ts";

export type Importer = {
  parse: (
    content: AsyncIterable<Uint8Array>,
    about: { fileName: string },
  ) => Promise<{ format: string; records: NewRecord[]; rejected: ImportReport["rejected"] }>;
  findDuplicates: FindDuplicates;
};

type Dependencies = { reviews: Reviews; assets: AssetStore; importer: Importer };

export function createReviewHandlers({
  reviews,
  assets,
  importer,
}: Dependencies): HandlersFor<typeof reviewContract> {
  const reviewer = (): string => reviews.settings().reviewer;
  return {
    "review.list": async () => reviews.list(),
    "review.create": async ({ title, question }) =>
      describe(reviews.create(title, question), reviewer()),
    "review.get": async ({ reviewId }) => describe(reviews.get(reviewId), reviewer()),
    "review.adopt": async ({ assetId, name }) => {
      await assets.info(assetId);
      return describe(reviews.adopt(assets.path(assetId), name), reviewer());
    },
    "review.copy": async ({ reviewId }) => {
      const file = reviews.get(reviewId);
      const temporary = join(tmpdir(), `evidesk-copy-${randomUUID()}.evidesk`);
      try {
        file.copyTo(temporary);
        const name = `${file.protocol().title}.evidesk`;
        const info = await assets.put(createReadStream(temporary), {
          name,
          type: "application/vnd.sqlite3",
        });
        return { assetId: info.id, name, bytes: (await stat(temporary)).size };
      } finally {
        await rm(temporary, { force: true });
      }
    },
    "review.forget": async ({ reviewId }) => {
      reviews.forget(reviewId);
      return {};
    },
    "review.update": async ({ reviewId, ...change }) => {
      const file = reviews.get(reviewId);
      file.update(reviewer(), change);
      return describe(file, reviewer());
    },
    "review.import": async ({ reviewId, files }, { signal, emit }) => {
      const file = reviews.get(reviewId);
      const reports: ImportReport[] = [];
      for (const [index, { assetId, name }] of files.entries()) {
        emit({ done: index, total: files.length, label: `Reading ${name}` });
        signal.throwIfAborted();
        await assets.info(assetId);
        reports.push(
          await importOne(file, importer, { name, content: assets.stream(assetId) }, reviewer()),
        );
      }
      emit({ done: files.length, total: files.length, label: "All files read" });
      return reports;
    },
    "review.records": async ({ reviewId, offset, limit, view, ...filter }) => {
      const found = reviews
        .get(reviewId)
        .records(reviewer(), view)
        .filter((record) => wanted(record, { ...filter, text: filter.text.toLowerCase() }));
      return { total: found.length, records: found.slice(offset, offset + limit) };
    },
    "review.searches": async ({ reviewId }) => reviews.get(reviewId).searches(),
    "settings.get": async () => reviews.settings(),
    "settings.set": async (change) => reviews.setSettings(change),
  };
}

type Filter = {
  decision: string;
  text: string;
  reason?: string | undefined;
  tag?: string | undefined;
  fullText?: string | undefined;
  lacking?: "abstract" | "title" | undefined;
};

function wanted(record: ReviewRecord, filter: Filter): boolean {
  const { decision, reason, tag, fullText, lacking, text } = filter;
  if (decision !== "any" && (record.decision ?? "none") !== decision) return false;
  if (fullText !== undefined && (record.fullText ?? "none") !== fullText) return false;
  if (tag !== undefined && !record.tags.includes(tag)) return false;
  if (lacking !== undefined && record[lacking] !== "") return false;
  // A broad reason finds its narrower ones: `Wrong population` finds `Wrong population / Children`.
  const reasons = [record.reason, record.fullTextReason];
  if (
    reason !== undefined &&
    !reasons.some((one) => one === reason || one.startsWith(`${reason} / `))
  )
    return false;
  return (
    text === "" ||
    `${record.title} ${record.abstract} ${record.authors.join(" ")} ${record.note}`
      .toLowerCase()
      .includes(text)
  );
}

/** A file that cannot be read at all is a rejection of that file; the others go on. */
async function importOne(
  file: ReturnType<Reviews["get"]>,
  importer: Importer,
  source: { name: string; content: AsyncIterable<Uint8Array> },
  actor: string,
): Promise<ImportReport> {
  try {
    const parsed = await importer.parse(source.content, { fileName: source.name });
    return file.importRecords(
      actor,
      { name: source.name, ...parsed },
      parsed.records,
      importer.findDuplicates,
    );
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== "badFile") throw thrown;
    return {
      file: source.name,
      format: "unknown",
      imported: 0,
      duplicates: 0,
      rejected: [{ file: source.name, line: 1, reason: thrown.message }],
    };
  }
}
