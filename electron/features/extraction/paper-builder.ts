/** Puts a paper's text together while keeping, for every stretch of it, where it stands on the page. */
import type { Box } from "../../api/schemas/ledger.ts";
import type { Block, Paper, TableCell, TextRun } from "../../api/schemas/extraction.ts";
import { sectionRole } from "./section-role.ts";

/** Text with the box that it fills, when it comes from a page. */
export type Piece = { text: string; box?: Box };
export type CellInput = { pieces: Piece[]; header: boolean; columnSpan: number; rowSpan: number };
export type TableInput = {
  label: string;
  caption: Piece[];
  rows: CellInput[][];
  footnotes: Piece[][];
};

export type PaperBuilder = ReturnType<typeof createPaperBuilder>;

export function createPaperBuilder(source: Paper["source"]) {
  let text = "";
  const paper: Paper = {
    source,
    text: "",
    title: "",
    doi: "",
    blocks: [],
    sections: [],
    tables: [],
    figures: [],
    pages: [],
    runs: [],
    warnings: [],
  };

  function append(pieces: Piece[]): { start: number; end: number } {
    const start = text.length;
    for (const { text: part, box } of pieces) {
      if (box && part.length > 0)
        paper.runs.push({ ...box, start: text.length, end: text.length + part.length });
      text += part;
    }
    return { start, end: text.length };
  }

  function block(kind: Block["kind"], pieces: Piece[]): { start: number; end: number } {
    const span = append(pieces);
    if (span.end > span.start) {
      paper.blocks.push({ kind, ...span, section: paper.sections.length - 1 });
      text += "\n\n";
    }
    return span;
  }

  function openSection(title: Piece[], level: number, role?: string): void {
    const start = text.length;
    const words = title.map((piece) => piece.text).join("");
    closeSection();
    const parent = paper.sections.findLast((section) => section.level < level);
    paper.sections.push({
      title: words,
      level,
      role: role ?? sectionRole(words, parent?.role),
      start,
      end: start,
    });
    if (words) block("heading", title);
  }

  function closeSection(): void {
    const last = paper.sections.at(-1);
    if (last) last.end = text.length;
  }

  function cell(input: CellInput): TableCell {
    const span = append(input.pieces);
    return {
      text: text.slice(span.start, span.end),
      ...span,
      header: input.header,
      columnSpan: input.columnSpan,
      rowSpan: input.rowSpan,
    };
  }

  /** Rows are lines and cells are parted by tabs, so that cells have offsets like all other text. */
  function table(input: TableInput): void {
    const label = input.label;
    const caption = block("caption", input.caption);
    const start = text.length;
    const rows = input.rows.map((row) => {
      const cells = row.map((one, index) => {
        if (index > 0) text += "\t";
        return cell(one);
      });
      text += "\n";
      return cells;
    });
    const end = text.length;
    if (end > start)
      paper.blocks.push({ kind: "table", start, end, section: paper.sections.length - 1 });
    text += "\n";
    const footnotes = input.footnotes.map((pieces) => textOf(block("footnote", pieces)));
    paper.tables.push({
      label,
      caption: textOf(caption),
      start: caption.start,
      end,
      rows,
      footnotes,
    });
  }

  const textOf = (span: { start: number; end: number }): string => text.slice(span.start, span.end);

  return {
    block,
    openSection,
    table,
    figure(label: string, caption: Piece[]): void {
      const span = block("caption", caption);
      paper.figures.push({ label, caption: textOf(span), ...span });
    },
    warn: (warning: string): void => void paper.warnings.push(warning),
    /** The role of the section being written. */
    role: (): string => paper.sections.at(-1)?.role ?? "",
    tableCount: (): number => paper.tables.length,
    page: (page: Paper["pages"][number]): void => void paper.pages.push(page),
    finish(about: { title?: string; doi?: string }): Paper {
      closeSection();
      return { ...paper, text, title: about.title ?? "", doi: about.doi ?? "" };
    },
  };
}

/** The boxes that a stretch of the paper's text fills, one per line, cut at its first and last character. */
export function boxesOf(paper: Pick<Paper, "runs">, start: number, end: number): Box[] {
  const boxes: Box[] = [];
  for (const run of runsWithin(paper.runs, start, end)) {
    const length = run.end - run.start;
    const from = (Math.max(start, run.start) - run.start) / length;
    const to = (Math.min(end, run.end) - run.start) / length;
    const box = {
      page: run.page,
      x: run.x + run.width * from,
      y: run.y,
      width: run.width * (to - from),
      height: run.height,
    };
    const last = boxes.at(-1);
    if (last && sameLine(last, box)) boxes[boxes.length - 1] = union(last, box);
    else boxes.push(box);
  }
  return boxes;
}

export function pageOf(paper: Pick<Paper, "runs">, start: number, end: number): number | undefined {
  return runsWithin(paper.runs, start, end)[0]?.page;
}

/** Runs are in text order, so the first one is found by halving. */
function runsWithin(runs: TextRun[], start: number, end: number): TextRun[] {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const found: TextRun[] = [];
  for (let at = low; at < runs.length; at += 1) {
    const run = runs[at];
    if (run === undefined || run.start >= end) break;
    found.push(run);
  }
  return found;
}

function sameLine(a: Box, b: Box): boolean {
  if (a.page !== b.page) return false;
  const overlap = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return (
    overlap > 0.5 * Math.min(a.height, b.height) &&
    b.x >= a.x - 1 &&
    b.x - (a.x + a.width) < 1.5 * b.height
  );
}

function union(a: Box, b: Box): Box {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    page: a.page,
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}
