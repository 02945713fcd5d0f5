/** Byte pair encoding of one word: the pair learned first is joined first, leftmost first (Sennrich et al., 2016). Pure. */

export type Merge = { rank: number; into: number };

/** Ids stay under 2^21, so that two fit into a whole number that doubles hold. */
export const pairOf = (left: number, right: number): number => left * 2_097_152 + right;

/**
 * Joins a word's pieces in place of a search over all pairs each time: a heap holds the pairs that may be
 * joined, so that a paper without word boundaries (SentencePiece) takes n log n.
 */
export function joinPieces(
  pieces: readonly number[],
  merges: ReadonlyMap<number, Merge>,
): number[] {
  const ids = [...pieces];
  const next = ids.map((_, at) => at + 1);
  const before = ids.map((_, at) => at - 1);
  const heap = openHeap();
  const offer = (left: number): void => {
    const right = next[left] as number;
    if (left < 0 || right >= ids.length) return;
    const merge = merges.get(pairOf(ids[left] as number, ids[right] as number));
    if (merge)
      heap.push({ rank: merge.rank, left, pair: [ids[left] as number, ids[right] as number] });
  };
  for (let at = 0; at < ids.length - 1; at += 1) offer(at);
  for (let best = heap.pop(); best !== undefined; best = heap.pop()) {
    const { left, pair } = best;
    const right = next[left] as number;
    // One of the two was joined with another in the meantime.
    if (ids[left] !== pair[0] || right >= ids.length || ids[right] !== pair[1]) continue;
    ids[left] = merges.get(pairOf(...pair))?.into as number;
    ids[right] = -1;
    const after = next[right] as number;
    next[left] = after;
    if (after < ids.length) before[after] = left;
    offer(left);
    offer(before[left] as number);
  }
  return ids.filter((id) => id >= 0);
}

type Offer = { rank: number; left: number; pair: [number, number] };

/** Smallest rank first, then leftmost. */
function openHeap() {
  const items: Offer[] = [];
  const sooner = (a: Offer, b: Offer): boolean =>
    a.rank < b.rank || (a.rank === b.rank && a.left < b.left);
  const swap = (a: number, b: number): void => {
    [items[a], items[b]] = [items[b] as Offer, items[a] as Offer];
  };
  const isSooner = (a: number, b: number): boolean => sooner(items[a] as Offer, items[b] as Offer);
  return {
    push(item: Offer): void {
      let at = items.push(item) - 1;
      for (let up = (at - 1) >> 1; at > 0 && isSooner(at, up); at = up, up = (at - 1) >> 1)
        swap(at, up);
    },
    pop(): Offer | undefined {
      const [top] = items;
      const last = items.pop();
      if (last === undefined || items.length === 0) return top;
      items[0] = last;
      for (let at = 0; ;) {
        let least = at;
        for (const child of [2 * at + 1, 2 * at + 2])
          if (child < items.length && isSooner(child, least)) least = child;
        if (least === at) return top;
        swap(at, least);
        at = least;
      }
    },
  };
}
