/**
 * The head of the last ranking, kept in the review file: a large review opens on it at once, while
 * the whole ranking is made again behind it. It is a cache: losing it costs a wait, nothing else.
 */
import type { ReviewFile } from "../review/store.ts";

export type KeptRanking = {
  /** What it was made for: these records, criteria and reviewer. It is void once one of them changes. */
  madeFor: string;
  by: "decisions" | "criteria";
  learnedFrom: number;
  /** Record ids with their scores, best first. */
  head: [id: string, score: number][];
};

const key = "rankingHead";

export function readKept(file: ReviewFile, madeFor: string): KeptRanking | null {
  const text = file.ledger.meta(key);
  if (text === undefined) return null;
  const kept = JSON.parse(text) as KeptRanking;
  return kept.madeFor === madeFor ? kept : null;
}

/** Keeps the latest ranking of each review some seconds after the last change, off the reader's path. */
export function createKeeper(waitMs: number) {
  const timers = new Map<string, NodeJS.Timeout>();
  return (file: ReviewFile, ranking: KeptRanking): void => {
    const id = file.id();
    clearTimeout(timers.get(id));
    const timer = setTimeout(() => {
      timers.delete(id);
      if (file.ledger.database.isOpen) file.ledger.setMeta(key, JSON.stringify(ranking));
    }, waitMs);
    // The program need not stay for it.
    timer.unref();
    timers.set(id, timer);
  };
}
