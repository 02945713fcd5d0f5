/**
 * What stays in a device's memory: a byte budget, leases, eviction by expected reload time per byte,
 * and prefetch in the reader's think time when its expected gain is greater than what it pushes out.
 * Pure: it says what to load and release; whoever owns the processes does it and reports back.
 * After ExpertFlow (arXiv 2410.17954) and CoServe (arXiv 2503.02354), for whole models.
 */
import type { Predictor } from "./prediction.ts";

export type Weight = {
  id: string;
  /** Memory of the opened model, in bytes: measured once it has run, else guessed from its files. */
  liveBytes: number;
  /** Milliseconds to open it. */
  loadMs: number;
};
export type Admission =
  | { kind: "resident" }
  | { kind: "load"; evict: string[] }
  | { kind: "refused"; neededBytes: number; budgetBytes: number; heldBytes: number };
/** `needed`: the chance from which a model of this size is fetched ahead. */
export type Outlook = {
  id: string;
  likely: number;
  needed: number;
  verdict: "open" | "fetch" | "asked" | "unlikely" | "slow" | "large" | "costly";
  evict: string[];
};
export type Prefetch = { id: string; evict: string[]; likely: number };

/** Steps looked ahead when a resident model's worth is judged, and the discount of each. */
const horizon = 6;
const discount = 0.8;
/** The discounted steps beyond the horizon, taken together. */
const beyond = discount ** horizon / (1 - discount);
/** A prefetch's gain must exceed so much of the loss; what it puts out can be fetched back in later think time. */
const margin = 0.7;
/**
 * Bytes that may be read for nothing to save one wait, in models of the mean size: a small model is fetched on a
 * small chance, a large one on a large chance only.
 */
const wasteAllowed = 4;

export function createResidency(
  weightOf: (id: string) => Weight,
  startBudget: number,
  predictor: Predictor,
) {
  let budgetBytes = startBudget;
  let clock = 0;
  const resident = new Map<string, number>();
  const leases = new Map<string, number>();

  const held = (): number =>
    [...resident.keys()].reduce((total, id) => total + weightOf(id).liveBytes, 0);
  const isLeased = (id: string): boolean => (leases.get(id) ?? 0) > 0;

  /** Expected milliseconds of reloading that keeping each resident model saves. */
  function worths(): Map<string, number> {
    const visits = predictor.visits(horizon, discount);
    return new Map(
      [...resident].map(([id, usedAt]) => {
        // Beyond the horizon the share of recent calls counts; recency only parts what is otherwise equal.
        const reuse =
          (visits.get(id) ?? 0) + beyond * predictor.recentShare(id) + 1e-6 / (1 + clock - usedAt);
        return [id, reuse * weightOf(id).loadMs];
      }),
    );
  }

  /** The cheapest unleased models whose bytes make room for `wanted`; undefined when there are not enough. */
  function room(
    wanted: number,
    stays: (id: string) => boolean = () => false,
  ): { evict: string[]; loss: number } | undefined {
    const missing = held() + wanted - budgetBytes;
    if (missing <= 0) return { evict: [], loss: 0 };
    const worth = worths();
    const worthOf = (id: string): number => worth.get(id) ?? 0;
    const unleased = [...resident.keys()].filter((id) => !isLeased(id) && !stays(id));
    const byByte = (id: string): number => worthOf(id) / weightOf(id).liveBytes;
    // Two orders, because by bytes alone one large model goes where some small ones would do.
    const ways = [byByte, worthOf].flatMap((order) => {
      const evict = enough(
        unleased.toSorted((a, b) => order(a) - order(b)),
        missing,
      );
      return evict ? [{ evict, loss: evict.reduce((total, id) => total + worthOf(id), 0) }] : [];
    });
    return ways.toSorted((a, b) => a.loss - b.loss)[0];
  }

  /** The first of `order` that together free `missing` bytes, without those that need not go after all. */
  function enough(order: readonly string[], missing: number): string[] | undefined {
    const evict: string[] = [];
    let left = missing;
    for (const id of order) {
      if (left <= 0) break;
      evict.push(id);
      left -= weightOf(id).liveBytes;
    }
    if (left > 0) return undefined;
    for (const id of evict.toReversed()) {
      if (left + weightOf(id).liveBytes > 0) continue;
      left += weightOf(id).liveBytes;
      evict.splice(evict.indexOf(id), 1);
    }
    return evict;
  }

  /**
   * What is expected next, likeliest first, and what will be done about it in the next `msFree` of waiting.
   * @param canOpen false for models that can only be opened by being asked
   */
  function outlook(msFree: number, canOpen: (id: string) => boolean = () => true): Outlook[] {
    const known = predictor.known();
    const expected = expectedNext(predictor);
    const chances = new Map(expected.map(({ id, likely }) => [id, likely]));
    // Of calls that follow each other without a look, none makes another one's model wait.
    const stays = (than: number) => (id: string) =>
      predictor.burst() > 1 && (chances.get(id) ?? 0) >= than;
    const mean = known.reduce((sum, id) => sum + weightOf(id).liveBytes, 0) / (known.length || 1);
    return expected.map(({ id, likely }) => {
      const { liveBytes, loadMs } = weightOf(id);
      // The chance p at which the bytes expected for nothing, (1 - p) / p of its own, are what is allowed.
      const needed = liveBytes / (liveBytes + wasteAllowed * mean || 1);
      const about = { id, likely, needed, evict: [] };
      if (resident.has(id)) return { ...about, verdict: "open" };
      if (!canOpen(id)) return { ...about, verdict: "asked" };
      if (likely < needed) return { ...about, verdict: "unlikely" };
      if (loadMs > msFree) return { ...about, verdict: "slow" };
      const made = room(liveBytes, stays(likely));
      if (made === undefined) return { ...about, verdict: "large" };
      const pays = likely * loadMs > margin * made.loss;
      return { ...about, evict: made.evict, verdict: pays ? "fetch" : "costly" };
    });
  }

  return {
    /** What must happen before `id` may run; nothing changes until `opened` and `released` are told. */
    admit: (id: string): Admission => {
      if (resident.has(id)) return { kind: "resident" };
      const wanted = weightOf(id).liveBytes;
      const made = room(wanted);
      return made
        ? { kind: "load", evict: made.evict }
        : { kind: "refused", neededBytes: wanted, budgetBytes, heldBytes: held() };
    },
    /** The model that is worth opening in the next `msFree` of waiting, or null. */
    prefetch: (msFree: number, canOpen: (id: string) => boolean = () => true): Prefetch | null => {
      const [best] = outlook(msFree, canOpen)
        .filter(({ verdict }) => verdict === "fetch")
        .toSorted((a, b) => b.likely * weightOf(b.id).loadMs - a.likely * weightOf(a.id).loadMs);
      return best ? { id: best.id, evict: best.evict, likely: best.likely } : null;
    },
    outlook,
    opened: (id: string): void => void resident.set(id, clock),
    released: (id: string): void => void resident.delete(id),
    /** While leased a model is never put out. */
    lease: (id: string): (() => void) => {
      leases.set(id, (leases.get(id) ?? 0) + 1);
      return () => leases.set(id, (leases.get(id) ?? 1) - 1);
    },
    /** A call was made: what stands is of recent use. */
    used: (id: string): void => {
      clock += 1;
      if (resident.has(id)) resident.set(id, clock);
    },
    setBudget: (bytes: number): void => {
      budgetBytes = bytes;
    },
    budgetBytes: (): number => budgetBytes,
    heldBytes: held,
    residents: (): string[] => [...resident.keys()],
  };
}

/** What is expected among the calls until the reader looks again, most likely first: those after have a look of their own. */
export function expectedNext(predictor: Predictor): { id: string; likely: number }[] {
  return [...predictor.visits(predictor.burst(), 1)]
    .map(([id, likely]) => ({ id, likely: Math.min(1, likely) }))
    .toSorted((a, b) => b.likely - a.likely);
}
