import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { createAhead } from "./ahead.ts";
import { openPapers } from "./papers.ts";

const scan = new Uint8Array(readFileSync(join(import.meta.dirname, "fixtures/scan.pdf")));
const text = new TextEncoder().encode("METHODS:\nForty adults were randomised.");
function opened(contents: Record<string, Uint8Array>) {
  const get = vi.fn(async (id: string) => {
    const bytes = contents[id];
    if (!bytes) throw new Error(`no ${id}`);
    return bytes;
  });
  return { get, papers: openPapers({ get }, { get: () => [], put: () => {} }) };
}

test("a paper asked for while it is read ahead is read once, and giving up waiting harms nobody", async () => {
  const { get, papers } = opened({ a: scan });
  const ahead = papers.readAhead("a");
  const controller = new AbortController();
  const gaveUp = papers.read("a", { signal: controller.signal });
  const waits = papers.read("a", { signal: new AbortController().signal });
  controller.abort();
  await expect(gaveUp).rejects.toMatchObject({ name: "AbortError" });
  expect((await waits).pages).toHaveLength(1);
  await ahead;
  expect(get).toHaveBeenCalledTimes(1);
});

test("the first papers are read and the packs opened once each; what cannot be read is not told here", async () => {
  const { get, papers } = opened({ b: text, c: text });
  const tag = vi.fn(async () => []);
  const ahead = createAhead(papers, tag);
  ahead(["lost", "b", "c", "d"]);
  ahead(["lost", "b", "c", "d"]);
  await vi.waitFor(() => expect(get.mock.calls.map(([id]) => id)).toEqual(["lost", "b", "c"]));
  await vi.waitFor(() => expect(tag).toHaveBeenCalledTimes(2));
  await expect(papers.read("lost")).rejects.toThrow("no lost");
});
