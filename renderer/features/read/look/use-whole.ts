/** A series once all of its slices are here; null until then. */
import { useEffect, useState } from "react";
import type { ShownSeries } from "./shown-series.ts";

export function useWhole(shown: ShownSeries | null): ShownSeries | null {
  const [whole, setWhole] = useState<ShownSeries | null>(null);
  useEffect(() => {
    if (shown === null) return;
    let stale = false;
    shown.arrival.whole.then(
      () => !stale && setWhole(shown),
      // The viewer says why.
      () => undefined,
    );
    return () => {
      stale = true;
    };
  }, [shown]);
  return whole === shown ? whole : null;
}
