/** Plays sessions against a way of keeping models in memory: hits, seconds of waiting, bytes moved. */
import { createPredictor } from "./prediction.ts";
import type { Step } from "./trace.ts";
import { createResidency, type Weight } from "./residency.ts";

export type Played = { calls: number; hits: number; stallMs: number; bytesMoved: number };
/** A way of keeping models; `think` is told the free milliseconds before a call and gives what it loads. */
export type Keeper = {
  /** True for a hit; else the model is loaded, whatever that puts out. */
  use: (id: string, afterMs: number) => boolean;
  think: (msFree: number) => { id: string } | null;
  sessionEnded: () => void;
};

/**
 * A load that the request finds under way is waited for to its end, since a native load cannot be
 * stopped; before each session's call there are `thinkMs` of waiting for the reader.
 */
export function play(
  sessions: readonly string[][],
  weightOf: (id: string) => Weight,
  keeper: Keeper,
  thinkMs: (session: number, call: number) => number = () => 4000,
): Played {
  const played: Played = { calls: 0, hits: 0, stallMs: 0, bytesMoved: 0 };
  for (const [number, session] of sessions.entries()) {
    for (const [call, id] of session.entries()) {
      const afterMs = thinkMs(number, call);
      let free = afterMs;
      while (free > 0) {
        const load = keeper.think(free);
        if (load === null) break;
        free -= weightOf(load.id).loadMs;
        played.bytesMoved += weightOf(load.id).liveBytes;
      }
      played.stallMs += Math.max(0, -free);
      played.calls += 1;
      if (keeper.use(id, afterMs)) played.hits += 1;
      else {
        played.stallMs += weightOf(id).loadMs;
        played.bytesMoved += weightOf(id).liveBytes;
      }
    }
    keeper.sessionEnded();
  }
  return played;
}

/** The product's own policy, having learned from `history` first. */
export function ourKeeper(
  weightOf: (id: string) => Weight,
  budget: number,
  history: readonly (readonly Step[])[] = [],
  { prefetches = true } = {},
): Keeper {
  const predictor = createPredictor();
  const residency = createResidency(weightOf, budget, predictor);
  for (const session of history) {
    for (const { expert, afterMs } of session) predictor.called(expert, afterMs);
    predictor.sessionEnded();
  }
  const load = (id: string, evict: readonly string[]): void => {
    for (const out of evict) residency.released(out);
    residency.opened(id);
  };
  return {
    use: (id, afterMs) => {
      const admission = residency.admit(id);
      if (admission.kind === "load") load(id, admission.evict);
      predictor.called(id, afterMs);
      residency.used(id);
      return admission.kind === "resident";
    },
    think: (msFree) => {
      const ahead = prefetches ? residency.prefetch(msFree) : null;
      if (ahead) load(ahead.id, ahead.evict);
      return ahead;
    },
    sessionEnded: predictor.sessionEnded,
  };
}

/** Puts out whichever `rank` puts lowest: by last use (LRU) or by uses so far (LFU). */
function ranked(
  weightOf: (id: string) => Weight,
  budget: number,
  rank: (about: { usedAt: number; uses: number }) => number,
): Keeper & { resident: Map<string, unknown>; load: (id: string) => void } {
  const resident = new Map<string, true>();
  const about = new Map<string, { usedAt: number; uses: number }>();
  let clock = 0;
  const aboutOf = (id: string) => about.get(id) ?? { usedAt: 0, uses: 0 };
  const load = (id: string): void => {
    const held = (): number =>
      [...resident.keys()].reduce((total, one) => total + weightOf(one).liveBytes, 0);
    while (resident.size > 0 && held() + weightOf(id).liveBytes > budget) {
      const [first] = [...resident.keys()].toSorted((a, b) => rank(aboutOf(a)) - rank(aboutOf(b)));
      resident.delete(first as string);
    }
    if (weightOf(id).liveBytes <= budget) resident.set(id, true);
  };
  return {
    resident,
    load,
    use: (id) => {
      clock += 1;
      const hit = resident.has(id);
      if (!hit) load(id);
      about.set(id, { usedAt: clock, uses: aboutOf(id).uses + 1 });
      return hit;
    },
    think: () => null,
    sessionEnded: () => {},
  };
}

export const leastRecent = (weightOf: (id: string) => Weight, budget: number): Keeper =>
  ranked(weightOf, budget, ({ usedAt }) => usedAt);
export const leastFrequent = (weightOf: (id: string) => Weight, budget: number): Keeper =>
  ranked(weightOf, budget, ({ uses }) => uses);

/** LRU that fetches the most likely missing models for as long as there is time, whatever they put out. */
export function prefetchEverything(
  weightOf: (id: string) => Weight,
  budget: number,
  history: readonly (readonly Step[])[] = [],
): Keeper {
  const base = ranked(weightOf, budget, ({ usedAt }) => usedAt);
  const predictor = createPredictor();
  let fetched = new Set<string>();
  for (const session of history) {
    for (const { expert } of session) predictor.called(expert);
    predictor.sessionEnded();
  }
  return {
    use: (id) => {
      fetched = new Set();
      predictor.called(id);
      return base.use(id, 0);
    },
    think: (msFree) => {
      const [next] = [...predictor.next()]
        .filter(([id]) => id !== "" && !base.resident.has(id) && !fetched.has(id))
        .filter(([id]) => weightOf(id).liveBytes <= budget && weightOf(id).loadMs <= msFree)
        .toSorted((a, b) => b[1] - a[1]);
      if (next === undefined) return null;
      fetched.add(next[0]);
      base.load(next[0]);
      return { id: next[0] };
    },
    sessionEnded: predictor.sessionEnded,
  };
}
