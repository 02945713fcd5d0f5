/** Slices of a series on their way to the page: the one in view first, then outward from it. Pure but for its state. */

export type Arrival = {
  /** Resolves when the slice is there; it is brought before the others. @throws what bringing it throws */
  slice: (index: number) => Promise<void>;
  has: (index: number) => boolean;
  /** Slices there so far. */
  count: () => number;
  whole: Promise<void>;
  /** The first picture is drawn: the others may come, which would have taken the processor from it. */
  drawn: () => void;
  /** Calls `listener` after each part. Returns how to stop. */
  onPart: (listener: () => void) => () => void;
};

type Way = {
  slices: number;
  /** The first slice wanted. */
  first: number;
  /** Slices brought at once; where these are not all, the first comes alone. */
  atOnce: number;
  /** Milliseconds after which the others come, drawn or not; 0 where they follow at once. */
  patienceMs?: number;
  /** Puts slices `from` to `to` (not included) where they belong. */
  bring: (from: number, to: number) => Promise<void>;
};

/** Parts under way at the same time: one is read while the other is copied. */
const side = 2;

export function startArrival({ slices, first, atOnce, patienceMs = 0, bring }: Way): Arrival {
  const there = new Uint8Array(slices);
  const coming = new Uint8Array(slices);
  const listeners = new Set<() => void>();
  const waiting = new Map<number, { resolve: () => void; reject: (cause: unknown) => void }[]>();
  let [count, wanted, failure] = [0, first, null as unknown];

  /** The run of missing slices nearest to the one wanted last. */
  function next(): [from: number, to: number] | null {
    const isMissing = (at: number): boolean => at >= 0 && at < slices && coming[at] === 0;
    for (let away = 0; away < slices; away += 1) {
      const near = [wanted + away, wanted - away].find(isMissing);
      if (near === undefined) continue;
      const most = count === 0 && atOnce < slices ? 1 : atOnce;
      let [from, to] = [near, near + 1];
      const forth = near >= wanted;
      while (to - from < most && isMissing(forth ? to : from - 1)) {
        if (forth) to += 1;
        else from -= 1;
      }
      return [from, to];
    }
    return null;
  }

  /** Brings one part. False when nothing is missing any more. */
  async function step(): Promise<boolean> {
    const part = failure === null ? next() : null;
    if (part === null) return false;
    const [from, to] = part;
    coming.fill(1, from, to);
    try {
      await bring(from, to);
    } catch (thrown) {
      failure = thrown;
      for (const one of [...waiting.values()].flat()) one.reject(thrown);
      throw thrown;
    }
    there.fill(1, from, to);
    count += to - from;
    for (let at = from; at < to; at += 1) {
      for (const one of waiting.get(at) ?? []) one.resolve();
      waiting.delete(at);
    }
    for (const listener of listeners) listener();
    return true;
  }

  let drawn = (): void => {};
  const isDrawn = new Promise<void>((resolve) => {
    drawn = resolve;
  });

  async function all(): Promise<void> {
    // The first slice alone: what is in view waits for nothing else.
    await step();
    if (patienceMs > 0) {
      const timer = setTimeout(drawn, patienceMs);
      await isDrawn;
      clearTimeout(timer);
    }
    const rest = async (): Promise<void> => {
      while (await step());
    };
    await Promise.all(Array.from({ length: side }, rest));
  }

  const whole = all();
  // Who waits for it is told; nobody has to.
  whole.catch(() => undefined);
  return {
    slice: (index) => {
      if (there[index] === 1) return Promise.resolve();
      if (failure !== null) return Promise.reject(failure as Error);
      wanted = index;
      // Somebody looks elsewhere: there is nothing to spare any more.
      if (count > 0 || index !== first) drawn();
      return new Promise((resolve, reject) => {
        waiting.set(index, [...(waiting.get(index) ?? []), { resolve, reject }]);
      });
    },
    has: (index) => there[index] === 1,
    count: () => count,
    whole,
    drawn,
    onPart: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
