/**
 * Long pure work written as a generator that yields between small steps: a command runs it at once,
 * the app runs it in slices between its other work, and drops it when it has become stale.
 */

export type Work<T> = Generator<void, T, void>;

export function runAtOnce<T>(work: Work<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

const sliceMs = 2;

/** Runs `work` at most 2 ms at a time; null when `isStale` came true before the end. */
export async function runInSlices<T>(work: Work<T>, isStale: () => boolean): Promise<T | null> {
  for (;;) {
    const until = performance.now() + sliceMs;
    do {
      const step = work.next();
      if (step.done === true) return step.value;
    } while (performance.now() < until);
    await new Promise((resolve) => setImmediate(resolve));
    if (isStale()) return null;
  }
}
