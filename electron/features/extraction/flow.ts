/** Lines in reading order to headings, paragraphs and captions; words broken at line ends are mended. Pure. */
import { captionLabel } from "./captions.ts";
import { boxOnPage, joinItems, type Chunk, type Sheet } from "./chunks.ts";
import type { Piece } from "./paper-builder.ts";
import type { Line } from "./reading-order.ts";

export type FlowBlock = {
  kind: "title" | "heading" | "paragraph" | "caption" | "aside";
  lines: Line[];
  /** For headings: face and size, which tell its level. */
  style: string;
};

export type Face = { size: number; font: string };

export const styleOf = (line: Face): string => `${line.font}@${line.size.toFixed(1)}`;

/** The face that most letters are set in. */
export function bodyFace(sheets: Sheet[]): Face {
  const letters = new Map<string, { face: Face; count: number }>();
  for (const item of sheets.flatMap((sheet) => sheet.items)) {
    const key = styleOf(item);
    const entry = letters.get(key) ?? { face: { size: item.size, font: item.font }, count: 0 };
    entry.count += item.text.length;
    letters.set(key, entry);
  }
  const most = [...letters.values()].toSorted((a, b) => b.count - a.count)[0];
  return most?.face ?? { size: 10, font: "" };
}

export function blocksOf(lines: Line[], body: Face): FlowBlock[] {
  const leading = typicalLeading(lines, body);
  const blocks: FlowBlock[] = [];
  const title = titleLines(lines, body);
  for (const [index, line] of lines.entries()) {
    const last = blocks.at(-1);
    const kind = kindOf(line, lines[index - 1], last, body, title, leading);
    if (last && joins(last, line, kind, leading, body)) last.lines.push(line);
    else blocks.push({ kind, lines: [line], style: styleOf(line) });
  }
  return mendInterrupted(blocks);
}

function typicalLeading(lines: Line[], body: Face): number {
  const steps: number[] = [];
  for (let at = 1; at < lines.length; at += 1) {
    const [before, line] = [lines[at - 1], lines[at]];
    if (!before || !line || before.page !== line.page || Math.abs(line.size - body.size) > 0.3)
      continue;
    const step = line.baseline - before.baseline;
    if (step > 0.9 * line.size && step < 2.2 * line.size) steps.push(step);
  }
  const sorted = steps.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 1.2 * body.size;
}

/** The largest words on the first page, when they are words enough to be a title. */
function titleLines(lines: Line[], body: Face): Set<Line> {
  const first = lines.filter((line) => line.page === 1 && line.size > body.size + 1);
  const sizes = [...new Set(first.map((line) => line.size.toFixed(1)))].toSorted(
    (a, b) => Number(b) - Number(a),
  );
  for (const size of sizes) {
    const same = first.filter((line) => line.size.toFixed(1) === size);
    if (same.map((line) => line.text).join(" ").length >= 25) return new Set(same);
  }
  return new Set();
}

const known =
  /^(?:\d+\.?\d*\.?\s*)?(abstract|introduction|background|methods?|materials? and methods|patients and methods|subjects and methods|results?|discussion|conclusions?|references|acknowledge?ments?|funding|competing interests|conflicts? of interest)\s*[:.]?$/i;

function kindOf(
  line: Line,
  before: Line | undefined,
  last: FlowBlock | undefined,
  body: Face,
  title: Set<Line>,
  leading: number,
): FlowBlock["kind"] {
  if (title.has(line)) return "title";
  if (line.aside) return "aside";
  const fresh =
    !before ||
    before.page !== line.page ||
    line.baseline < before.baseline ||
    line.baseline - before.baseline > 1.15 * leading;
  const sameFace = line.items[0]?.font === body.font && Math.abs(line.size - body.size) < 0.4;
  if (
    captionLabel(line.text) &&
    (fresh || !sameFace) &&
    !(sameFace && last?.kind === "paragraph" && !fresh)
  )
    return "caption";
  if (last?.kind === "caption" && sameStyle(last.lines.at(-1), line) && !fresh) return "caption";
  if (isHeading(line, before, body, fresh)) return "heading";
  return "paragraph";
}

function sameStyle(a: Line | undefined, b: Line): boolean {
  return a !== undefined && Math.abs(a.size - b.size) < 0.3;
}

function isHeading(line: Line, before: Line | undefined, body: Face, fresh: boolean): boolean {
  const text = line.text.trim();
  if (known.test(text)) return true;
  if (text.length > 120 || text.length < 3 || !/^[\p{Lu}\d]/u.test(text) || !/\p{L}{3}/u.test(text))
    return false;
  if (/[,;]$/.test(text) || (text.endsWith(".") && !/^\d/.test(text))) return false;
  const uniform = line.items.every((item) => item.font === line.items[0]?.font);
  const otherFace = line.items[0]?.font !== body.font || line.size > body.size + 0.7;
  if (!uniform || !otherFace || line.size < body.size - 0.6) return false;
  if (line.x1 > line.columnRight - 4 && !fresh) return false;
  return fresh || styleOf(before ?? line) === styleOf(line) || /[.:?!)]$/.test(before?.text ?? ".");
}

function joins(
  block: FlowBlock,
  line: Line,
  kind: FlowBlock["kind"],
  leading: number,
  body: Face,
): boolean {
  const before = block.lines.at(-1);
  if (!before || block.kind !== kind) return false;
  const step = line.baseline - before.baseline;
  const flows = before.page === line.page && step > 0;
  if (kind === "title") return true;
  if (kind === "heading")
    return (
      flows &&
      step < 1.6 * line.size &&
      block.style === styleOf(line) &&
      block.lines.length < 4 &&
      !known.test(before.text.trim())
    );
  if (kind === "caption" && captionLabel(line.text) && flows && step > 1.05 * leading) return false;
  if (Math.abs(before.size - line.size) > 0.45) return false;
  if (kind === "aside") return flows && step < 1.6 * line.size;
  const ended = /[.?!:]["”’)\]]*\s*(\[?[\d,\s–-]+\]?)?$/.test(before.text);
  if (!flows)
    return (
      kind === "paragraph" &&
      Math.abs(line.size - body.size) < 2 &&
      (!ended || !startsParagraph(line))
    );
  if (step > Math.max(1.35 * leading, 1.5 * line.size)) return false;
  const indented =
    line.x0 - line.columnLeft > 0.7 * line.size && line.x0 - line.columnLeft < 5 * line.size;
  const beforeIndented = before.x0 - before.columnLeft > 0.7 * before.size;
  if (indented && !beforeIndented && ended) return false;
  const short = before.x1 < before.columnRight - 2.5 * before.size;
  return !(short && ended && /^[\p{Lu}\d•]/u.test(line.text));
}

function startsParagraph(line: Line): boolean {
  return line.x0 - line.columnLeft > 0.7 * line.size || /^[\p{Lu}]/u.test(line.text);
}

/** A paragraph that a caption, a footnote or a page's end cut in two is one paragraph again. */
function mendInterrupted(blocks: FlowBlock[]): FlowBlock[] {
  const mended: FlowBlock[] = [];
  for (const block of blocks) {
    const first = block.lines[0];
    const open = mended.findLast((other) => other.kind === "paragraph" || other.kind === "heading");
    const between = open ? mended.slice(mended.indexOf(open) + 1) : [];
    const last = open?.lines.at(-1);
    const cut =
      open?.kind === "paragraph" &&
      last &&
      first &&
      between.length > 0 &&
      between.length <= 3 &&
      block.kind === "paragraph";
    if (
      cut &&
      /[\p{L}\d,;-]$/u.test(last.text) &&
      /^[\p{Ll}(\d]/u.test(first.text) &&
      Math.abs(last.size - first.size) < 0.4
    )
      open.lines.push(...block.lines);
    else mended.push(block);
  }
  return mended;
}

/** Words seen whole in the paper: the judge of whether a hyphen at a line's end belongs to the word. */
export function vocabularyOf(chunks: Chunk[]): Set<string> {
  return new Set(
    chunks.flatMap(
      (chunk) => chunk.text.toLowerCase().match(/[\p{L}][\p{L}\p{N}]*(?:-[\p{L}\p{N}]+)*/gu) ?? [],
    ),
  );
}

/** A block's text with boxes, line ends turned into spaces or mended words. */
export function piecesOf(
  lines: Chunk[],
  sheetOf: (line: Chunk) => Sheet,
  vocabulary: Set<string>,
): Piece[] {
  const pieces: Piece[] = [];
  for (const [index, line] of lines.entries()) {
    const own = linePieces(line, sheetOf(line));
    if (index > 0) joinLine(pieces, own, vocabulary);
    pieces.push(...own);
  }
  return pieces;
}

function linePieces(line: Chunk, sheet: Sheet): Piece[] {
  const pieces: Piece[] = [];
  for (const { text, item } of joinItems(line.items)) {
    if (text.startsWith(" ")) pieces.push({ text: " " });
    if (text.trim()) pieces.push({ text: text.trim(), box: boxOnPage(sheet, item) });
  }
  return pieces;
}

function joinLine(pieces: Piece[], next: Piece[], vocabulary: Set<string>): void {
  const last = pieces.at(-1);
  const head = /^[\p{L}\p{N}]+/u.exec(next[0]?.text ?? "")?.[0] ?? "";
  const tail = /([\p{L}\p{N}]+)([-\u00AD\u2010])$/u.exec(last?.text ?? "");
  if (!last || !tail || head === "") {
    const dash = /[\p{L}\p{N}][–—/-]$/u.test(last?.text ?? "") && head !== "";
    if (!dash) pieces.push({ text: " " });
    return;
  }
  const [, stem = "", mark = "-"] = tail;
  const whole = (stem + head).toLowerCase();
  const compound = `${stem}-${head}`.toLowerCase();
  const keep =
    mark !== "\u00AD" &&
    (!/^\p{Ll}/u.test(head) ||
      (vocabulary.has(compound) && !vocabulary.has(whole)) ||
      /\d$/.test(stem));
  if (!keep) last.text = last.text.slice(0, -1);
}
