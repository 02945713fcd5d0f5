/** Many papers under a memory that holds one text pack: packs are changed a few times, not for every paper. */
import { expect, test } from "vitest";
import type { Paper } from "../../api/schemas/extraction.ts";
import { createCallQueue, runAtLeisure } from "../models/runtime/queue.ts";
import { inGroups, markPaper, taggerPacks, type TagText } from "./tagging.ts";

/** Room for one pack: asking another opens it anew. */
function desk() {
  let open = "";
  let loads = 0;
  const queue = createCallQueue((pack) => pack === open);
  const tag: TagText = async (pack, text, signal) => {
    const leave = await queue.enter(pack, { signal });
    try {
      if (open !== pack) loads += 1;
      open = pack;
      await new Promise((resolve) => setImmediate(resolve));
      return [{ start: 0, end: text.length, label: pack, text, score: 1 }];
    } finally {
      leave();
    }
  };
  return { tag, loads: () => loads };
}
const paperOf = (number: number): Paper => {
  const text = `Paper ${number}`;
  return { text, blocks: [], sections: [] } as unknown as Paper;
};

test("500 papers change packs for every paper, or the marks come back in another order", async () => {
  const { tag, loads } = desk();
  const { signal } = new AbortController();
  const papers = Array.from({ length: 500 }, (_, at) => paperOf(at));
  const marked: string[][] = [];
  await runAtLeisure({ isHeld: () => false }, async () => {
    for (const group of inGroups(papers))
      for (const marks of await Promise.all(group.map((paper) => markPaper(paper, tag, signal))))
        marked.push(marks.map(({ pack, text }) => `${pack}: ${text}`));
  });
  expect(marked).toEqual(papers.map(({ text }) => taggerPacks.map((pack) => `${pack}: ${text}`)));
  expect(loads(), "of 1000, paper by paper").toBeLessThanOrEqual(0.06 * 1000);
});

test("the first paper waits for a whole group, or a paper is left out or given twice", () => {
  const items = Array.from({ length: 100 }, (_, at) => at);
  const groups = [...inGroups(items)];
  expect(groups.flat()).toEqual(items);
  expect(groups.map(({ length }) => length)).toEqual([1, 2, 4, 8, 16, 32, 32, 5]);
});

test("a cancel half-way asks about the papers that are left", async () => {
  const { tag } = desk();
  const stop = new AbortController();
  let asked = 0;
  const counting: TagText = (pack, text, signal) => {
    asked += 1;
    if (asked === 7) stop.abort();
    return tag(pack, text, signal);
  };
  const run = async (): Promise<void> => {
    for (const group of inGroups(Array.from({ length: 64 }, (_, at) => paperOf(at))))
      await Promise.all(group.map((paper) => markPaper(paper, counting, stop.signal)));
  };
  await expect(runAtLeisure({ isHeld: () => false }, run)).rejects.toThrow();
  expect(asked).toBeLessThan(20);
});
