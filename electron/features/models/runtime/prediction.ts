/**
 * Which expert comes next: counts of what followed the last two calls, mixed with what followed the
 * last one and with plain shares. A network is not needed at this size (ExpertFlow's path predictor,
 * arXiv 2410.17954, in its counting form). Learned from call ids only, never from content.
 */

/** Stands before a session's first call and after its last. */
const sessionEdge = "";

type Table = Map<string, Map<string, number>>;
export type Predictor = ReturnType<typeof createPredictor>;

/** Calls seen long ago count less: work changes. One learned call multiplies older counts by this. */
const forgetting = 0.9995;
/** The same for the share among recent calls: work comes in runs of the same kind. */
const fading = 0.9;
/** Weight of the shorter history, in calls: with this many observations both weigh the same. */
const backOff = 2;
/** A shorter gap between two calls is the program's, not the reader's: nothing can be opened in it. */
const lookMs = 1000;
const pairKey = (before: string, last: string): string => `${before}\u0000${last}`;

export function createPredictor() {
  const shares = new Map<string, number>();
  const afterOne: Table = new Map();
  const afterTwo: Table = new Map();
  const recent = new Map<string, number>();
  let weight = 1;
  let before = sessionEdge;
  let last = sessionEdge;
  /** Calls, and those among them before which the reader looked: what is fetched ahead must last until the next look. */
  let calls = 0;
  let looks = 0;
  /** The session's first call: what kind of work it is, and so most likely the next session's too. */
  let opening = sessionEdge;

  function count(table: Table, key: string, next: string): void {
    const row = table.get(key) ?? new Map<string, number>();
    row.set(next, (row.get(next) ?? 0) + weight);
    table.set(key, row);
  }

  /** Adds one step to what is known: `next` came after the two last ones. */
  function learn(next: string): void {
    // Growing the weight of the new is the same as shrinking all of the old, without a pass over it.
    weight /= forgetting;
    for (const [id, share] of recent) recent.set(id, share * fading);
    if (next !== sessionEdge) recent.set(next, (recent.get(next) ?? 0) + 1 - fading);
    shares.set(next, (shares.get(next) ?? 0) + weight);
    count(afterOne, last, next);
    count(afterTwo, pairKey(before, last), next);
  }

  function mixed(
    row: Map<string, number> | undefined,
    rest: Map<string, number>,
  ): Map<string, number> {
    if (row === undefined) return rest;
    const seen = sum(row) / weight;
    const own = seen / (seen + backOff);
    const mix = new Map<string, number>();
    for (const [id, share] of rest) mix.set(id, (1 - own) * share);
    for (const [id, n] of row) mix.set(id, (mix.get(id) ?? 0) + (own * n) / weight / seen);
    return mix;
  }

  function after(one: string, two: string): Map<string, number> {
    const whole = sum(shares);
    if (whole === 0) return new Map();
    const plain = new Map([...shares].map(([id, n]) => [id, n / whole]));
    return mixed(afterTwo.get(pairKey(one, two)), mixed(afterOne.get(two), plain));
  }

  /**
   * For each expert the sum over the next `steps` calls of its probability, each step counting
   * `discount` of the one before; the end of a session leads to the start of another.
   */
  function visits(steps: number, discount: number): Map<string, number> {
    const total = new Map<string, number>();
    let states = new Map([[pairKey(before, last), 1]]);
    let worth = 1;
    for (let step = 0; step < steps; step += 1) {
      const reachedStates = new Map<string, number>();
      for (const [state, likely] of states) {
        const [one = "", two = ""] = state.split("\u0000");
        for (const [id, share] of after(one, two)) {
          const reached = likely * share;
          if (reached < 0.002) continue;
          if (id !== sessionEdge) total.set(id, (total.get(id) ?? 0) + worth * reached);
          const key = id === sessionEdge ? pairKey(opening, "") : pairKey(two, id);
          reachedStates.set(key, (reachedStates.get(key) ?? 0) + reached);
        }
      }
      states = reachedStates;
      worth *= discount;
    }
    return total;
  }

  return {
    /** @param afterMs since the call before ended; absent: a look of its own */
    called: (id: string, afterMs: number = Number.POSITIVE_INFINITY): void => {
      learn(id);
      calls += 1;
      if (afterMs >= lookMs) looks += 1;
      if (last === sessionEdge) opening = id;
      [before, last] = [last, id];
    },
    /** The reader turned to other work: the next call opens a session. */
    sessionEnded: (): void => {
      if (last === sessionEdge) return;
      learn(sessionEdge);
      [before, last] = [opening, sessionEdge];
    },
    /** Probability of each expert, and of the session's end (`""`), as the next call; empty before anything was learned. */
    next: (): Map<string, number> => after(before, last),
    visits,
    /** How many calls follow each other from one look of the reader's to the next, on average; 1 before anything is known. */
    burst: (): number => (looks === 0 ? 1 : Math.round(calls / looks)),
    /** The last call of the session; empty before its first. */
    last: (): string => last,
    /** Every expert that was ever called. */
    known: (): string[] => [...shares.keys()].filter((id) => id !== sessionEdge),
    /** As if nothing had ever been called. */
    unlearn: (): void => {
      for (const table of [shares, afterOne, afterTwo, recent]) table.clear();
      [calls, looks] = [0, 0];
      [before, last, opening] = [sessionEdge, sessionEdge, sessionEdge];
    },
    /** Share of the recent calls, fading; 0..1. */
    recentShare: (id: string): number => recent.get(id) ?? 0,
  };
}

function sum(row: Map<string, number>): number {
  let total = 0;
  for (const n of row.values()) total += n;
  return total;
}
