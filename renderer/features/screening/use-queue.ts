/**
 * The walk through the queue: records in the order they were shown, so that going back shows what
 * was there, whatever the ranking did since. The record in view never changes under the reader.
 */
import { useEffect, useEffectEvent, useState } from "react";
import type { QueryOrder, QueuedRecord } from "../../../electron/api/schemas/screening.ts";
import type { Decision } from "../../../electron/api/schemas/ledger.ts";
import { useCall } from "../../use-call.ts";

export type Walk = {
  shown: QueuedRecord | null;
  decision: Decision | null;
  next: () => void;
  back: () => void;
  noteDecision: (recordId: string, decision: Decision | null) => void;
  goTo: (recordId: string) => void;
  /** Records in hand that were not shown yet. */
  fresh: number;
  queue: ReturnType<typeof useCall<"screening.queue">>;
};

export const queueLimit = 40;
const pendingMs = 700;

export function useQueue(reviewId: string, order: QueryOrder): Walk {
  const queue = useCall("screening.queue", { reviewId, limit: queueLimit, order });
  const pending = queue.value?.pending ?? false;
  const askAgain = useEffectEvent(queue.reload);
  const answer = queue.value;
  useEffect(() => {
    if (!pending) return;
    const timer = setTimeout(() => askAgain(), pendingMs);
    return () => clearTimeout(timer);
    // Each answer that is still pending starts the next wait.
  }, [pending, answer]);
  const [trail, setTrail] = useState<QueuedRecord[]>([]);
  const [index, setIndex] = useState(0);
  const [decisions, setDecisions] = useState<ReadonlyMap<string, Decision>>(new Map());
  const fresh =
    queue.value?.records.find(({ id }) => !trail.some((seen) => seen.id === id)) ?? null;
  if (index >= trail.length && fresh !== null) setTrail([...trail, fresh]);
  const inView = trail[index] ?? null;
  // Nothing is open: what was in view undecided was excluded with the rest, or decided by another.
  const gone = queue.value?.remaining === 0 && inView !== null && !decisions.has(inView.id);
  const shown = gone ? null : inView;
  return {
    shown,
    decision: shown ? (decisions.get(shown.id) ?? null) : null,
    // One past the end waits for the queue's next fresh record.
    next: () => setIndex((at) => Math.min(trail.length, at + 1)),
    back: () => setIndex((at) => Math.max(0, at - 1)),
    noteDecision: (recordId, decision) => {
      setDecisions((known) => {
        const changed = new Map(known);
        if (decision) changed.set(recordId, decision);
        else changed.delete(recordId);
        return changed;
      });
    },
    goTo: (recordId) => {
      const place = trail.findIndex(({ id }) => id === recordId);
      if (place >= 0) setIndex(place);
    },
    fresh:
      queue.value?.records.filter(({ id }) => !trail.some((seen) => seen.id === id)).length ?? 0,
    queue,
  };
}
