/** Brings a review's library up to what the review holds: reads, cuts, encodes, stores. */
import type { Paper } from "../../api/schemas/extraction.ts";
import { toErrorShape } from "../../api/errors.ts";
import type { LibraryState, Passage } from "../../api/schemas/library.ts";
import type { ReviewFile } from "../review/store.ts";
import { passagesOfPaper, passagesOfRecord } from "./passages.ts";
import { countTerms } from "./ranking.ts";
import type { Entry, LibraryStore, Note } from "./store.ts";

export type Reading = {
  store: LibraryStore;
  /** A paper by its asset. @throws what reading it throws */
  readPaper: (assetId: string, signal: AbortSignal) => Promise<Paper>;
  /** Pages of it that were read from pictures, which change its words. */
  recognisedPages: (assetId: string) => number;
  /** Vectors of length 1, one for each text. */
  embed: (texts: string[], signal: AbortSignal) => Promise<Float32Array[]>;
};
type Frame = {
  signal: AbortSignal;
  emit: (event: { done: number; total: number; label: string }) => void;
};

/** Another way of cutting or encoding makes every library stale. */
const format = "1";
const batchSize = 512;

const searchedOf = ({ title, section, text }: Passage): string =>
  text.startsWith(title) ? text : `${title}. ${section}. ${text}`;

export function markOf(file: ReviewFile, { recognisedPages }: Reading): string {
  const papers = file
    .reports()
    .map(({ recordId, assetId }) => `${recordId}:${assetId}:${recognisedPages(assetId)}`);
  return [format, file.recordsVersion(), ...papers].join(" ");
}

export function stateOf(file: ReviewFile, note: Note | null, mark: string): LibraryState {
  return {
    records: file.liveCount(),
    papers: file.reports().length,
    passages: note?.passages ?? null,
    current: note?.mark === mark,
    unread: note?.unread ?? [],
  };
}

const running = new Map<string, Promise<unknown>>();

/** Builds where the review changed since; two who ask at once wait for one building. */
export async function bringUpToDate(
  file: ReviewFile,
  reading: Reading,
  frame: Frame,
): Promise<Note> {
  const id = file.id();
  await running.get(id)?.catch(() => undefined);
  const known = await reading.store.note(id);
  if (known?.mark === markOf(file, reading)) return known;
  const work = build(file, reading, frame);
  running.set(id, work);
  try {
    return await work;
  } finally {
    if (running.get(id) === work) running.delete(id);
  }
}

async function build(file: ReviewFile, reading: Reading, { signal, emit }: Frame): Promise<Note> {
  const note: Note = { mark: markOf(file, reading), passages: 0, unread: [], terms: [] };
  const passages = await allPassages(file, reading, note, { signal, emit });
  const counts = new Map<string, number>();
  async function* batches(): AsyncGenerator<Entry[]> {
    for (let from = 0; from < passages.length; from += batchSize) {
      signal.throwIfAborted();
      emit({ done: from, total: passages.length, label: "Putting passages into the library" });
      const part = passages.slice(from, from + batchSize);
      const searched = part.map(searchedOf);
      countTerms(searched, counts);
      const vectors = await reading.embed(searched, signal);
      yield part.map((passage, index) => ({
        passage,
        searched: searched[index] ?? "",
        vector: vectors[index] ?? new Float32Array(),
      }));
    }
  }
  await reading.store.build(file.id(), batches(), () =>
    Object.assign(note, { passages: passages.length, terms: [...counts] }),
  );
  emit({ done: passages.length, total: passages.length, label: "The library is up to date" });
  return note;
}

/** Of every record and every paper that can be read; the others go into the note with the reason. */
async function allPassages(
  file: ReviewFile,
  { readPaper }: Reading,
  note: Note,
  { signal, emit }: Frame,
): Promise<Passage[]> {
  const records = file.records();
  const reports = new Map(file.reports().map((report) => [report.recordId, report]));
  const passages: Passage[] = [];
  let read = 0;
  for (const record of records) {
    passages.push(...passagesOfRecord(record));
    const report = reports.get(record.id);
    if (!report) continue;
    signal.throwIfAborted();
    emit({ done: read++, total: reports.size, label: `Reading ${report.name}` });
    try {
      const paper = await readPaper(report.assetId, signal);
      passages.push(...passagesOfPaper(record, report.assetId, paper));
    } catch (thrown) {
      const { code, message } = toErrorShape(thrown);
      if (code === "cancelled") throw thrown;
      note.unread.push({ recordId: record.id, name: report.name, code, reason: message });
    }
  }
  return passages;
}
