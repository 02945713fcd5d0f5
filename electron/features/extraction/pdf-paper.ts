/** Pages of positioned text to a paper: furniture dropped, tables lifted out, the rest read in order. Pure. */
import type { Paper } from "../../api/schemas/extraction.ts";
import { captionLabel } from "./captions.ts";
import { chunksOf, uprightSheet, type Chunk, type Sheet } from "./chunks.ts";
import { blocksOf, bodyFace, piecesOf, vocabularyOf, type FlowBlock } from "./flow.ts";
import { withoutFurniture } from "./furniture.ts";
import { createPaperBuilder, type PaperBuilder, type TableInput } from "./paper-builder.ts";
import type { RawPage, RawPdf } from "./pdf.ts";
import { findTables, type TableRegion } from "./pdf-tables.ts";
import { commonGutter, linesInOrder, type Line } from "./reading-order.ts";
import { sectionRole } from "./section-role.ts";
import { gridOf } from "./table-grid.ts";
import { findDoi } from "./identifiers.ts";

export function paperFromPdf(pdf: RawPdf): Paper {
  const builder = createPaperBuilder("pdf");
  for (const warning of pdf.warnings) builder.warn(warning);
  const readable = pdf.pages.map((page) => seenPage(page, builder));
  const sheets = withoutFurniture(readable.filter((page) => page.read).map(uprightSheet));
  const body = bodyFace(sheets);
  const found = sheets.map((sheet) => ({
    sheet,
    ...findTables(sheet, chunksOf(sheet.items), body.size, body.font),
  }));
  const gutter = commonGutter(
    found.map(({ sheet, rest }) => ({ chunks: rest, width: sheet.width })),
  );
  const lines = found.flatMap(({ sheet, rest }) => linesInOrder(sheet, rest, gutter));
  const vocabulary = vocabularyOf(found.flatMap(({ rest }) => rest));
  const sheetOfItem = new Map(
    sheets.flatMap((sheet) => sheet.items.map((item) => [item, sheet] as const)),
  );
  const sheetOf = (chunk: Chunk): Sheet => {
    const sheet = chunk.items[0] && sheetOfItem.get(chunk.items[0]);
    if (!sheet) throw new Error("A line has no page.");
    return sheet;
  };
  const compose: Composition = {
    builder,
    pieces: (chunks) => piecesOf(chunks, sheetOf, vocabulary),
  };
  const regions = found.flatMap(({ sheet, regions: here }) =>
    here.map((region) => ({ page: sheet.number, region })),
  );
  const title = writeBlocks(compose, blocksOf(lines, body), tablesOf(regions, compose));
  return builder.finish({
    title: title || pdf.title,
    doi: findDoi(
      lines
        .filter((line) => line.page === 1)
        .map((line) => line.text)
        .join(" "),
    ),
  });
}

/** Says what kind of page it is; hidden text stays only where a page has nothing else (a scan with OCR). */
function seenPage(page: RawPage, builder: PaperBuilder): RawPage {
  const letters = (items: RawPage["items"]): number =>
    items.reduce((sum, item) => sum + item.text.length, 0);
  const hidden = letters(page.items.filter((item) => !item.visible));
  const shown = letters(page.items) - hidden;
  const { number, width, height } = page;
  const onlyHidden = hidden > 4 * shown;
  const state = !page.read
    ? "unread"
    : page.recognised !== undefined
      ? "recognised"
      : onlyHidden
        ? "invisibleText"
        : shown > 0
          ? "text"
          : page.paint.marks > 0
            ? "noTextLayer"
            : "empty";
  builder.page({ number, width, height, state });
  if (state === "noTextLayer") builder.warn(`no text layer (page ${number})`);
  if (state === "recognised")
    builder.warn(
      `read from a scan (page ${number}, mean confidence ${Math.round(100 * (page.recognised ?? 0))} %): compare numbers with the picture`,
    );
  if (state === "empty") builder.warn(`no text (page ${number})`);
  if (state === "invisibleText")
    builder.warn(
      `only invisible text (page ${number}): a scan's recognised words, check them against the page`,
    );
  if (state === "text" && hidden > 0)
    builder.warn(`invisible text left out (page ${number}, ${hidden} characters)`);
  return onlyHidden
    ? { ...page, items: page.items.map((item) => ({ ...item, visible: true })) }
    : page;
}

type Composition = { builder: PaperBuilder; pieces: (chunks: Chunk[]) => TableInput["caption"] };
type PlacedTable = { page: number; table: TableInput };

/** A table continued on a later page gives its rows to the table that it continues. */
function tablesOf(
  regions: { page: number; region: TableRegion }[],
  { pieces }: Composition,
): PlacedTable[] {
  const tables: PlacedTable[] = [];
  for (const { page, region } of regions) {
    const rows = gridOf(region.body, region.rules).map((row) =>
      row.map((cell) => ({
        pieces: pieces(cell.chunks),
        header: cell.header,
        columnSpan: cell.columnSpan,
        rowSpan: 1,
      })),
    );
    const before = tables.findLast(({ table }) => table.label === region.label);
    if (before) {
      before.table.rows.push(...rows.filter((row) => !row.every((cell) => cell.header)));
      before.table.footnotes.push(...footnotes(region, pieces));
    } else
      tables.push({
        page,
        table: {
          label: region.label,
          caption: pieces(region.caption),
          rows,
          footnotes: footnotes(region, pieces),
        },
      });
  }
  return tables;
}

function footnotes(region: TableRegion, pieces: Composition["pieces"]): TableInput["footnotes"] {
  return region.footnotes.length > 0 ? [pieces(region.footnotes)] : [];
}

/** Writes blocks in order and each table after the last block that starts on its page; gives the title. */
function writeBlocks(compose: Composition, blocks: FlowBlock[], tables: PlacedTable[]): string {
  const major = majorStyles(blocks);
  const waiting = [...tables];
  const asides = blocks.filter((block) => block.kind === "aside");
  let title = "";
  for (const block of blocks.filter((one) => one.kind !== "aside")) {
    const page = block.lines[0]?.page ?? 1;
    while (waiting[0] && waiting[0].page < page) writeTable(compose, waiting.shift());
    if (block.kind === "title") title ||= textOf(block);
    writeBlock(compose, block, major);
  }
  for (const table of waiting) writeTable(compose, table);
  if (asides.length > 0) compose.builder.openSection([], 1, "other");
  for (const aside of asides) compose.builder.block("footnote", compose.pieces(aside.lines));
  return title;
}

function writeTable({ builder }: Composition, placed: PlacedTable | undefined): void {
  if (placed) builder.table(placed.table);
}

const textOf = (block: FlowBlock): string =>
  block.lines
    .map((line: Line) => line.text)
    .join(" ")
    .replaceAll(/\s+/g, " ")
    .trim();

/** Faces that the well-known headings are set in: other headings in these faces are on the same level. */
function majorStyles(blocks: FlowBlock[]): Set<string> {
  const roles = new Set(["introduction", "methods", "results", "discussion"]);
  return new Set(
    blocks
      .filter(
        (block) =>
          block.kind === "heading" &&
          roles.has(sectionRole(textOf(block))) &&
          textOf(block).split(" ").length <= 4,
      )
      .map((block) => block.style),
  );
}

function writeBlock({ builder, pieces }: Composition, block: FlowBlock, major: Set<string>): void {
  // Some journals set "Abstract." at the head of its own paragraph instead of above it.
  if (block.kind === "paragraph" && /^(?:abstract|summary)\s*[.:—–-]/i.test(textOf(block)))
    builder.openSection([], 1, "abstract");
  const content = pieces(block.lines);
  if (block.kind === "title") builder.block("title", content);
  else if (block.kind === "heading")
    builder.openSection(
      content,
      major.has(block.style) || sectionRole(textOf(block)) === "references" ? 1 : 2,
    );
  else if (block.kind === "caption") {
    const label = captionLabel(block.lines[0]?.text ?? "");
    if (label?.kind === "figure") builder.figure(label.label, content);
    else builder.block("caption", content);
  } else
    builder.block(
      builder.role() === "references"
        ? "reference"
        : builder.role() === "abstract"
          ? "abstract"
          : "paragraph",
      content,
    );
}
