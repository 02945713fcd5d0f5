/**
 * Counts, curve and ranking follow a short while after the last decision: while the reader goes on
 * by keyboard, the backend has only decisions to write.
 */
import { useEffect, useRef } from "react";
import { invalidate } from "../../use-call.ts";

const restMs = 900;

function refreshAll(): void {
  invalidate("screening", "review.get", "review.list", "team.get");
}

export function useLateRefresh(): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(
    () => () => {
      // Leaving the page: the next one shows what was decided here.
      if (timer.current === null) return;
      clearTimeout(timer.current);
      refreshAll();
    },
    [],
  );
  return () => {
    if (timer.current) clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = null;
      refreshAll();
    }, restMs);
  };
}
