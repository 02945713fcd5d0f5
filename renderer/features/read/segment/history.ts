/** Undo and redo of a label map without limit: each act is kept as the voxels it changed. Pure but for its own state. */

type Step = { at: Uint32Array; before: Uint8Array; after: Uint8Array };

export type History = ReturnType<typeof createHistory>;

/**
 * Watches one label map, which tools change in place; `commit` closes an act. A map that is known to be
 * `blank` is not copied: memory of zeros costs nothing until it is written.
 */
export function createHistory(labels: Uint8Array, { blank = false } = {}) {
  let last = blank ? new Uint8Array(labels.length) : labels.slice();
  const done: Step[] = [];
  const undone: Step[] = [];

  /** Keeps what changed since the last act; false when nothing did. Voxels of locked segments are given back. */
  function commit(locked?: ReadonlySet<number>): boolean {
    const changed: number[] = [];
    for (let at = 0; at < labels.length; at += 1) {
      const before = last[at] ?? 0;
      if (labels[at] === before) continue;
      if (locked?.has(before)) labels[at] = before;
      else changed.push(at);
    }
    if (changed.length === 0) return false;
    const at = Uint32Array.from(changed);
    const step = {
      at,
      before: Uint8Array.from(at, (index) => last[index] ?? 0),
      after: Uint8Array.from(at, (index) => labels[index] ?? 0),
    };
    for (const [order, index] of at.entries()) last[index] = step.after[order] ?? 0;
    done.push(step);
    undone.length = 0;
    return true;
  }

  function put({ at }: Step, to: Uint8Array): void {
    for (const [order, index] of at.entries()) {
      labels[index] = to[order] ?? 0;
      last[index] = to[order] ?? 0;
    }
  }

  function undo(): boolean {
    commit();
    const step = done.pop();
    if (step === undefined) return false;
    put(step, step.before);
    undone.push(step);
    return true;
  }

  function redo(): boolean {
    if (commit()) return false;
    const step = undone.pop();
    if (step === undefined) return false;
    put(step, step.after);
    done.push(step);
    return true;
  }

  return {
    commit,
    undo,
    redo,
    /** Starts over from the map as it is now: another mask was loaded. */
    restart: (): void => {
      last = labels.slice();
      done.length = 0;
      undone.length = 0;
    },
    get steps(): number {
      return done.length;
    },
    get undone(): number {
      return undone.length;
    },
  };
}
