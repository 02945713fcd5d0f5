/** What every searchable database offers the rest of the program. */
import type { ImportedRecord, Rejection } from "../record.ts";

export type Counted = { count: number; translation: string; warnings: string[] };

export type Fetched = Counted & { records: ImportedRecord[]; rejected: Rejection[] };

/**
 * Where a fetch stands. The caller keeps it: after a cut, the same object given again goes on with the
 * next batch instead of starting over.
 */
export type FetchState = { records: ImportedRecord[]; rejected: Rejection[]; cursor?: unknown };

export type FetchOptions = {
  signal: AbortSignal;
  state: FetchState;
  progress: (done: number, total: number) => void;
};

export type Database = {
  /** As the search log names it. */
  name: string;
  format: string;
  count: (query: string, signal: AbortSignal) => Promise<Counted>;
  fetchAll: (query: string, options: FetchOptions) => Promise<Fetched>;
};

export function newFetchState(): FetchState {
  return { records: [], rejected: [] };
}
