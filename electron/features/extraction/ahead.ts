/**
 * What "Suggest values" will need, got ready while somebody still looks at the grid: the first papers are
 * read and the text packs opened, one after the other. Nothing is suggested or stored, and a paper that
 * cannot be read is told when it is asked for.
 */
import type { Papers } from "./papers.ts";
import { taggerPacks, type TagText } from "./tagging.ts";

/** As many papers as fit on a screen of the grid; the rest are read while these are worked on. */
const first = 3;

/** Of the papers in the grid's order, those that wait for their suggestions. */
export function createAhead(papers: Pick<Papers, "readAhead">, tag: TagText | undefined) {
  const begun = new Set<string>();
  let turn: Promise<unknown> = Promise.resolve();
  const later = (id: string, work: () => Promise<unknown>): void => {
    if (begun.has(id)) return;
    begun.add(id);
    turn = turn.then(work).catch(() => {});
  };
  return (assetIds: readonly string[]): void => {
    for (const assetId of assetIds.slice(0, first)) {
      later(assetId, () => papers.readAhead(assetId));
      if (!tag) continue;
      const { signal } = new AbortController();
      for (const pack of taggerPacks)
        later(pack, () => tag(pack, "Patients were randomised.", signal));
    }
  };
}
