/** Lets the installed text packs mark a paper's abstract; what they mark still has to be proved. */
import { AppError } from "../../api/errors.ts";
import type { Paper } from "../../api/schemas/extraction.ts";
import type { Mark } from "./fields/reading.ts";

/** Spans of one pack with offsets into the text it was given. @throws notFound when it is not installed */
export type TagText = (
  packId: string,
  text: string,
  signal: AbortSignal,
) => Promise<{ start: number; end: number; label: string; text: string; score: number }[]>;

export const taggerPacks = ["pico-tagger", "trial-facts"];

/** Where the abstract stands in the text; the paper's first page worth of text when none is marked as such. */
export function abstractSpan(paper: Paper): { start: number; end: number } {
  const blocks = paper.blocks.filter(({ section }) => paper.sections[section]?.role === "abstract");
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first && last) return { start: first.start, end: Math.min(last.end, first.start + 8000) };
  return { start: 0, end: Math.min(paper.text.length, 3000) };
}

/** Marks of every installed tagger; a pack that is not installed, or cannot run here, marks nothing. */
export async function markPaper(paper: Paper, tag: TagText, signal: AbortSignal): Promise<Mark[]> {
  const { start, end } = abstractSpan(paper);
  const text = paper.text.slice(start, end);
  signal.throwIfAborted();
  const each = taggerPacks.map(async (pack) => {
    const spans = await tag(pack, text, signal).catch((thrown: unknown) => {
      const absent =
        thrown instanceof AppError &&
        (thrown.code === "notFound" || thrown.code === "modelUnavailable");
      // Rules work without packs; a pack that runs and fails is still an error.
      if (absent) return [];
      throw thrown;
    });
    return spans.map((span): Mark => {
      const at = { start: start + span.start, end: start + span.end };
      const { label, score } = span;
      return { pack, label, score, ...at, text: paper.text.slice(at.start, at.end) };
    });
  });
  return (await Promise.all(each)).flat();
}

/** Papers that are held at once while the packs mark them. */
const mostHeld = 32;

/**
 * In groups of one, two, four and so on, up to what is held at once: the first paper is done at once, and many take
 * few changes from one pack to another where only one of them finds room in memory.
 */
export function* inGroups<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let at = 0, size = 1; at < items.length; size = Math.min(mostHeld, 2 * size)) {
    yield items.slice(at, at + size);
    at += size;
  }
}
