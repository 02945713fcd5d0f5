/** JATS articles (also fragments of them) to a paper; PMC BioC documents go on to `bioc.ts`. Pure. */
import { AppError } from "../../api/errors.ts";
import type { Paper } from "../../api/schemas/extraction.ts";
import { createPaperBuilder, type PaperBuilder, type Piece } from "./paper-builder.ts";
import { paperFromPassages, passagesOf } from "./bioc.ts";
import { clean, pieces, rowsOf, textOf } from "./jats-words.ts";
import { allIn, childrenOf, firstIn, parseXml, rawText, type Node } from "./xml-tree.ts";

/** Reads JATS. Throws `badFile` when the XML is broken or holds no text of an article. */
export function paperFromJats(xml: string): Paper {
  const { root, broken } = parsed(xml);
  if (firstIn(root, "collection") || firstIn(root, "passage"))
    return paperFromPassages(passagesOf(root));
  const builder = createPaperBuilder("jats");
  if (broken !== undefined) builder.warn(`${broken} Read as far as its tags could be paired.`);
  const title = firstIn(root, "article-title");
  const front = firstIn(root, "front") ?? firstIn(root, "article-meta");
  const doi = (front ? allIn(front, "article-id") : []).find(
    (id) => id.attributes["pub-id-type"] === "doi",
  );
  if (title && front) builder.block("title", pieces(title));
  const abstracts = allIn(root, "abstract", "trans-abstract").filter(
    (node) => !["graphical", "teaser"].includes(node.attributes["abstract-type"] ?? ""),
  );
  for (const abstract of abstracts) writeAbstract(builder, abstract);
  const body = firstIn(root, "body") ?? {
    name: "body",
    attributes: {},
    children: childrenOf(root, "sec", "p", "table-wrap", "fig"),
  };
  writeBody(builder, body, 1);
  for (const group of allIn(root, "floats-group", "floats-wrap")) writeBody(builder, group, 1);
  const back = firstIn(root, "back");
  if (back) writeBack(builder, back);
  const paper = builder.finish({
    title: title ? clean(textOf(title)) : "",
    doi: doi ? clean(rawText(doi)).toLowerCase() : "",
  });
  if (paper.text.trim() === "")
    throw new AppError(
      "badFile",
      "The XML holds no article text (no title, abstract, body or sections).",
    );
  return paper;
}

/** An article with unpaired tags is read as far as it goes, with a warning; other XML must be sound. */
function parsed(xml: string): { root: Node; broken?: string } {
  try {
    return { root: parseXml(xml) };
  } catch (thrown) {
    if (!(thrown instanceof AppError) || !/<(?:article|abstract|sec|p)[\s>]/.test(xml))
      throw thrown;
    return { root: parseXml(xml, true), broken: thrown.message };
  }
}

function titleOf(node: Node): Piece[] {
  const title = childrenOf(node, "title")[0];
  return title ? pieces(title) : [];
}

function writeAbstract(builder: PaperBuilder, abstract: Node): void {
  const title = titleOf(abstract);
  builder.openSection(title.length > 0 ? title : [{ text: "Abstract" }], 1, "abstract");
  const sections = childrenOf(abstract, "sec");
  for (const section of sections) {
    builder.openSection(titleOf(section), 2, "abstract");
    for (const paragraph of allIn(section, "p")) builder.block("abstract", pieces(paragraph));
  }
  for (const paragraph of childrenOf(abstract, "p", "list"))
    builder.block("abstract", pieces(paragraph));
}

function writeBody(builder: PaperBuilder, parent: Node, level: number): void {
  for (const node of childrenOf(parent)) {
    switch (node.name) {
      case "sec":
        builder.openSection(titleOf(node), level);
        writeBody(builder, node, level + 1);
        break;
      case "title":
      case "label":
        break;
      case "table-wrap":
        writeTable(builder, node);
        break;
      case "fig":
        writeFigure(builder, node);
        break;
      case "table-wrap-group":
      case "fig-group":
      case "boxed-text":
      case "disp-quote":
      case "app":
        writeBody(builder, node, level);
        break;
      case "ref-list":
        writeReferences(builder, node);
        break;
      default:
        builder.block("paragraph", pieces(node));
        for (const inner of allIn(node, "table-wrap", "fig", "boxed-text"))
          writeBody(builder, { ...node, children: [inner] }, level);
    }
  }
}

function writeBack(builder: PaperBuilder, back: Node): void {
  for (const node of childrenOf(back)) {
    if (node.name === "ref-list") writeReferences(builder, node);
    else if (node.name === "ack") {
      builder.openSection(
        titleOf(node).length > 0 ? titleOf(node) : [{ text: "Acknowledgements" }],
        1,
      );
      writeBody(builder, node, 2);
    } else if (node.name === "app-group" || node.name === "sec")
      writeBody(builder, { ...back, children: [node] }, 1);
    else if (node.name === "fn-group" || node.name === "notes") {
      builder.openSection(titleOf(node).length > 0 ? titleOf(node) : [{ text: "Notes" }], 1);
      for (const paragraph of allIn(node, "p")) builder.block("footnote", pieces(paragraph));
    }
  }
}

function writeReferences(builder: PaperBuilder, list: Node): void {
  builder.openSection([{ text: "References" }], 1, "references");
  for (const reference of allIn(list, "ref"))
    builder.block("reference", [{ text: clean(rawText(reference).replaceAll(/\s*\n\s*/g, " ")) }]);
}

function writeFigure(builder: PaperBuilder, figure: Node): void {
  const label = childrenOf(figure, "label")[0];
  const caption = childrenOf(figure, "caption")[0];
  const text = [label, caption]
    .filter((node) => node !== undefined)
    .map((node) => clean(textOf(node)))
    .join(" ");
  builder.figure(label ? clean(textOf(label)) : "", text ? [{ text }] : []);
}

function writeTable(builder: PaperBuilder, wrap: Node): void {
  const label = childrenOf(wrap, "label")[0];
  const caption = childrenOf(wrap, "caption")[0];
  const text = [label, caption]
    .filter((node) => node !== undefined)
    .map((node) => clean(textOf(node)))
    .join(" ");
  const rows = allIn(wrap, "table").flatMap((table) => rowsOf(table));
  const notes = childrenOf(wrap, "table-wrap-foot").flatMap((foot) => {
    const parts = allIn(foot, "p");
    return (parts.length > 0 ? parts : [foot]).map(pieces);
  });
  builder.table({
    label: label ? clean(textOf(label)).replace(/[.:]$/, "") : "",
    caption: text ? [{ text }] : [],
    rows,
    footnotes: notes,
  });
}
