/** Words of JATS nodes: inline text as pieces, and tables as rows of cells. Pure. */
import { normaliseGlyphs } from "./glyphs.ts";
import type { CellInput, Piece } from "./paper-builder.ts";
import { allIn, childrenOf, isNode, type Node } from "./xml-tree.ts";

export const clean = (text: string): string => normaliseGlyphs(text).replaceAll(/\s+/g, " ").trim();

/** Inline text; superscript and subscript stay attached, what is not prose is left out. */
export function textOf(node: Node): string {
  return node.children
    .map((child) => {
      if (!isNode(child)) return child;
      if (
        [
          "table-wrap",
          "fig",
          "fn",
          "disp-formula-group",
          "supplementary-material",
          "object-id",
          "title-group",
          "fn-group",
          "boxed-text",
          "disp-quote-group",
        ].includes(child.name)
      )
        return "";
      if (child.name === "break") return " ";
      if (child.name === "mml:annotation" || child.name === "tex-math") return "";
      const inner = textOf(child);
      return ["list", "list-item", "def-item", "p", "title"].includes(child.name)
        ? ` ${inner} `
        : inner;
    })
    .join("");
}

export const pieces = (node: Node): Piece[] => {
  const text = clean(textOf(node));
  return text ? [{ text }] : [];
};

const span = (cell: Node, name: string): number =>
  Math.min(60, Math.max(1, Number.parseInt(cell.attributes[name] ?? "1", 10) || 1));

/** A table's rows; header cells are those of its head, or of rows that hold no other. */
export function rowsOf(table: Node): CellInput[][] {
  const head = new Set(allIn(table, "thead").flatMap((part) => allIn(part, "tr")));
  return allIn(table, "tr").map((row) =>
    childrenOf(row, "td", "th").map((cell): CellInput => ({
      pieces: pieces(cell),
      header: head.has(row) || (cell.name === "th" && childrenOf(row, "td").length === 0),
      columnSpan: span(cell, "colspan"),
      rowSpan: span(cell, "rowspan"),
    })),
  );
}
