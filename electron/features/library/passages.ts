/** Records and papers cut into passages that say where they stand. Pure. */
import type { Paper } from "../../api/schemas/extraction.ts";
import type { Passage } from "../../api/schemas/library.ts";
import { boxesOf, pageOf } from "../extraction/paper-builder.ts";
import { splitSentences } from "../extraction/sentences.ts";

type Record = { id: string; title: string; abstract: string };

/** A passage is read at a glance and fits the text encoder's 320 tokens. */
const mostLetters = 1200;
/** Running heads, labels and the like are no passages. */
const fewestLetters = 40;
const readKinds = new Set(["abstract", "paragraph", "caption", "table", "footnote"]);

/** A record's title and abstract; offsets into `title`, two line ends, `abstract`. */
export function passagesOfRecord({ id, title, abstract }: Record): Passage[] {
  const text = `${title}\n\n${abstract}`.trimEnd();
  return piecesOf(text, 2 * mostLetters).map(({ start, end }) => ({
    recordId: id,
    title,
    text: oneSpaced(text.slice(start, end)),
    section: "Abstract",
    assetId: null,
    page: null,
    start,
    end,
    boxes: [],
  }));
}

/**
 * Paragraphs, captions, footnotes and tables of a paper; offsets into its text. References are no
 * evidence, and an abstract that the record has too is not told twice.
 */
export function passagesOfPaper(record: Record, assetId: string, paper: Paper): Passage[] {
  return paper.blocks.flatMap((block) => {
    const section = paper.sections[block.section];
    if (!readKinds.has(block.kind) || section?.role === "references") return [];
    const isAbstract = block.kind === "abstract" || section?.role === "abstract";
    if (isAbstract && record.abstract.trim() !== "") return [];
    return piecesOf(paper.text.slice(block.start, block.end), mostLetters)
      .map((piece) => ({ start: block.start + piece.start, end: block.start + piece.end }))
      .filter(({ start, end }) => end - start >= fewestLetters)
      .map(({ start, end }) => ({
        recordId: record.id,
        title: record.title,
        text: oneSpaced(paper.text.slice(start, end)),
        section: section?.title ?? "",
        assetId,
        page: pageOf(paper, start, end) ?? null,
        start,
        end,
        boxes: boxesOf(paper, start, end),
      }));
  });
}

const oneSpaced = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** Whole sentences up to `most` letters; a longer sentence (a table, mostly) is cut between words. */
function piecesOf(text: string, most: number): { start: number; end: number }[] {
  const pieces: { start: number; end: number }[] = [];
  for (const sentence of splitSentences(text).flatMap((one) => cutLong(text, one, most))) {
    const last = pieces.at(-1);
    if (last && sentence.end - last.start <= most) last.end = sentence.end;
    else pieces.push({ ...sentence });
  }
  return pieces;
}

function cutLong(
  text: string,
  { start, end }: { start: number; end: number },
  most: number,
): { start: number; end: number }[] {
  const parts: { start: number; end: number }[] = [];
  let from = start;
  while (end - from > most) {
    const space = text.lastIndexOf(" ", from + most);
    const to = space > from ? space : from + most;
    parts.push({ start: from, end: to });
    from = space > from ? space + 1 : to;
  }
  return [...parts, { start: from, end }];
}
