/** Pairs worth comparing, found through shared keys, so that the work grows with the records and not their square. */
import type { Prepared } from "./similarity.ts";

/** In a block larger than this, each record meets only so many of its neighbours in title order. */
const neighbours = 20;

/** Index pairs (left < right), each once. */
export function candidatePairs(records: readonly Prepared[]): [number, number][] {
  const frequency = new Map<string, number>();
  for (const record of records)
    for (const word of new Set(record.titleWords))
      frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const blocks = new Map<string, number[]>();
  records.forEach((record, index) => {
    for (const key of keysOf(record, frequency)) {
      const block = blocks.get(key);
      if (block === undefined) blocks.set(key, [index]);
      else block.push(index);
    }
  });
  const seen = new Set<number>();
  const pairs: [number, number][] = [];
  for (const block of blocks.values()) {
    if (block.length < 2) continue;
    const members =
      block.length > neighbours
        ? block.toSorted((left, right) =>
            compareText(records[left]?.title ?? "", records[right]?.title ?? ""),
          )
        : block;
    for (let at = 0; at < members.length; at += 1) {
      for (let next = at + 1; next < Math.min(members.length, at + 1 + neighbours); next += 1) {
        const one = members[at] ?? 0;
        const other = members[next] ?? 0;
        const [left, right] = one < other ? [one, other] : [other, one];
        const code = left * records.length + right;
        if (seen.has(code)) continue;
        seen.add(code);
        pairs.push([left, right]);
      }
    }
  }
  return pairs;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function keysOf(record: Prepared, frequency: Map<string, number>): string[] {
  const keys: string[] = [];
  if (record.doi !== "") keys.push(`doi ${record.doi}`);
  if (record.pmid !== "") keys.push(`pmid ${record.pmid}`);
  const letters = record.title.replaceAll(" ", "");
  if (letters !== "") keys.push(`title ${letters.slice(0, 24)}`, `end ${letters.slice(-24)}`);
  const rare = [...new Set(record.titleWords)]
    .filter((word) => word.length > 3)
    .toSorted(
      (left, right) =>
        (frequency.get(left) ?? 0) - (frequency.get(right) ?? 0) || compareText(left, right),
    );
  if (rare.length >= 4) {
    // Two of the four rarest words in common: one misspelt word in either title does no harm.
    const few = rare.slice(0, 4);
    few.forEach((word, index) =>
      few
        .slice(index + 1)
        .forEach((other) => keys.push(`rare ${[word, other].toSorted(compareText).join(" ")}`)),
    );
  }
  if (record.firstPage !== "") {
    if (record.volume !== "") keys.push(`place ${record.volume} ${record.firstPage}`);
    if (record.firstFamily !== "") keys.push(`page ${record.firstFamily} ${record.firstPage}`);
  }
  if (record.firstFamily !== "" && record.year !== null)
    keys.push(`who ${record.firstFamily} ${record.year} ${letters.slice(0, 8)}`);
  return keys;
}
