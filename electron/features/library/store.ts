/**
 * Passages on the disk, one LanceDB folder a review, with a full-text index and vectors. The one importer
 * of @lancedb/lancedb. Everything here comes from review files and assets: any folder can be deleted.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { libraryStateSchema, type Passage } from "../../api/schemas/library.ts";

/** What a folder was built from (`mark`), and the counts that its questions are weighed with. */
const noteSchema = z.object({
  mark: z.string(),
  passages: z.int(),
  unread: libraryStateSchema.shape.unread,
  terms: z.array(z.tuple([z.string(), z.int()])),
});
export type Note = z.infer<typeof noteSchema>;
/** A passage with what is searched: its words with its title and section, and their vector of length 1. */
export type Entry = { passage: Passage; searched: string; vector: Float32Array };
/** Passages found, and the two orders of their indexes, best first. */
export type Found = { passages: Map<number, Passage>; orders: number[][] };

export type LibraryStore = ReturnType<typeof openLibrary>;

const table = "passages";
const noteFile = "built.json";

export function openLibrary(folder: string) {
  // Ids come from review files, which come from anywhere: they never become part of a path.
  const pathOf = (reviewId: string): string =>
    join(folder, createHash("sha256").update(reviewId).digest("hex").slice(0, 32));

  /** Null where nothing whole is there. */
  async function note(reviewId: string): Promise<Note | null> {
    const path = pathOf(reviewId);
    if (!existsSync(join(path, `${table}.lance`))) return null;
    const text = await readFile(join(path, noteFile), "utf8").catch(() => "null");
    try {
      return noteSchema.safeParse(JSON.parse(text)).data ?? null;
    } catch {
      return null;
    }
  }

  /** Builds beside and puts in place at the end: a kill or a cancel leaves the earlier one as it was. */
  async function build(
    reviewId: string,
    batches: AsyncIterable<Entry[]>,
    noteOf: () => Note,
  ): Promise<void> {
    const target = pathOf(reviewId);
    const building = `${target}.building`;
    await rm(building, { recursive: true, force: true });
    await mkdir(building, { recursive: true });
    try {
      await fill(building, batches);
      await writeFile(join(building, noteFile), JSON.stringify(noteOf()));
      await rm(target, { recursive: true, force: true });
      await rename(building, target);
    } finally {
      await rm(building, { recursive: true, force: true });
    }
  }

  async function search(
    reviewId: string,
    question: { text: string; vector: Float32Array },
    depth: number,
  ): Promise<Found> {
    const { connect } = await import("@lancedb/lancedb");
    const database = await connect(pathOf(reviewId));
    try {
      const opened = await database.openTable(table);
      const shown = ["number", "passage"];
      const byWords = await opened
        .query()
        .fullTextSearch(question.text, { columns: ["searched"] })
        .select([...shown, "_score"])
        .limit(depth)
        .toArray();
      const byMeaning = await opened
        .query()
        .nearestTo(question.vector)
        .distanceType("cosine")
        .select([...shown, "_distance"])
        .limit(depth)
        .toArray();
      const rows = [...byWords, ...byMeaning] as { number: number; passage: string }[];
      return {
        passages: new Map(
          rows.map(({ number, passage }) => [number, JSON.parse(passage) as Passage]),
        ),
        orders: [byWords, byMeaning].map((found) => found.map((row) => Number(row["number"]))),
      };
    } finally {
      database.close();
    }
  }

  return {
    note,
    build,
    search,
    discard: (reviewId: string) => rm(pathOf(reviewId), { recursive: true, force: true }),
  };
}

async function fill(path: string, batches: AsyncIterable<Entry[]>): Promise<void> {
  const { connect, Index } = await import("@lancedb/lancedb");
  const database = await connect(path);
  try {
    let made: Awaited<ReturnType<typeof database.createTable>> | undefined;
    let number = 0;
    for await (const entries of batches) {
      const rows = entries.map(({ passage, searched, vector }) => ({
        number: number++,
        passage: JSON.stringify(passage),
        searched,
        vector: [...vector],
      }));
      if (rows.length === 0) continue;
      if (made) await made.add(rows);
      else made = await database.createTable(table, rows);
    }
    await made?.createIndex("searched", {
      config: Index.fts({
        language: "English",
        stem: true,
        removeStopWords: true,
        asciiFolding: true,
      }),
    });
  } finally {
    database.close();
  }
}
